using System.Buffers.Binary;
using Tiphys.Storage.Embedded.Log;

namespace Tiphys.Storage.Etcd.Services;

/// <summary>A checksum of what a store holds at a revision: equal for stores that hold the same. Not the number etcd computes.</summary>
internal static class StoreHash
{
    private const int PageKeys = 1000;

    public static async ValueTask<(uint Hash, long Revision, long At)> ComputeAsync(IStore store, long revision, CancellationToken cancel)
    {
        var at = revision > 0 ? revision : store.CurrentRevision;
        uint hash = 0;
        var numbers = new byte[4 * sizeof(long)];
        var from = KeyRange.All;
        while (true)
        {
            // By pages, and all at one revision: a large store does not stop for it.
            var page = await store.RangeAsync(new RangeRequest(from) { Revision = at, Limit = PageKeys, SkipCount = true }, cancel);
            foreach (var record in page.Records)
            {
                BinaryPrimitives.WriteInt64LittleEndian(numbers, record.CreateRevision);
                BinaryPrimitives.WriteInt64LittleEndian(numbers.AsSpan(8), record.ModRevision);
                BinaryPrimitives.WriteInt64LittleEndian(numbers.AsSpan(16), record.Version);
                BinaryPrimitives.WriteInt64LittleEndian(numbers.AsSpan(24), record.Lease);
                hash = Crc32C.Compute(numbers, hash);
                hash = Crc32C.Compute(record.Key.Span, hash);
                hash = Crc32C.Compute(record.Value.Span, hash);
            }
            if (!page.More)
                return (hash, page.Revision, at);
            byte[] next = [.. page.Records[^1].Key.Span, 0];
            from = KeyRange.From(next);
        }
    }
}
