namespace Tiphys.Storage.Embedded.Mvcc;

/// <summary>
/// The writer's side of the key index: a B-tree that copies a published node before changing its shape. Readers hold a
/// root and see that shape for as long as they like.
/// </summary>
internal sealed class KeyTree
{
    private object _edit = new();
    private TreeNode _root;
    // The right half of the node the last insertion split, on its way up to the parent.
    private byte[]? _splitDivider;
    private TreeNode? _splitRight;

    public KeyTree() => _root = new LeafNode(_edit);

    /// <summary>Keys in the tree, deleted ones that are still remembered included.</summary>
    public long Count { get; private set; }

    /// <summary>The writer's own shape, unpublished changes included.</summary>
    public TreeNode Root => _root;

    /// <summary>Hands the present shape to readers; later changes copy.</summary>
    public TreeNode Publish()
    {
        if (ReferenceEquals(_root.Owner, _edit))
            _edit = new object();
        return _root;
    }

    /// <summary>Returns to a published shape.</summary>
    public void Restore(TreeNode root, long count)
    {
        _root = root;
        Count = count;
        _edit = new object();
    }

    /// <summary>Where a key's newest record is kept; no leaf when the key is unknown.</summary>
    public TreeSlot Find(ReadOnlySpan<byte> key) => TreeReader.Find(_root, key);

    /// <summary>Adds a key that is not in the tree.</summary>
    public void Insert(StoreRecord record)
    {
        _root = Insert(_root, record.KeyArray, record);
        Count++;
        if (_splitRight is null)
            return;
        var root = new InnerNode(_edit) { Count = 2 };
        root.Keys[0] = _splitDivider!;
        root.Children[0] = _root;
        root.Children[1] = _splitRight;
        _root = root;
        _splitRight = null;
    }

    /// <summary>Drops a key; a missing one is passed over.</summary>
    public void Remove(byte[] key)
    {
        if (Find(key).Leaf is null)
            return;
        _root = Remove(_root, key);
        Count--;
        while (_root is InnerNode { Count: 1 } inner)
            _root = inner.Children[0];
    }

    private TreeNode Insert(TreeNode node, byte[] key, StoreRecord record)
    {
        if (node is LeafNode leaf)
        {
            leaf = Own(leaf);
            var index = TreeNode.LowerBound(leaf.Keys, leaf.Count, key, out _);
            if (leaf.Count < TreeNode.Capacity)
                leaf.InsertAt(index, key, record);
            else
                SplitAndInsert(leaf, index, key, record);
            return leaf;
        }

        var inner = Own((InnerNode)node);
        var at = inner.ChildIndex(key);
        inner.Children[at] = Insert(inner.Children[at], key, record);
        if (_splitRight is null)
            return inner;

        var (divider, right) = (_splitDivider!, _splitRight);
        _splitRight = null;
        if (inner.Count == TreeNode.Capacity)
        {
            var upper = new InnerNode(_edit);
            var upperDivider = inner.SplitTo(upper, TreeNode.Capacity / 2);
            if (at >= inner.Count)
                upper.InsertAfter(at - inner.Count, divider, right);
            else
                inner.InsertAfter(at, divider, right);
            _splitDivider = upperDivider;
            _splitRight = upper;
            return inner;
        }
        inner.InsertAfter(at, divider, right);
        return inner;
    }

    private void SplitAndInsert(LeafNode leaf, int index, byte[] key, StoreRecord record)
    {
        // Keys often arrive in ascending order; then the left half is left nearly full instead of half empty.
        var from = index == leaf.Count ? TreeNode.Capacity - TreeNode.Capacity / 8 : TreeNode.Capacity / 2;
        var right = new LeafNode(_edit);
        leaf.MoveTo(right, from);
        // At the boundary itself the left half takes the key: the divider stays the right half's first key.
        if (index <= from)
            leaf.InsertAt(index, key, record);
        else
            right.InsertAt(index - from, key, record);
        _splitRight = right;
        _splitDivider = right.Keys[0];
    }

    private TreeNode Remove(TreeNode node, byte[] key)
    {
        if (node is LeafNode leaf)
        {
            leaf = Own(leaf);
            var index = TreeNode.LowerBound(leaf.Keys, leaf.Count, key, out var found);
            if (found)
                leaf.RemoveAt(index);
            return leaf;
        }

        var inner = Own((InnerNode)node);
        var at = inner.ChildIndex(key);
        var child = Remove(inner.Children[at], key);
        inner.Children[at] = child;
        if (child.Count == 0)
            inner.RemoveChild(at);
        else if (child.Count < TreeNode.Capacity / 4 && inner.Count > 1)
            Merge(inner, at == 0 ? 0 : at - 1);
        return inner;
    }

    private void Merge(InnerNode parent, int left)
    {
        var (a, b) = (parent.Children[left], parent.Children[left + 1]);
        // Merging only to three quarters keeps the next insertion from splitting again at once.
        if (a.Count + b.Count > TreeNode.Capacity * 3 / 4)
            return;
        if (a is LeafNode leafA && b is LeafNode leafB)
        {
            leafA = Own(leafA);
            Own(leafB).MoveTo(leafA, 0);
            parent.Children[left] = leafA;
        }
        else
        {
            var innerA = Own((InnerNode)a);
            innerA.Append(parent.Keys[left], (InnerNode)b);
            parent.Children[left] = innerA;
        }
        parent.RemoveChild(left + 1);
    }

    private LeafNode Own(LeafNode leaf) => ReferenceEquals(leaf.Owner, _edit) ? leaf : leaf.CopyFor(_edit);

    private InnerNode Own(InnerNode inner) => ReferenceEquals(inner.Owner, _edit) ? inner : inner.CopyFor(_edit);
}
