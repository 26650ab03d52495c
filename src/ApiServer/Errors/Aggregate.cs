namespace Tiphys.ApiServer;

/// <summary>Several errors as one text, as upstream's components have it.</summary>
internal static class Aggregate
{
    /// <summary>Each message once, in brackets when there are several.</summary>
    public static string Text(IEnumerable<string> messages)
    {
        var distinct = messages.Distinct(StringComparer.Ordinal).ToList();
        return distinct.Count == 1 ? distinct[0] : $"[{string.Join(", ", distinct)}]";
    }
}
