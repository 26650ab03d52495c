using System.Net;
using System.Text;
using Tiphys.Api.Core.V1;
using Tiphys.Storage;

namespace Tiphys.ApiServer;

/// <summary>
/// Which API servers live: each keeps a key below <c>/registry/masterleases/</c>, named after its address, that runs out unless
/// kept alive (upstream's master leases, in upstream's layout, so that servers of both kinds can stand side by side).
/// </summary>
/// <param name="store">The store.</param>
/// <param name="timeToLive">After how long a silent server counts as gone.</param>
internal sealed class ServerLeases(IStore store, TimeSpan timeToLive)
{
    private const string Prefix = "/registry/masterleases/";
    private static readonly KeyRange s_all = KeyRange.Prefix(Encoding.UTF8.GetBytes(Prefix));
    private long _lease;
    private long _listed;

    /// <summary>The addresses of living servers.</summary>
    public async Task<List<string>> ListAsync(CancellationToken cancel)
    {
        var range = await store.RangeAsync(new RangeRequest(s_all), cancel);
        _listed = range.Revision;
        return
        [
            .. range.Records.Select(static r => RawObject.Decode<Endpoints>(r.Value.Span))
                .Select(static e => e.Subsets is [{ Addresses: [{ IP: var address }, ..] }, ..] ? address : "").Where(static a => a.Length > 0),
        ];
    }

    /// <summary>
    /// Says that the server at an address lives. While the key is there and its lease holds, nothing is written: the lease alone is
    /// kept alive.
    /// </summary>
    public async Task RefreshAsync(IPAddress address, CancellationToken cancel)
    {
        var key = Key(address);
        var held = await KeepAliveAsync(cancel);
        while (true)
        {
            var current = (await store.GetAsync(key, cancellationToken: cancel)).Record;
            if (held && current is not null && current.Lease == _lease) return;
            if (!held) _lease = (await store.GrantLeaseAsync(timeToLive, cancellationToken: cancel)).Id;
            held = true;
            var written = await store.PutIfAsync(key, RawObject.Encode(Mark(address, current)), current?.ModRevision ?? 0, _lease, cancel);
            if (written.Succeeded) return;
        }
    }

    /// <summary>Takes a server out; false when it was not in.</summary>
    public async Task<bool> RemoveAsync(IPAddress address, CancellationToken cancel)
    {
        var result = await store.TxnAsync(new TxnRequest([Compare.Exists(Key(address))], [new DeleteOperation(KeyRange.Single(Key(address)))], []), cancel);
        return result.Succeeded;
    }

    /// <summary>Takes out all but the server at an address.</summary>
    public async Task RemoveOthersAsync(IPAddress address, CancellationToken cancel)
    {
        var own = Key(address);
        foreach (var record in (await store.RangeAsync(new RangeRequest(s_all), cancel)).Records)
            if (!record.Key.Span.SequenceEqual(own)) await store.DeleteIfAsync(record.Key, record.ModRevision, cancel);
    }

    /// <summary>Completes when a server has come or gone since the last <see cref="ListAsync"/>.</summary>
    public async Task WaitForChangeAsync(CancellationToken cancel)
    {
        await using var watch = store.Watch(new WatchRequest(s_all) { FromRevision = _listed == 0 ? 0 : _listed + 1 });

        // Upstream's servers write their key anew with each refresh; that is no news.
        while (!(await watch.ReadAsync(cancel)).Events.Any(static e => e.IsDelete || e.IsCreate)) { }
    }

    private async Task<bool> KeepAliveAsync(CancellationToken cancel)
    {
        if (_lease == 0) return false;
        try
        {
            await store.KeepLeaseAliveAsync(_lease, cancel);
            return true;
        }
        catch (LeaseNotFoundException)
        {
            // The store was away for longer than the lease lasts.
            return false;
        }
    }

    private static Endpoints Mark(IPAddress address, StoreRecord? current) => new()
    {
        Metadata = new() { Generation = current is null ? 1 : RawObject.Decode<Endpoints>(current.Value.Span).Metadata.Generation + 1 },
        Subsets = [new() { Addresses = [new() { IP = address.ToString() }] }],
    };

    private static byte[] Key(IPAddress address) => Encoding.UTF8.GetBytes(Prefix + address);
}
