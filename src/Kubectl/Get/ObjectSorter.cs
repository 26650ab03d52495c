using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Printing.JsonPath;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Get;

/// <summary>Sorts objects, or the rows of tables, by a field.</summary>
internal static class ObjectSorter
{
    /// <summary>The objects in order. Tables have no fields of their objects: sorting several of them is an error, as it is upstream.</summary>
    /// <exception cref="KubectlException">No object has the field, or it cannot be sorted.</exception>
    public static List<ResourceInfo> Sort(List<ResourceInfo> infos, string field)
    {
        if (infos.Count <= 1) return infos;
        var (template, text) = Parse(field);
        return Order(infos, i => First(template, i.Object), text);
    }

    /// <summary>Sorts the rows of a table; false when no row has the field.</summary>
    public static bool TrySortRows(JsonObject table, string field)
    {
        if (table["rows"] is not JsonArray { Count: > 1 } rows) return true;
        try
        {
            var (template, text) = Parse(field);
            var sorted = Order([.. rows], r => First(template, r?["object"]), text);
            rows.Clear();
            foreach (var row in sorted) rows.Add(row);
            return true;
        }
        catch (FieldNotFoundException)
        {
            return false;
        }
    }

    private static (JsonPathTemplate Template, string Text) Parse(string field)
    {
        try
        {
            var text = RelaxedPath.Parse(field);
            return (new JsonPathTemplate(text), text);
        }
        catch (FormatException)
        {
            return (new JsonPathTemplate(field), field);
        }
    }

    private static (bool Found, JsonNode? Value) First(JsonPathTemplate template, JsonNode? item) =>
        template.Find(item) is [[var value, ..], ..] ? (true, value) : (false, null);

    private static List<T> Order<T>(List<T> items, Func<T, (bool Found, JsonNode? Value)> key, string field)
    {
        var keyed = items.ConvertAll(i => (Item: i, Key: key(i)));
        if (!keyed.Exists(static k => k.Key.Found)) throw new FieldNotFoundException($"couldn't find any field with path {Quoting.Quote(field)} in the list of objects");
        try
        {
            return Ordered(keyed);
        }
        catch (InvalidOperationException e) when (e.InnerException is KubectlException inner)
        {
            throw inner;
        }
    }

    private static List<T> Ordered<T>(List<(T Item, (bool Found, JsonNode? Value) Key)> keyed) =>
        [.. keyed.OrderBy(static k => k.Key, Comparer<(bool Found, JsonNode? Value)>.Create(static (a, b) => Compare(a, b))).Select(static k => k.Item)];

    private static int Compare((bool Found, JsonNode? Value) a, (bool Found, JsonNode? Value) b)
    {
        if (!a.Found || !b.Found) return a.Found.CompareTo(b.Found);
        if (a.Value is null || b.Value is null) return (a.Value is not null).CompareTo(b.Value is not null);
        return (a.Value.GetValueKind(), b.Value.GetValueKind()) switch
        {
            (JsonValueKind.Number, JsonValueKind.Number) => Number(a.Value).CompareTo(Number(b.Value)),
            (JsonValueKind.String, JsonValueKind.String) => Text(a.Value.GetValue<string>(), b.Value.GetValue<string>()),
            (JsonValueKind.Object, _) => throw new KubectlException("unsortable type: map[string]interface {}"),
            (JsonValueKind.Array, _) => throw new KubectlException("unsortable type: []interface {}"),
            (JsonValueKind.True or JsonValueKind.False, _) => throw new KubectlException("unsortable type: bool"),
            _ => throw new KubectlException("unsortable interface: interface"),
        };
    }

    /// <summary>Quantities sort by amount, everything else as text.</summary>
    private static int Text(string a, string b) => Quantity.TryParse(a, out var left) && Quantity.TryParse(b, out var right) ? left.CompareTo(right) : string.CompareOrdinal(a, b);

    /// <summary>No object has the field to sort by.</summary>
    private sealed class FieldNotFoundException(string message) : KubectlException(message);

    private static decimal Number(JsonNode node) => decimal.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);
}
