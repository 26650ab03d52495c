using System.Net;
using System.Text;
using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Cri;
using Tiphys.Grpc;
using Tiphys.Kubelet.Probes.V1;

namespace Tiphys.Kubelet.Probes;

/// <summary>The outcome of one probe.</summary>
/// <param name="Success">Whether the container passed; null when the probe itself could not be made, which changes nothing.</param>
/// <param name="Output">What it said.</param>
internal readonly record struct ProbeOutcome(bool? Success, string Output);

/// <summary>Makes single probes.</summary>
internal interface IProber
{
    Task<ProbeOutcome> ProbeAsync(Probe probe, Container container, string containerId, string podAddress, CancellationToken cancel);
}

/// <summary>Probes by command, HTTP, TCP and gRPC.</summary>
internal sealed class Prober(IRuntimeService runtime) : IProber, IDisposable
{
    private const string UserAgent = "kube-probe/1.36";
    private const int MaxOutput = 10 * 1024;
    private readonly HttpGet _http = new();

    public async Task<ProbeOutcome> ProbeAsync(Probe probe, Container container, string containerId, string podAddress, CancellationToken cancel)
    {
        var timeout = TimeSpan.FromSeconds(Math.Max(1, probe.TimeoutSeconds));
        try
        {
            if (probe.Exec is { } exec) return await ExecAsync(exec, containerId, timeout, cancel).ConfigureAwait(false);
            if (probe.HttpGet is { } http)
            {
                var (code, body, _) = await _http.SendAsync(http, container, podAddress, UserAgent, timeout, cancel).ConfigureAwait(false);
                return code is >= 200 and < 400
                    ? new ProbeOutcome(true, body)
                    : new ProbeOutcome(false, $"HTTP probe failed with statuscode: {code}");
            }
            if (probe.TcpSocket is { } tcp)
            {
                var failure = await TcpDial.TryAsync(
                    tcp.Host.Length > 0 ? tcp.Host : podAddress, PortResolver.Resolve(tcp.Port, container), timeout, cancel).ConfigureAwait(false);
                return new ProbeOutcome(failure is null, failure ?? "");
            }
            if (probe.Grpc is { } grpc) return await GrpcAsync(grpc, podAddress, timeout, cancel).ConfigureAwait(false);
            return new ProbeOutcome(null, $"missing probe handler for {container.Name}");
        }
        catch (HttpProbeException e)
        {
            return new ProbeOutcome(false, e.Message);
        }
        catch (FormatException e)
        {
            return new ProbeOutcome(null, e.Message);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<ProbeOutcome> ExecAsync(ExecAction exec, string containerId, TimeSpan timeout, CancellationToken cancel)
    {
        try
        {
            var answer = await runtime.ExecSyncAsync(containerId, exec.Command ?? [], timeout, cancel).ConfigureAwait(false);
            var output = Encoding.UTF8.GetString([.. answer.Stdout, .. answer.Stderr]);
            return new ProbeOutcome(answer.ExitCode == 0, output.Length > MaxOutput ? output[..MaxOutput] : output);
        }
        catch (GrpcException e) when (e.Code == GrpcStatusCode.DeadlineExceeded)
        {
            var command = string.Join(' ', exec.Command ?? []);
            return new ProbeOutcome(false, $"command timed out: \"{command}\" timed out after {timeout.TotalSeconds:0}s");
        }
        catch (GrpcException e)
        {
            return new ProbeOutcome(null, e.Message);
        }
    }

    private static async Task<ProbeOutcome> GrpcAsync(GRPCAction action, string podAddress, TimeSpan timeout, CancellationToken cancel)
    {
        using var channel = new GrpcChannel(new IPEndPoint(IPAddress.Parse(podAddress), action.Port));
        try
        {
            var answer = await channel.UnaryAsync(
                "/grpc.health.v1.Health/Check", new HealthCheckRequest { Service = action.Service ?? "" },
                HealthCheckResponse.Parser, timeout, cancel).ConfigureAwait(false);
            return answer.Status == HealthCheckResponse.Types.ServingStatus.Serving
                ? new ProbeOutcome(true, "service healthy")
                : new ProbeOutcome(false, $"service unhealthy (responded with \"{Name(answer.Status)}\")");
        }
        catch (GrpcException e)
        {
            var address = $"{podAddress}:{action.Port}";
            return new ProbeOutcome(false, e.Code switch
            {
                GrpcStatusCode.Unimplemented => $"error: this server does not implement the grpc health protocol (grpc.health.v1.Health): {e.Detail}",
                GrpcStatusCode.DeadlineExceeded => $"timeout: health rpc did not complete within {timeout.TotalSeconds:0}s",
                GrpcStatusCode.Unavailable => $"timeout: failed to connect service \"{address}\" within {timeout.TotalSeconds:0}s: {e.Detail}",
                _ => $"error: health rpc probe failed: {e.Message}",
            });
        }
    }

    private static string Name(HealthCheckResponse.Types.ServingStatus status) => status switch
    {
        HealthCheckResponse.Types.ServingStatus.NotServing => "NOT_SERVING",
        HealthCheckResponse.Types.ServingStatus.ServiceUnknown => "SERVICE_UNKNOWN",
        HealthCheckResponse.Types.ServingStatus.Serving => "SERVING",
        _ => "UNKNOWN",
    };
}
