using Tiphys.Api;

namespace Tiphys.Client;

/// <summary>The objects of an informer with their indexes. Written by one loop, read by anyone.</summary>
internal sealed class ObjectStore<T> where T : class, IKubernetesObject<T>
{
    public const string NamespaceIndex = "namespace";
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, T> _objects = [];
    private readonly Dictionary<string, Index> _indexes = new(StringComparer.Ordinal);

    public ObjectStore() => AddIndex(NamespaceIndex, static item => [item.Metadata.Namespace]);

    public int Count
    {
        get
        {
            lock (_lock) return _objects.Count;
        }
    }

    public void AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        lock (_lock)
        {
            var index = new Index(values);
            foreach (var (key, item) in _objects) index.Add(key, item);
            _indexes[name] = index;
        }
    }

    public T? Get(ObjectKey key)
    {
        lock (_lock) return _objects.GetValueOrDefault(key);
    }

    public T[] List()
    {
        lock (_lock) return [.. _objects.Values];
    }

    public T[] ByIndex(string name, string value)
    {
        lock (_lock)
        {
            if (!_indexes[name].Entries.TryGetValue(value, out var keys)) return [];
            var items = new T[keys.Count];
            var i = 0;
            foreach (var key in keys) items[i++] = _objects[key];
            return items;
        }
    }

    /// <summary>Stores an object; returns the one it replaces.</summary>
    public T? Put(ObjectKey key, T item)
    {
        lock (_lock)
        {
            _objects.TryGetValue(key, out var before);
            _objects[key] = item;
            foreach (var index in _indexes.Values)
            {
                if (before is not null) index.Remove(key, before);
                index.Add(key, item);
            }

            return before;
        }
    }

    public T? Remove(ObjectKey key)
    {
        lock (_lock)
        {
            if (!_objects.Remove(key, out var before)) return null;
            foreach (var index in _indexes.Values) index.Remove(key, before);
            return before;
        }
    }

    private sealed class Index(Func<T, IEnumerable<string>> values)
    {
        public Dictionary<string, HashSet<ObjectKey>> Entries { get; } = new(StringComparer.Ordinal);

        public void Add(ObjectKey key, T item)
        {
            foreach (var value in values(item))
            {
                if (!Entries.TryGetValue(value, out var keys)) Entries[value] = keys = [];
                keys.Add(key);
            }
        }

        public void Remove(ObjectKey key, T item)
        {
            foreach (var value in values(item))
            {
                if (!Entries.TryGetValue(value, out var keys)) continue;
                keys.Remove(key);
                if (keys.Count == 0) Entries.Remove(value);
            }
        }
    }
}
