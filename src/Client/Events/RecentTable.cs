using System.Diagnostics.CodeAnalysis;

namespace Tiphys.Client;

/// <summary>A table of bounded size; when it is full, what has not been used for longest is forgotten.</summary>
/// <typeparam name="TKey">Keys.</typeparam>
/// <typeparam name="TValue">Values.</typeparam>
/// <param name="most">How many entries it keeps.</param>
internal sealed class RecentTable<TKey, TValue>(int most) where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _entries = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _lastUsedFirst = [];

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        value = default;
        if (!_entries.TryGetValue(key, out var node)) return false;
        _lastUsedFirst.Remove(node);
        _lastUsedFirst.AddFirst(node);
        value = node.Value.Value;
        return true;
    }

    public void Set(TKey key, TValue value)
    {
        if (_entries.Remove(key, out var before)) _lastUsedFirst.Remove(before);
        else if (_entries.Count >= most)
        {
            _entries.Remove(_lastUsedFirst.Last!.Value.Key);
            _lastUsedFirst.RemoveLast();
        }

        _entries.Add(key, _lastUsedFirst.AddFirst((key, value)));
    }
}
