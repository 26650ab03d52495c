using Tiphys.Grpc;
using Tiphys.Grpc.Server;
using Tiphys.Storage.Etcd.Health;
using Status = Tiphys.Storage.Etcd.Health.HealthCheckResponse.Types.ServingStatus;

namespace Tiphys.Storage.Etcd.Services;

/// <summary>The health of the services by gRPC's own protocol (grpc.health.v1.Health).</summary>
internal sealed class HealthService(GrpcMethods methods, TimeProvider time)
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(5);

    public void AddTo() => methods
        .Unary("/grpc.health.v1.Health/Check", HealthCheckRequest.Parser, (request, _) => StatusOf(request) is var status && status == Status.ServiceUnknown
            ? ValueTask.FromException<HealthCheckResponse>(new GrpcException(GrpcStatusCode.NotFound, "unknown service"))
            : ValueTask.FromResult(new HealthCheckResponse { Status = status }))
        .ServerStream("/grpc.health.v1.Health/Watch", HealthCheckRequest.Parser, WatchAsync);

    // A store that takes no writes still answers reads, and is in service so far.
    private Status StatusOf(HealthCheckRequest request) =>
        request.Service.Length == 0 || methods.HasService(request.Service) ? Status.Serving : Status.ServiceUnknown;

    private async ValueTask WatchAsync(HealthCheckRequest request, IMessageStream messages, GrpcCall call)
    {
        Status? told = null;
        while (true)
        {
            var status = StatusOf(request);
            if (status != told)
            {
                await messages.WriteAsync(new HealthCheckResponse { Status = status }, call.Cancellation);
                await messages.FlushAsync(call.Cancellation);
                told = status;
            }
            await Task.Delay(WatchInterval, time, call.Cancellation);
        }
    }
}
