using Tiphys.Storage.Embedded.Log;
using Tiphys.Storage.Embedded.Snapshots.Etcd;

namespace Tiphys.Storage.Etcd.Services;

/// <summary>
/// The checksum etcd computes of its keys up to a revision (HashKV): of every change since the compacted revision, and of what is older
/// and still there. It is the same number as that of an etcd with the same history, but for what one transaction wrote together with
/// other keys before the compacted revision: which came first is forgotten.
/// </summary>
/// <param name="Value">The checksum.</param>
/// <param name="Revision">Up to which revision it is of.</param>
/// <param name="Compacted">The compacted revision when it was computed; 0 when there was none.</param>
internal sealed record StoreHash(uint Value, long Revision, long Compacted)
{
    private const int PageKeys = 1000;
    private const int MostTries = 5;

    /// <summary>Computes it.</summary>
    /// <param name="store">The store.</param>
    /// <param name="revision">Up to which revision; 0 for the latest.</param>
    /// <param name="cancel">Ends the computing.</param>
    /// <param name="compacting">Whether it is for a compaction to that very revision.</param>
    public static async ValueTask<StoreHash> ComputeAsync(IStore store, long revision, CancellationToken cancel, bool compacting = false)
    {
        for (var tries = 1; ; tries++)
        {
            var (at, compacted) = (revision != 0 ? revision : store.CurrentRevision, store.CompactedRevision);
            try
            {
                var hash = new Hasher();
                if (at > 0)
                {
                    foreach (var record in await OlderAsync(store, at, compacted, compacting, cancel)) hash.Add(record);
                    await NewerAsync(store, at, compacted, hash, cancel);
                }
                if (store.CompactedRevision == compacted) return new StoreHash(hash.Value, at, compacted);
            }
            catch (CompactedException) when (revision == 0 && tries < MostTries)
            {
            }

            // History was cut meanwhile, and with it what must be summed up has changed.
            if (tries == MostTries) throw EtcdErrors.Compacted();
        }
    }

    private static async Task<IEnumerable<StoreRecord>> OlderAsync(IStore store, long at, long compacted, bool compacting, CancellationToken cancel)
    {
        var (older, isEmpty) = await LivingAsync(store, at, compacted, cancel);

        // Where nothing lives etcd sums up what it has not deleted yet as well: what lived when it last compacted.
        if (isEmpty && !compacting && compacted > 0) (older, _) = await LivingAsync(store, compacted, compacted, cancel);
        return older.OrderBy(static r => r.ModRevision);
    }

    // By pages, and all at one revision: a large store does not stop for it.
    private static async Task<(List<StoreRecord> Records, bool IsEmpty)> LivingAsync(IStore store, long at, long compacted, CancellationToken cancel)
    {
        var (older, any) = (new List<StoreRecord>(), false);
        for (var from = KeyRange.All; ;)
        {
            var page = await store.RangeAsync(new RangeRequest(from) { Revision = at, Limit = PageKeys, SkipCount = true }, cancel);
            any |= page.Records.Count > 0;
            older.AddRange(page.Records.Where(r => r.ModRevision <= compacted));
            if (!page.More) return (older, !any);
            from = KeyRange.From((byte[])[.. page.Records[^1].Key.Span, 0]);
        }
    }

    private static async Task NewerAsync(IStore store, long at, long compacted, Hasher hash, CancellationToken cancel)
    {
        if (at <= compacted) return;
        await using var watch = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = Math.Max(compacted + 1, 1) });
        for (var seen = compacted; seen < at;)
        {
            watch.RequestProgress();
            var batch = await watch.ReadAsync(cancel);
            foreach (var e in batch.Events.Where(e => e.Record.ModRevision <= at)) hash.Add(e.Record);
            seen = batch.Revision;
        }
    }

    private sealed class Hasher
    {
        private uint _crc = Crc32C.Append(uint.MaxValue, EtcdSchema.KeysBucket);
        private long _revision;
        private long _change;
        private byte[] _value = [];

        public uint Value => ~_crc;

        public void Add(StoreRecord record)
        {
            (_revision, _change) = (record.ModRevision, record.ModRevision == _revision ? _change + 1 : 0);
            Span<byte> key = stackalloc byte[EtcdSchema.RevisionBytes + 1];
            EtcdSchema.WriteRevision(key, _revision, _change, record.IsDeletion);
            _crc = Crc32C.Append(_crc, record.IsDeletion ? key : key[..EtcdSchema.RevisionBytes]);
            var stored = EtcdSchema.Stored(record);
            var bytes = stored.CalculateSize();
            if (_value.Length < bytes) _value = new byte[Math.Max(bytes, 2 * _value.Length)];
            Google.Protobuf.MessageExtensions.WriteTo(stored, _value.AsSpan(0, bytes));
            _crc = Crc32C.Append(_crc, _value.AsSpan(0, bytes));
        }
    }
}
