namespace Tiphys.Api;

/// <summary>Helps the generated deep copies.</summary>
public static class ApiCopy
{
    /// <summary>A copy of a map whose values need copying.</summary>
    public static Dictionary<string, T>? Map<T>(Dictionary<string, T>? map, Func<T, T> copy)
    {
        if (map is null) return null;
        var result = new Dictionary<string, T>(map.Count, StringComparer.Ordinal);
        foreach (var (key, value) in map) result[key] = copy(value);
        return result;
    }
}
