using Google.Protobuf;
using Tiphys.Grpc.Server;

namespace Tiphys.Storage.Etcd.Services;

/// <summary>Leases (etcdserverpb.Lease).</summary>
internal sealed class LeaseService(IStore store, Member member, Alarms alarms, EtcdOptions options)
{
    private const long MostTtlSeconds = 9_000_000_000;

    public void AddTo(GrpcMethods methods) => methods
        .Unary("/etcdserverpb.Lease/LeaseGrant", V3.LeaseGrantRequest.Parser, GrantAsync)
        .Unary("/etcdserverpb.Lease/LeaseRevoke", V3.LeaseRevokeRequest.Parser, RevokeAsync)
        .Unary("/etcdserverpb.Lease/LeaseTimeToLive", V3.LeaseTimeToLiveRequest.Parser, TimeToLiveAsync)
        .Unary("/etcdserverpb.Lease/LeaseLeases", V3.LeaseLeasesRequest.Parser, ListAsync)
        .Duplex("/etcdserverpb.Lease/LeaseKeepAlive", KeepAliveAsync);

    private async ValueTask<V3.LeaseGrantResponse> GrantAsync(V3.LeaseGrantRequest request, GrpcCall call)
    {
        if (request.TTL > MostTtlSeconds)
            throw EtcdErrors.LeaseTtlTooLarge();
        await alarms.CheckAsync(request.CalculateSize(), call.Cancellation);
        // etcd grants no lease that a change of leaders would outlast, whatever was asked for, and clients count on some seconds.
        var ttl = TimeSpan.FromSeconds(Math.Max(request.TTL, Seconds(options.MinLeaseTtl)));
        var lease = await store.GrantLeaseAsync(ttl, request.ID, call.Cancellation);
        return new V3.LeaseGrantResponse { Header = member.Header(lease.Revision), ID = lease.Id, TTL = Seconds(lease.GrantedTtl) };
    }

    private async ValueTask<V3.LeaseRevokeResponse> RevokeAsync(V3.LeaseRevokeRequest request, GrpcCall call)
    {
        await alarms.CheckAsync(0, call.Cancellation);
        return new V3.LeaseRevokeResponse { Header = member.Header(await store.RevokeLeaseAsync(request.ID, call.Cancellation)) };
    }

    private async ValueTask<V3.LeaseTimeToLiveResponse> TimeToLiveAsync(V3.LeaseTimeToLiveRequest request, GrpcCall call)
    {
        try
        {
            var lease = await store.GetLeaseAsync(request.ID, request.Keys, call.Cancellation);
            var response = new V3.LeaseTimeToLiveResponse
            {
                Header = member.Header(lease.Revision), ID = lease.Id, TTL = (long)lease.Remaining.TotalSeconds, GrantedTTL = Seconds(lease.GrantedTtl),
            };
            response.Keys.AddRange(lease.Keys.Select(static key => UnsafeByteOperations.UnsafeWrap(key)));
            return response;
        }
        catch (LeaseNotFoundException)
        {
            return new V3.LeaseTimeToLiveResponse { Header = member.Header(store.CurrentRevision), ID = request.ID, TTL = -1 };
        }
    }

    private async ValueTask<V3.LeaseLeasesResponse> ListAsync(V3.LeaseLeasesRequest request, GrpcCall call)
    {
        var response = new V3.LeaseLeasesResponse { Header = member.Header(store.CurrentRevision) };
        response.Leases.AddRange((await store.ListLeasesAsync(call.Cancellation)).Select(static id => new V3.LeaseStatus { ID = id }));
        return response;
    }

    private async ValueTask KeepAliveAsync(IMessageStream messages, GrpcCall call)
    {
        while (await messages.ReadAsync(V3.LeaseKeepAliveRequest.Parser, call.Cancellation) is { } request)
        {
            var response = new V3.LeaseKeepAliveResponse { ID = request.ID };
            try
            {
                var lease = await store.KeepLeaseAliveAsync(request.ID, call.Cancellation);
                (response.Header, response.TTL) = (member.Header(lease.Revision), Seconds(lease.GrantedTtl));
            }
            catch (LeaseNotFoundException)
            {
                // No time to live tells the client that the lease is gone; the stream goes on for its others.
                response.Header = member.Header(store.CurrentRevision);
            }
            await messages.WriteAsync(response, call.Cancellation);
            await messages.FlushAsync(call.Cancellation);
        }
    }

    private static long Seconds(TimeSpan span) => (long)Math.Ceiling(span.TotalSeconds);
}
