using System.Security.Cryptography;
using System.Buffers.Binary;
using Tiphys.Grpc;

namespace Tiphys.Storage.Etcd.Client;

/// <summary>The store's leases are etcd's own.</summary>
public sealed partial class EtcdStore
{
    /// <inheritdoc/>
    public async ValueTask<LeaseStatus> GrantLeaseAsync(TimeSpan ttl, long id = 0, CancellationToken cancellationToken = default)
    {
        // With an id chosen here a lost answer does no harm: the lease granted then is found at the next try.
        var chosen = id == 0;
        if (chosen) id = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) & long.MaxValue | 1;
        var request = new V3.LeaseGrantRequest { ID = id, TTL = Math.Max(1, (long)Math.Ceiling(ttl.TotalSeconds)) };
        try
        {
            var response = await CallAsync(
                "/etcdserverpb.Lease/LeaseGrant", request, V3.LeaseGrantResponse.Parser, chosen ? EtcdCall.Repeatable : EtcdCall.Once,
                _options.OperationTimeout, cancellationToken, id).ConfigureAwait(false);
            See(response.Header.Revision);
            var granted = TimeSpan.FromSeconds(response.TTL);
            return new LeaseStatus(id, granted, granted, [], response.Header.Revision);
        }
        catch (LeaseExistsException) when (chosen)
        {
            return await GetLeaseAsync(id, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> RevokeLeaseAsync(long id, CancellationToken cancellationToken = default)
    {
        var response = await CallAsync(
            "/etcdserverpb.Lease/LeaseRevoke", new V3.LeaseRevokeRequest { ID = id }, V3.LeaseRevokeResponse.Parser, EtcdCall.Once,
            _options.OperationTimeout, cancellationToken, id).ConfigureAwait(false);
        See(response.Header.Revision);
        return response.Header.Revision;
    }

    /// <inheritdoc/>
    public async ValueTask<LeaseStatus> KeepLeaseAliveAsync(long id, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        var started = Time.GetTimestamp();
        while (true)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(s_shortRead);
            using var call = Connection.Open<V3.LeaseKeepAliveRequest, V3.LeaseKeepAliveResponse>(
                "/etcdserverpb.Lease/LeaseKeepAlive", V3.LeaseKeepAliveResponse.Parser, withLeader: true, out var leave, patience.Token);
            call.Send(new V3.LeaseKeepAliveRequest { ID = id });
            try
            {
                var response = await call.ReadAsync().ConfigureAwait(false) ?? throw new GrpcException(GrpcStatusCode.Unavailable, "the stream ended");
                See(response.Header.Revision);
                if (response.TTL <= 0) throw new LeaseNotFoundException(id);
                var ttl = TimeSpan.FromSeconds(response.TTL);
                return new LeaseStatus(id, ttl, ttl, [], response.Header.Revision);
            }
            catch (GrpcException e)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ThrowIfDisposed();
                if (EtcdErrors.FateOf(e) == EtcdFate.Refused) throw await TranslateAsync(e, id, cancellationToken).ConfigureAwait(false);
                leave(e.Message);
                if (Time.GetElapsedTime(started) >= _options.OperationTimeout)
                    throw new StoreUnavailableException(StoreCondition.Unreachable, $"etcd is not available: {e.Detail}", e);
                await Task.Delay(s_shortRead / 20, Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<LeaseStatus> GetLeaseAsync(long id, bool withKeys = false, CancellationToken cancellationToken = default)
    {
        var response = await CallAsync(
            "/etcdserverpb.Lease/LeaseTimeToLive", new V3.LeaseTimeToLiveRequest { ID = id, Keys = withKeys }, V3.LeaseTimeToLiveResponse.Parser,
            EtcdCall.Repeatable, s_shortRead, cancellationToken, id).ConfigureAwait(false);
        See(response.Header.Revision);
        if (response.GrantedTTL <= 0 || response.TTL < 0) throw new LeaseNotFoundException(id);
        var keys = response.Keys.Select(Keys.From).Order(Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b)));
        return new LeaseStatus(
            id, TimeSpan.FromSeconds(response.GrantedTTL), TimeSpan.FromSeconds(response.TTL), [.. keys.Select(static k => (ReadOnlyMemory<byte>)k)], response.Header.Revision);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<long>> ListLeasesAsync(CancellationToken cancellationToken = default)
    {
        var response = await CallAsync(
            "/etcdserverpb.Lease/LeaseLeases", new V3.LeaseLeasesRequest(), V3.LeaseLeasesResponse.Parser, EtcdCall.Repeatable, s_shortRead, cancellationToken).ConfigureAwait(false);
        return [.. response.Leases.Select(static l => l.ID).Order()];
    }
}
