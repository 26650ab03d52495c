using System.Text.Json;
using System.Text.Json.Nodes;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Printing;

/// <summary>JSON values as Go's <c>fmt</c> prints the maps and slices it decodes them to.</summary>
internal static class GoText
{
    /// <summary>As <c>%v</c>: <c>map[a:1 b:[x y]]</c>.</summary>
    public static string Plain(JsonNode? node) => node switch
    {
        null => "<nil>",
        JsonObject map => $"map[{string.Join(' ', map.OrderBy(static f => f.Key, StringComparer.Ordinal).Select(static f => $"{f.Key}:{Plain(f.Value)}"))}]",
        JsonArray list => $"[{string.Join(' ', list.Select(Plain))}]",
        _ => Scalar(node),
    };

    /// <summary>As <c>%#v</c>: <c>map[string]interface {}{"a":1}</c>.</summary>
    public static string Syntax(JsonNode? node) => node switch
    {
        null => "interface {}(nil)",
        JsonObject map => $"map[string]interface {{}}{{{string.Join(", ", map.OrderBy(static f => f.Key, StringComparer.Ordinal).Select(static f => $"{Quoting.Quote(f.Key)}:{Syntax(f.Value)}"))}}}",
        JsonArray list => $"[]interface {{}}{{{string.Join(", ", list.Select(Syntax))}}}",
        _ => node.GetValueKind() == JsonValueKind.String ? Quoting.Quote(node.GetValue<string>()) : Scalar(node),
    };

    private static string Scalar(JsonNode node) => node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString();
}
