namespace Tiphys.Storage.Embedded.Mvcc;

/// <summary>The place of a key in a leaf.</summary>
internal readonly struct TreeSlot(LeafNode? leaf, int index)
{
    public LeafNode? Leaf => leaf;

    /// <summary>The newest record, which may be a deletion; null when the key is unknown.</summary>
    public StoreRecord? Record => leaf is null ? null : Volatile.Read(ref leaf.Records[index]);

    public void Set(StoreRecord record) => Volatile.Write(ref leaf!.Records[index], record);
}

/// <summary>Receives the newest record of each key of a range; returns false to stop.</summary>
internal interface IRecordVisitor
{
    bool Visit(StoreRecord newest);
}

/// <summary>Reading a published tree.</summary>
internal static class TreeReader
{
    public static TreeSlot Find(TreeNode node, ReadOnlySpan<byte> key)
    {
        while (node is InnerNode inner)
            node = inner.Children[inner.ChildIndex(key)];
        var leaf = (LeafNode)node;
        var index = TreeNode.LowerBound(leaf.Keys, leaf.Count, key, out var found);
        return found ? new TreeSlot(leaf, index) : default;
    }

    /// <summary>Visits a range in key order. Returns false when the visitor stopped it.</summary>
    public static bool Visit<TVisitor>(TreeNode root, in KeyRange range, ref TVisitor visitor)
        where TVisitor : struct, IRecordVisitor, allows ref struct
    {
        if (range.IsSingleKey)
        {
            var record = Find(root, range.Start.Span).Record;
            return record is null || visitor.Visit(record);
        }
        var more = true;
        Walk(root, range.Start.Span, range.IsOpenEnded ? default : range.End.Span, range.IsOpenEnded, ref visitor, ref more);
        return more;
    }

    // Returns false when the walk is over, be it that the end was reached or that the visitor stopped.
    private static bool Walk<TVisitor>(
        TreeNode node, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, bool open, ref TVisitor visitor, ref bool more)
        where TVisitor : struct, IRecordVisitor, allows ref struct
    {
        if (node is InnerNode inner)
        {
            var first = start.IsEmpty ? 0 : inner.ChildIndex(start);
            for (var i = first; i < inner.Count; i++)
            {
                // Only the first child can hold keys before the start.
                if (!Walk(inner.Children[i], i == first ? start : default, end, open, ref visitor, ref more))
                    return false;
            }
            return true;
        }

        var leaf = (LeafNode)node;
        var index = start.IsEmpty ? 0 : TreeNode.LowerBound(leaf.Keys, leaf.Count, start, out _);
        // A leaf that ends before the range does is taken without comparing each key.
        var limit = leaf.Count;
        if (!open && limit > 0 && leaf.Keys[limit - 1].AsSpan().SequenceCompareTo(end) >= 0)
            limit = TreeNode.LowerBound(leaf.Keys, leaf.Count, end, out _);
        for (; index < limit; index++)
        {
            if (!visitor.Visit(Volatile.Read(ref leaf.Records[index])))
            {
                more = false;
                return false;
            }
        }
        return limit == leaf.Count;
    }
}
