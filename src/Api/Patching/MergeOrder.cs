using System.Text.Json.Nodes;

namespace Tiphys.Api;

/// <summary>
/// The order a list had before a patch. What the patch names comes in the patch's order, what it does not name keeps its own, and where the two
/// meet, an entry goes before another only if it already did: so what is new comes first.
/// </summary>
internal sealed class MergeOrder
{
    private readonly string? _key;
    private readonly List<JsonNode?> _before;

    /// <summary>Remembers a list.</summary>
    /// <param name="list">The list.</param>
    /// <param name="key">The field that tells its entries apart; null when they are values.</param>
    public MergeOrder(JsonArray list, string? key)
    {
        _key = key;
        _before = [.. list.Select(entry => Id(entry)?.DeepClone())];
    }

    /// <summary>Arranges the merged entries.</summary>
    /// <param name="merged">The entries; they have no parent.</param>
    /// <param name="wanted">The ids that the patch names, in its order.</param>
    public JsonArray Arrange(IReadOnlyList<JsonNode?> merged, List<JsonNode?> wanted)
    {
        var named = new Queue<JsonNode?>(merged.Where(e => Place(wanted, e) >= 0).OrderBy(e => Place(wanted, e)));
        var others = new Queue<JsonNode?>(merged.Where(e => Place(wanted, e) < 0).OrderBy(e => Place(_before, e)));
        var arranged = new JsonArray();
        while (named.Count > 0 || others.Count > 0) arranged.Add(others.Count > 0 && (named.Count == 0 || IsBefore(others.Peek(), named.Peek())) ? others.Dequeue() : named.Dequeue());
        return arranged;
    }

    private bool IsBefore(JsonNode? left, JsonNode? right)
    {
        var (l, r) = (Place(_before, left), Place(_before, right));
        return l >= 0 && r >= 0 && l < r;
    }

    private int Place(List<JsonNode?> ids, JsonNode? entry)
    {
        var id = Id(entry);
        return ids.FindIndex(i => JsonNode.DeepEquals(i, id));
    }

    private JsonNode? Id(JsonNode? entry) => _key is null ? entry : (entry as JsonObject)?[_key];
}
