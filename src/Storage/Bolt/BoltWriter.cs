using System.Buffers.Binary;
using System.Text;

namespace Tiphys.Storage.Bolt;

/// <summary>Writes a bbolt database as a stream, packed and with no free page in it.</summary>
internal static class BoltWriter
{
    private const ulong FreeListPage = 2;
    private const ulong FirstPage = 3;

    /// <summary>Writes a whole file and returns its size in bytes.</summary>
    public static long Write(Stream output, IEnumerable<BoltBucket> buckets)
    {
        var next = FirstPage;
        var trees = new List<BoltTree>();
        var roots = new List<(byte[], byte[])>();
        foreach (var bucket in buckets.OrderBy(static b => b.Name, StringComparer.Ordinal))
        {
            if (bucket.Items.Count > 0) trees.Add(new BoltTree(bucket.Items, 0, ref next));
            roots.Add((Encoding.ASCII.GetBytes(bucket.Name), bucket.Items.Count > 0 ? Reference(trees[^1].Root) : Empty()));
        }

        var root = new BoltTree(new BoltItems(roots), BoltPage.BucketFlag, ref next);
        var page = new byte[BoltTree.PageBytes];
        foreach (var transaction in new ulong[] { 2, 1 })
        {
            page.AsSpan().Clear();
            new BoltPage(transaction % 2, BoltPageKind.Meta, 0, 0).Write(page);
            new BoltMeta(BoltTree.PageBytes, root.Root, FreeListPage, next, transaction).Write(page.AsSpan(BoltPage.HeaderBytes));
            output.Write(page);
        }

        page.AsSpan().Clear();
        new BoltPage(FreeListPage, BoltPageKind.FreeList, 0, 0).Write(page);
        output.Write(page);
        foreach (var tree in trees) tree.Write(output);
        root.Write(output);
        return (long)next * BoltTree.PageBytes;
    }

    private static byte[] Reference(ulong root)
    {
        var value = new byte[BoltPage.BucketBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(value, root);
        return value;
    }

    // A bucket without a page of its own: an empty leaf stands behind the reference to none.
    private static byte[] Empty()
    {
        var value = new byte[BoltPage.BucketBytes + BoltPage.HeaderBytes];
        new BoltPage(0, BoltPageKind.Leaf, 0, 0).Write(value.AsSpan(BoltPage.BucketBytes));
        return value;
    }
}
