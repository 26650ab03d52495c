namespace Tiphys.ApiServer;

/// <summary>The current objects of a resource by namespace and name, listed in key order. Not thread-safe; the cache locks.</summary>
internal sealed class ObjectTable
{
    private readonly SortedDictionary<string, Bucket> _namespaces = new(StringComparer.Ordinal);

    public int Count { get; private set; }

    public StoredObject? Get(string ns, string name) => _namespaces.TryGetValue(ns, out var bucket) ? bucket.Objects.GetValueOrDefault(name) : null;

    public StoredObject? Put(StoredObject item)
    {
        if (!_namespaces.TryGetValue(item.Namespace, out var bucket)) _namespaces[item.Namespace] = bucket = new Bucket();
        if (bucket.Objects.TryGetValue(item.Name, out var before))
        {
            bucket.Objects[item.Name] = item;
            return before;
        }

        bucket.Objects[item.Name] = item;
        bucket.Names = null;
        Count++;
        return null;
    }

    public StoredObject? Remove(string ns, string name)
    {
        if (!_namespaces.TryGetValue(ns, out var bucket) || !bucket.Objects.Remove(name, out var before)) return null;
        bucket.Names = null;
        if (bucket.Objects.Count == 0) _namespaces.Remove(ns);
        Count--;
        return before;
    }

    public List<StoredObject> Select(Selection selection)
    {
        var selected = new List<StoredObject>();
        if (selection.Namespace.Length > 0)
        {
            if (_namespaces.TryGetValue(selection.Namespace, out var bucket)) bucket.Select(selection, selected);
        }
        else
        {
            foreach (var bucket in _namespaces.Values) bucket.Select(selection, selected);
        }

        return selected;
    }

    private sealed class Bucket
    {
        public Dictionary<string, StoredObject> Objects { get; } = new(StringComparer.Ordinal);

        /// <summary>Names in order; made when a list asks, dropped when a name comes or goes.</summary>
        public string[]? Names { get; set; }

        public void Select(Selection selection, List<StoredObject> selected)
        {
            if (Names is null)
            {
                Names = [.. Objects.Keys];
                Array.Sort(Names, StringComparer.Ordinal);
            }

            foreach (var name in Names)
            {
                var item = Objects[name];
                if (selection.Matches(item)) selected.Add(item);
            }
        }
    }
}
