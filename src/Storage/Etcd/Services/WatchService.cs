using Tiphys.Grpc;
using Tiphys.Grpc.Server;

namespace Tiphys.Storage.Etcd.Services;

/// <summary>Watches (etcdserverpb.Watch): any number of them on one stream.</summary>
internal sealed class WatchService(IStore store, Member member, EtcdOptions options)
{
    public void AddTo(GrpcMethods methods) => methods.Duplex("/etcdserverpb.Watch/Watch", ServeAsync);

    private async ValueTask ServeAsync(IMessageStream messages, GrpcCall call)
    {
        await using var session = new WatchSession(store, member, options.MaxRequestBytes, call.Cancellation);
        var sending = session.SendAsync(messages);
        var reading = ReadAsync(session, messages);
        try
        {
            // A caller that has nothing more to ask still gets its events; one that fails, or takes nothing more, does not.
            await await Task.WhenAny(sending, reading);
            await sending;
        }
        catch (OperationCanceledException) when (!call.IsOverdue)
        {
            throw new GrpcException(GrpcStatusCode.Cancelled, "etcdserver: watch canceled");
        }
        finally
        {
            await session.StopAsync();
            // Neither may use the call's streams any longer once this returns.
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task ReadAsync(WatchSession session, IMessageStream messages)
    {
        while (await messages.ReadAsync(V3.WatchRequest.Parser, session.Stopping) is { } request)
        {
            switch (request.RequestUnionCase)
            {
                case V3.WatchRequest.RequestUnionOneofCase.CreateRequest:
                    await session.CreateAsync(request.CreateRequest);
                    break;
                case V3.WatchRequest.RequestUnionOneofCase.CancelRequest:
                    await session.CancelAsync(request.CancelRequest.WatchId);
                    break;
                case V3.WatchRequest.RequestUnionOneofCase.ProgressRequest:
                    session.RequestProgress();
                    break;
            }
        }
    }
}
