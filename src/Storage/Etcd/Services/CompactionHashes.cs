namespace Tiphys.Storage.Etcd.Services;

/// <summary>
/// The checksums of the last compactions a client asked for. As etcd does, each is computed just before what it is of is forgotten, and
/// told afterwards when its revision is asked for; a restart forgets them.
/// </summary>
internal sealed class CompactionHashes(IStore store)
{
    private const int Most = 10;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, StoreHash> _hashes = [];

    /// <summary>The checksum of a compaction to that very revision; null when it is not kept.</summary>
    public StoreHash? Find(long revision)
    {
        lock (_gate)
            return _hashes.GetValueOrDefault(revision);
    }

    /// <summary>Compacts, and keeps the checksum.</summary>
    public async ValueTask CompactAsync(long revision, CancellationToken cancel)
    {
        var hash = await BeforeAsync(revision, cancel);
        await store.CompactAsync(revision, cancel);
        if (hash is null)
            return;
        lock (_gate)
        {
            _hashes[revision] = hash;
            if (_hashes.Count > Most)
                _hashes.Remove(_hashes.Keys.First());
        }
    }

    // What the store would refuse it shall refuse itself.
    private async ValueTask<StoreHash?> BeforeAsync(long revision, CancellationToken cancel)
    {
        if (revision <= store.CompactedRevision || revision > store.CurrentRevision)
            return null;
        try
        {
            return await StoreHash.ComputeAsync(store, revision, cancel, compacting: true);
        }
        catch (Exception e) when (e is StoreException or Grpc.GrpcException)
        {
            return null;
        }
    }
}
