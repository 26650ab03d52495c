using System.Text;
using System.Text.Json.Nodes;
using Tiphys.Client;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Printing;

/// <summary><c>-o json</c>.</summary>
internal sealed class JsonPrinter : IObjectPrinter
{
    public void Print(JsonObject item, TextWriter output)
    {
        if (WatchEvents.Is(item)) output.Write(GoJson.Compact(item));
        else output.Write(Json.Kind(item) == "List" ? GoJson.IndentedInOrder(item) : GoJson.Indented(item)); // lists are made here, in the order they are to have
        output.Write('\n');
    }
}

/// <summary><c>-o yaml</c>: documents parted by <c>---</c>.</summary>
internal sealed class YamlPrinter : IObjectPrinter
{
    private bool _printed;

    public void Print(JsonObject item, TextWriter output)
    {
        if (_printed) output.Write("---\n");
        _printed = true;
        output.Write(JsonYaml.Convert(Encoding.UTF8.GetBytes(item.ToJsonString())));
    }
}

/// <summary><c>-o name</c>, and the messages such as <c>pod/web created</c>.</summary>
/// <param name="operation">What was done; empty for the name alone.</param>
internal sealed class NamePrinter(string operation) : IObjectPrinter
{
    public void Print(JsonObject item, TextWriter output)
    {
        if (WatchEvents.Is(item)) item = (JsonObject)item["object"]!;
        if (Json.IsList(item))
        {
            foreach (var member in Json.Items(item)) Print(member, output);
            return;
        }

        var (group, _) = Json.GroupVersion(Json.ApiVersion(item));
        var name = Json.Name(item) is { Length: > 0 } given ? given : "<unknown>";
        output.Write($"{Json.Kind(item).ToLowerInvariant()}{(group.Length > 0 ? "." : "")}{group}/{name}{(operation.Length > 0 ? " " : "")}{operation}\n");
    }
}

/// <summary>Leaves out <c>metadata.managedFields</c>, as documents are shown unless they are asked for.</summary>
internal sealed class WithoutManagedFields(IObjectPrinter inner) : IObjectPrinter
{
    public void Print(JsonObject item, TextWriter output)
    {
        if (item["items"] is JsonArray items)
            foreach (var member in items) Strip(member);
        else Strip(WatchEvents.Is(item) ? null : item);
        inner.Print(item, output);
    }

    private static void Strip(JsonNode? item) => (Json.At(item, "metadata") as JsonObject)?.Remove("managedFields");
}

/// <summary>Events of a watch as objects, for <c>--output-watch-events</c>.</summary>
internal static class WatchEvents
{
    public static JsonObject Wrap(string type, JsonObject item) => new() { ["type"] = type, ["object"] = item };

    public static bool Is(JsonObject item) => item["type"] is JsonValue && item["object"] is JsonObject && !item.ContainsKey("kind");
}
