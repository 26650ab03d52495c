using System.Buffers.Binary;

namespace Tiphys.Storage.Bolt;

/// <summary>
/// The pages of a bucket, planned from the sizes of its items before anything is written: a file can then be written from its beginning
/// to its end, though its beginning says where everything is.
/// </summary>
internal sealed class BoltTree
{
    /// <summary>Bytes of a page.</summary>
    public const int PageBytes = 4096;

    private readonly IBoltItems _items;
    private readonly uint _leafFlags;
    private readonly List<Node> _leaves = [];
    private readonly List<(List<Node> Nodes, List<Node> Children)> _branches = [];

    /// <summary>Plans.</summary>
    /// <param name="items">The content.</param>
    /// <param name="leafFlags">Flags of every item: 0, or that it is a bucket.</param>
    /// <param name="next">The first page that is free; afterwards the first behind the tree.</param>
    public BoltTree(IBoltItems items, uint leafFlags, ref ulong next)
    {
        (_items, _leafFlags) = (items, leafFlags);
        for (var first = 0; first < items.Count || _leaves.Count == 0;)
        {
            var (count, bytes) = (0, BoltPage.HeaderBytes);
            for (; first + count < items.Count; count++)
            {
                var more = BoltPage.ElementBytes + items.KeyBytes(first + count) + items.ValueBytes(first + count);
                if (count > 0 && bytes + more > PageBytes) break;
                bytes += more;
            }

            _leaves.Add(new Node(next, first, first, count, (bytes - 1) / PageBytes));
            next += (ulong)_leaves[^1].Overflow + 1;
            first += count;
        }

        for (var level = _leaves; level.Count > 1; level = _branches[^1].Nodes) _branches.Add((Group(level, ref next), level));
        Root = _branches.Count > 0 ? _branches[^1].Nodes[0].Page : _leaves[0].Page;
    }

    /// <summary>The page at the top.</summary>
    public ulong Root { get; }

    /// <summary>Writes the pages in order.</summary>
    public void Write(Stream output)
    {
        var page = Array.Empty<byte>();
        foreach (var leaf in _leaves) output.Write(Leaf(leaf, ref page));
        foreach (var (nodes, children) in _branches)
        {
            foreach (var node in nodes) output.Write(Branch(node, children, ref page));
        }
    }

    private List<Node> Group(List<Node> children, ref ulong next)
    {
        var nodes = new List<Node>();
        for (var first = 0; first < children.Count;)
        {
            var (count, bytes) = (0, BoltPage.HeaderBytes);
            for (; first + count < children.Count; count++)
            {
                bytes += BoltPage.ElementBytes + _items.KeyBytes(children[first + count].FirstItem);

                // A branch has two children at least, however long their keys.
                if (count >= 2 && bytes > PageBytes) break;
            }

            if (children.Count - first - count == 1 && count > 2) count--;
            var size = BoltPage.HeaderBytes + Enumerable.Range(first, count).Sum(i => BoltPage.ElementBytes + _items.KeyBytes(children[i].FirstItem));
            nodes.Add(new Node(next, children[first].FirstItem, first, count, (size - 1) / PageBytes));
            next += (ulong)nodes[^1].Overflow + 1;
            first += count;
        }

        return nodes;
    }

    private Span<byte> Leaf(Node leaf, ref byte[] buffer)
    {
        var page = Begin(leaf, BoltPageKind.Leaf, ref buffer);
        var data = BoltPage.HeaderBytes + (leaf.Count * BoltPage.ElementBytes);
        for (var i = 0; i < leaf.Count; i++)
        {
            var (at, key, value) = (BoltPage.HeaderBytes + (i * BoltPage.ElementBytes), _items.KeyBytes(leaf.First + i), _items.ValueBytes(leaf.First + i));
            BinaryPrimitives.WriteUInt32LittleEndian(page[at..], _leafFlags);
            BinaryPrimitives.WriteUInt32LittleEndian(page[(at + 4)..], (uint)(data - at));
            BinaryPrimitives.WriteUInt32LittleEndian(page[(at + 8)..], (uint)key);
            BinaryPrimitives.WriteUInt32LittleEndian(page[(at + 12)..], (uint)value);
            _items.WriteKey(leaf.First + i, page.Slice(data, key));
            _items.WriteValue(leaf.First + i, page.Slice(data + key, value));
            data += key + value;
        }

        return page;
    }

    private Span<byte> Branch(Node node, List<Node> children, ref byte[] buffer)
    {
        var page = Begin(node, BoltPageKind.Branch, ref buffer);
        var data = BoltPage.HeaderBytes + (node.Count * BoltPage.ElementBytes);
        for (var i = 0; i < node.Count; i++)
        {
            var child = children[node.First + i];
            var (at, key) = (BoltPage.HeaderBytes + (i * BoltPage.ElementBytes), _items.KeyBytes(child.FirstItem));
            BinaryPrimitives.WriteUInt32LittleEndian(page[at..], (uint)(data - at));
            BinaryPrimitives.WriteUInt32LittleEndian(page[(at + 4)..], (uint)key);
            BinaryPrimitives.WriteUInt64LittleEndian(page[(at + 8)..], child.Page);
            _items.WriteKey(child.FirstItem, page.Slice(data, key));
            data += key;
        }

        return page;
    }

    private static Span<byte> Begin(Node node, BoltPageKind kind, ref byte[] buffer)
    {
        var bytes = (node.Overflow + 1) * PageBytes;
        if (buffer.Length < bytes) buffer = new byte[bytes];
        var page = buffer.AsSpan(0, bytes);
        page.Clear();
        new BoltPage(node.Page, kind, (ushort)node.Count, (uint)node.Overflow).Write(page);
        return page;
    }

    // First counts items in a leaf and children in a branch.
    private readonly record struct Node(ulong Page, int FirstItem, int First, int Count, int Overflow);
}
