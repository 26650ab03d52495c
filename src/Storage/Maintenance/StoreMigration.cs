using System.Text;
using Tiphys.Storage.Embedded;
using Tiphys.Storage.Embedded.Log;

namespace Tiphys.Storage.Maintenance;

/// <summary>Carries all objects from one store to another, such as from the embedded one to an etcd cluster.</summary>
public static class StoreMigration
{
    // Below etcd's limits for one transaction: 128 operations and 1.5 MiB.
    private const int MostKeys = 100;
    private const int MostBytes = 1 << 20;
    private static readonly KeyRange s_objects = KeyRange.Prefix(Encoding.UTF8.GetBytes("/registry/"));

    /// <summary>
    /// Copies every object and the leases that own some, then reads all back and compares. History is not copied, and the objects get
    /// new revisions.
    /// </summary>
    /// <param name="from">The source.</param>
    /// <param name="to">The target.</param>
    /// <param name="allowEmpty">Take a source without objects for what is meant, and not for the wrong place.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many objects were copied.</returns>
    /// <exception cref="StoreOpenException">
    /// The target has objects already, the source none, it was written to meanwhile, or the copy differs from it.
    /// </exception>
    public static async Task<long> CopyAsync(IStore from, IStore to, bool allowEmpty = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        var present = await to.RangeAsync(new RangeRequest(s_objects) { CountOnly = true }, cancellationToken).ConfigureAwait(false);
        if (present.Count > 0) throw new StoreOpenException($"the target has {present.Count} objects already; nothing was changed");
        var source = await from.RangeAsync(new RangeRequest(s_objects), cancellationToken).ConfigureAwait(false);
        if (source.Records.Count == 0 && !allowEmpty) throw new StoreOpenException("the source has no objects: is this the right place and prefix (--etcd-prefix)? Nothing was changed; with --allow-empty that is well");
        var leases = await LeasesAsync(from, to, source.Records, cancellationToken).ConfigureAwait(false);
        foreach (var batch in Batches(source.Records.Where(r => r.Lease == 0 || leases.ContainsKey(r.Lease))))
        {
            var request = new TxnRequest(
                [.. batch.Select(static r => Compare.Missing(r.Key))],
                [.. batch.Select(r => new PutOperation(r.Key, r.Value, r.Lease == 0 ? 0 : leases[r.Lease]))],
                []);
            var result = await to.TxnAsync(request, cancellationToken).ConfigureAwait(false);
            if (!result.Succeeded) throw new StoreOpenException("somebody else writes to the target");
        }

        return await VerifyAsync(from, to, source.Records, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Copies every object into a new embedded store. It is put together beside its place and appears there only when it is whole,
    /// compared and closed: what a failure leaves can not be taken for a store.
    /// </summary>
    /// <param name="from">The source.</param>
    /// <param name="directory">The store's directory; must not exist, or hold a store without a key.</param>
    /// <param name="allowEmpty">See <see cref="CopyAsync"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreOpenException">There are objects already, or <see cref="CopyAsync"/> throws it.</exception>
    public static async Task<long> CopyToDirectoryAsync(IStore from, string directory, bool allowEmpty = false, CancellationToken cancellationToken = default)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        var held = Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any() ? await HoldEmptyAsync(target, cancellationToken).ConfigureAwait(false) : null;
        using (held)
        {
            var temporary = target + ".migrating";
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
            try
            {
                long count;
                await using (var to = EmbeddedStore.Open(new EmbeddedStoreOptions { DataDirectory = temporary, HistoryWindow = null }))
                    count = await CopyAsync(from, to, allowEmpty, cancellationToken).ConfigureAwait(false);
                if (Directory.Exists(target)) Directory.Delete(target, recursive: true);
                Directory.Move(temporary, target);
                Permissions.SyncPath(target, PhysicalDisk.Instance);
                return count;
            }
            catch
            {
                if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
                throw;
            }
        }
    }

    // A server that was started too early has left a store without a key there, which nobody misses.
    private static async Task<IDisposable> HoldEmptyAsync(string directory, CancellationToken cancellationToken)
    {
        if (!DataDirectory.Exists(directory)) throw new StoreOpenException($"the data directory {directory} is not empty: move it away, or name another one");
        await using (var store = EmbeddedStore.Open(new EmbeddedStoreOptions { DataDirectory = directory, HistoryWindow = null }))
        {
            var present = await store.RangeAsync(new RangeRequest(KeyRange.All) { CountOnly = true }, cancellationToken).ConfigureAwait(false);
            if (present.Count > 0) throw new StoreOpenException($"the target has {present.Count} objects already; nothing was changed");
        }
        return DataDirectory.LockOnly(directory);
    }

    private static async Task<Dictionary<long, long>> LeasesAsync(IStore from, IStore to, IReadOnlyList<StoreRecord> records, CancellationToken cancellationToken)
    {
        var leases = new Dictionary<long, long>();
        foreach (var id in records.Select(static r => r.Lease).Where(static l => l != 0).Distinct())
        {
            try
            {
                var left = (await from.GetLeaseAsync(id, cancellationToken: cancellationToken).ConfigureAwait(false)).Remaining;
                leases[id] = (await to.GrantLeaseAsync(left, cancellationToken: cancellationToken).ConfigureAwait(false)).Id;
            }
            catch (LeaseNotFoundException)
            {
                // It has just expired, and its objects with it.
            }
        }
        return leases;
    }

    private static IEnumerable<List<StoreRecord>> Batches(IEnumerable<StoreRecord> records)
    {
        var (batch, bytes) = (new List<StoreRecord>(), 0);
        foreach (var record in records)
        {
            var size = record.Key.Length * 2 + record.Value.Length;
            if (batch.Count > 0 && (batch.Count == MostKeys || bytes + size > MostBytes))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }
            batch.Add(record);
            bytes += size;
        }
        if (batch.Count > 0) yield return batch;
    }

    private static async Task<long> VerifyAsync(IStore from, IStore to, IReadOnlyList<StoreRecord> expected, CancellationToken cancellationToken)
    {
        var now = await from.RangeAsync(new RangeRequest(s_objects), cancellationToken).ConfigureAwait(false);
        var lasting = expected.Where(static r => r.Lease == 0);
        if (!now.Records.Where(static r => r.Lease == 0).Select(static r => r.ModRevision).SequenceEqual(lasting.Select(static r => r.ModRevision)))
            throw new StoreOpenException("the source was written to meanwhile: stop its servers, empty the target and begin anew");
        var copy = await to.RangeAsync(new RangeRequest(s_objects), cancellationToken).ConfigureAwait(false);
        var copied = copy.Records.ToDictionary(static r => Encoding.UTF8.GetString(r.Key.Span), StringComparer.Ordinal);
        foreach (var record in expected)
        {
            var key = Encoding.UTF8.GetString(record.Key.Span);
            if (!copied.Remove(key, out var found))
            {
                if (record.Lease != 0) continue; // expired by now
                throw new StoreOpenException($"{key} is missing in the copy");
            }
            if (!found.Value.Span.SequenceEqual(record.Value.Span)) throw new StoreOpenException($"{key} differs in the copy");
        }
        return copied.Count == 0 ? copy.Records.Count : throw new StoreOpenException($"the copy has {copied.Keys.First()}, which the source has not");
    }
}
