namespace Tiphys.Api;

/// <summary>Maps are written in key order, so that equal objects have equal bytes.</summary>
internal static class SortedMap
{
    /// <summary>The map's entries by ordinal key order.</summary>
    public static KeyValuePair<string, T>[] Of<T>(Dictionary<string, T> map)
    {
        var entries = new KeyValuePair<string, T>[map.Count];
        ((ICollection<KeyValuePair<string, T>>)map).CopyTo(entries, 0);
        if (entries.Length > 1) Array.Sort(entries, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return entries;
    }
}
