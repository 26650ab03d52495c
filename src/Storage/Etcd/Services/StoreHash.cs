using Tiphys.Storage.Embedded.Log;
using Tiphys.Storage.Embedded.Snapshots.Etcd;

namespace Tiphys.Storage.Etcd.Services;

/// <summary>
/// The checksum etcd computes of its keys up to a revision (HashKV): of every change since the compacted revision, and of what is older
/// and still there. It is the same number as that of an etcd with the same history, but for what one transaction wrote together with
/// other keys before the compacted revision: which came first is forgotten. (For revisions up to the compacted one etcd tells the number it computed before it compacted.)
/// </summary>
internal static class StoreHash
{
    private const int PageKeys = 1000;
    private const int MostTries = 5;

    public static async ValueTask<(uint Hash, long Revision, long At, long Compacted)> ComputeAsync(IStore store, long revision, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            var (at, compacted) = (revision > 0 ? revision : store.CurrentRevision, store.CompactedRevision);
            try
            {
                var hash = new Hasher();
                foreach (var record in await OlderAsync(store, at, compacted, cancel)) hash.Add(record);
                await NewerAsync(store, at, compacted, hash, cancel);
                if (store.CompactedRevision == compacted) return (hash.Value, store.CurrentRevision, at, compacted);
            }
            catch (CompactedException) when (revision == 0 && tries < MostTries)
            {
            }

            // History was cut meanwhile, and with it what must be summed up has changed.
            if (tries == MostTries) throw EtcdErrors.Compacted();
        }
    }

    // By pages, and all at one revision: a large store does not stop for it.
    private static async Task<IEnumerable<StoreRecord>> OlderAsync(IStore store, long at, long compacted, CancellationToken cancel)
    {
        var older = new List<StoreRecord>();
        for (var from = KeyRange.All; ;)
        {
            var page = await store.RangeAsync(new RangeRequest(from) { Revision = at, Limit = PageKeys, SkipCount = true }, cancel);
            older.AddRange(page.Records.Where(r => r.ModRevision <= compacted));
            if (!page.More) return older.OrderBy(static r => r.ModRevision);
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
