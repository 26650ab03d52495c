using System.Text;
using Tiphys.Storage.Embedded;

namespace Tiphys.Storage.Bench;

/// <summary>Writers that renew a Lease each, as nodes do.</summary>
internal static class LeaseWriters
{
    private const int Bytes = 300;

    public static async Task<Writers> OfAsync(EmbeddedStore store, int count)
    {
        byte[][] keys = [.. Enumerable.Range(0, count).Select(static w => Encoding.ASCII.GetBytes($"/registry/leases/{w}"))];
        var revisions = new long[count];
        for (var w = 0; w < count; w++) revisions[w] = (await store.GetAsync(keys[w])).Record?.ModRevision ?? 0;
        return new Writers(count, (w, _) => keys[w], async (w, key) => revisions[w] = (await store.PutIfAsync(key, new byte[Bytes], revisions[w])).Revision);
    }
}
