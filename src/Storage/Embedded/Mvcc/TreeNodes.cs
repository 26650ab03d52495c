namespace Tiphys.Storage.Embedded.Mvcc;

/// <summary>
/// A node of the key index. Once published its keys, count and children never change, so readers need no lock; only the
/// records of a leaf are replaced in place, which readers tolerate because they walk to the revision they read at.
/// </summary>
internal abstract class TreeNode(object owner, byte[][] keys)
{
    /// <summary>Entries in a full node.</summary>
    public const int Capacity = 64;

    /// <summary>The edit that made this node; while it is unpublished the node may be changed in place.</summary>
    public readonly object Owner = owner;

    public readonly byte[][] Keys = keys;

    public int Count;

    /// <summary>The first index whose key is at or after <paramref name="key"/>, among the first <paramref name="count"/>.</summary>
    public static int LowerBound(byte[][] keys, int count, ReadOnlySpan<byte> key, out bool found)
    {
        int low = 0, high = count - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var order = keys[middle].AsSpan().SequenceCompareTo(key);
            if (order == 0)
            {
                found = true;
                return middle;
            }
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        found = false;
        return low;
    }
}

/// <summary>A leaf: keys and the newest record of each.</summary>
internal sealed class LeafNode(object owner) : TreeNode(owner, new byte[Capacity][])
{
    public readonly StoreRecord[] Records = new StoreRecord[Capacity];

    public LeafNode CopyFor(object owner)
    {
        var copy = new LeafNode(owner) { Count = Count };
        Array.Copy(Keys, copy.Keys, Count);
        Array.Copy(Records, copy.Records, Count);
        return copy;
    }

    public void InsertAt(int index, byte[] key, StoreRecord record)
    {
        Array.Copy(Keys, index, Keys, index + 1, Count - index);
        Array.Copy(Records, index, Records, index + 1, Count - index);
        Keys[index] = key;
        Records[index] = record;
        Count++;
    }

    public void RemoveAt(int index)
    {
        Count--;
        Array.Copy(Keys, index + 1, Keys, index, Count - index);
        Array.Copy(Records, index + 1, Records, index, Count - index);
        Keys[Count] = null!;
        Records[Count] = null!;
    }

    /// <summary>Moves the entries from <paramref name="from"/> on to the end of another leaf.</summary>
    public void MoveTo(LeafNode target, int from)
    {
        var moved = Count - from;
        Array.Copy(Keys, from, target.Keys, target.Count, moved);
        Array.Copy(Records, from, target.Records, target.Count, moved);
        Array.Clear(Keys, from, moved);
        Array.Clear(Records, from, moved);
        target.Count += moved;
        Count = from;
    }
}

/// <summary>
/// An inner node of <see cref="TreeNode.Count"/> children; key i divides child i (smaller) from child i + 1 (at or after).
/// </summary>
internal sealed class InnerNode(object owner) : TreeNode(owner, new byte[Capacity][])
{
    public readonly TreeNode[] Children = new TreeNode[Capacity];

    public InnerNode CopyFor(object owner)
    {
        var copy = new InnerNode(owner) { Count = Count };
        Array.Copy(Keys, copy.Keys, Count - 1);
        Array.Copy(Children, copy.Children, Count);
        return copy;
    }

    public int ChildIndex(ReadOnlySpan<byte> key)
    {
        var index = LowerBound(Keys, Count - 1, key, out var found);
        return found ? index + 1 : index;
    }

    /// <summary>Inserts a child right of the child at <paramref name="index"/>.</summary>
    public void InsertAfter(int index, byte[] divider, TreeNode child)
    {
        Array.Copy(Keys, index, Keys, index + 1, Count - 1 - index);
        Array.Copy(Children, index + 1, Children, index + 2, Count - 1 - index);
        Keys[index] = divider;
        Children[index + 1] = child;
        Count++;
    }

    /// <summary>Removes a child and the divider beside it.</summary>
    public void RemoveChild(int index)
    {
        var divider = index == 0 ? 0 : index - 1;
        if (Count > 1)
        {
            Array.Copy(Keys, divider + 1, Keys, divider, Count - 2 - divider);
            Keys[Count - 2] = null!;
        }
        Count--;
        Array.Copy(Children, index + 1, Children, index, Count - index);
        Children[Count] = null!;
    }

    /// <summary>Moves the children from <paramref name="from"/> on to an empty node; returns the divider between the two.</summary>
    public byte[] SplitTo(InnerNode target, int from)
    {
        var divider = Keys[from - 1];
        var moved = Count - from;
        Array.Copy(Keys, from, target.Keys, 0, moved - 1);
        Array.Copy(Children, from, target.Children, 0, moved);
        Array.Clear(Keys, from - 1, moved);
        Array.Clear(Children, from, moved);
        target.Count = moved;
        Count = from;
        return divider;
    }

    /// <summary>Appends all children of the right neighbour.</summary>
    public void Append(byte[] divider, InnerNode right)
    {
        Keys[Count - 1] = divider;
        Array.Copy(right.Keys, 0, Keys, Count, right.Count - 1);
        Array.Copy(right.Children, 0, Children, Count, right.Count);
        Count += right.Count;
    }
}
