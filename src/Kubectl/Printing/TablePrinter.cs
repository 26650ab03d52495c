using System.Text.Json;
using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Printing;

/// <summary>Prints the tables that servers make, and, for servers that make none, names and ages. Headers come once for each kind of table.</summary>
internal sealed class TablePrinter(TableOptions options, TimeProvider time)
{
    private JsonArray _columns = [];
    private bool _printedHeaders;
    private bool _printedPlain;

    /// <summary>Writes a table, or an object that is none.</summary>
    /// <param name="item">The server's answer.</param>
    /// <param name="eventType">Type of the watch event it came with; null outside of those.</param>
    /// <param name="output">Where to; to be flushed by the caller.</param>
    public void Print(JsonObject item, string? eventType, TabWriter output)
    {
        if (Json.Kind(item) == "Table" && Json.ApiVersion(item).StartsWith("meta.k8s.io/", StringComparison.Ordinal)) PrintTable(item, eventType, output);
        else PrintPlain(item, eventType, output);
    }

    private void PrintTable(JsonObject table, string? eventType, TabWriter output)
    {
        var columns = table["columnDefinitions"] as JsonArray ?? [];
        var rows = table["rows"] as JsonArray ?? [];
        var same = columns.Count == 0 || JsonNode.DeepEquals(columns, _columns);
        var headers = !options.NoHeaders && !(_printedHeaders && same);
        if (columns.Count > 0 && !same)
        {
            _columns = columns;
            _printedHeaders = false;
        }

        if (rows.Count == 0) return;
        _printedHeaders = true;
        var shown = Enumerable.Range(0, _columns.Count).Where(i => options.Wide || Number(_columns[i], "priority") == 0).ToList();
        if (headers) Line(output, eventType is null ? null : "EVENT", options.WithNamespace ? "NAMESPACE" : null, shown.Select(i => Json.Text(_columns[i], "name").ToUpperInvariant()), options.LabelColumns.Select(static l => l.Split('/')[^1].ToUpperInvariant()), options.ShowLabels ? "LABELS" : null);
        var nameColumn = options.KindPrefix.Length == 0 ? -1 : shown.FirstOrDefault(i => Json.Text(_columns[i], "format") == "name" && Json.Text(_columns[i], "type") == "string", -1);
        foreach (var row in rows)
        {
            var cells = row?["cells"] as JsonArray ?? [];
            var item = row?["object"];
            var labels = options.LabelColumns.Count > 0 || options.ShowLabels ? Json.Labels(item) : null;
            Line(
                output,
                eventType is null ? null : EventText(eventType),
                options.WithNamespace ? Json.Namespace(item) : null,
                shown.Where(i => i < cells.Count).Select(i => i == nameColumn ? $"{options.KindPrefix}/{Cell(cells[i])}" : Cell(cells[i])),
                options.LabelColumns.Select(l => labels!.GetValueOrDefault(l, "")),
                options.ShowLabels ? LabelText(labels!) : null);
        }
    }

    private void PrintPlain(JsonObject item, string? eventType, TabWriter output)
    {
        if (!_printedPlain && !options.NoHeaders)
            Line(output, eventType is null ? null : "EVENT", options.WithNamespace ? "NAMESPACE" : null, ["NAME", "AGE"], options.LabelColumns.Select(static l => l.Split('/')[^1].ToUpperInvariant()), options.ShowLabels ? "LABELS" : null);
        _printedPlain = true;
        foreach (var one in Json.IsList(item) ? Json.Items(item) : [item])
        {
            var labels = Json.Labels(one);
            var name = options.KindPrefix.Length > 0 ? $"{options.KindPrefix}/{Json.Name(one)}" : Json.Name(one);
            DateTimeOffset? created = DateTimeOffset.TryParse(Json.Text(one, "metadata", "creationTimestamp"), System.Globalization.CultureInfo.InvariantCulture, out var at) ? at : null;
            Line(output, eventType is null ? null : EventText(eventType), options.WithNamespace ? Json.Namespace(one) : null, [name, HumanDuration.Since(created, time.GetUtcNow())], options.LabelColumns.Select(l => labels.GetValueOrDefault(l, "")), options.ShowLabels ? LabelText(labels) : null);
        }
    }

    private static void Line(TabWriter output, string? first, string? second, IEnumerable<string> cells, IEnumerable<string> more, string? last)
    {
        IEnumerable<string?> all = [first, second, .. cells, .. more, last];
        output.WriteLine(string.Join('\t', all.Where(static c => c is not null)));
    }

    private static string EventText(string type) => type switch
    {
        "ADDED" => "ADDED   ",
        "DELETED" => "DELETED ",
        "ERROR" => "ERROR   ",
        _ => type,
    };

    private static string LabelText(SortedDictionary<string, string> labels) => labels.Count == 0 ? "<none>" : string.Join(',', labels.Select(static l => $"{l.Key}={l.Value}"));

    /// <summary>A cell's text, cut at its first line break.</summary>
    private static string Cell(JsonNode? cell)
    {
        if (cell is null) return "";
        if (cell.GetValueKind() != JsonValueKind.String) return TerminalText.Escape(GoText.Plain(cell));
        var text = cell.GetValue<string>();
        var end = text.AsSpan().IndexOfAny('\f', '\n', '\r');
        return end < 0 ? TerminalText.Escape(text) : TerminalText.Escape(text[..end]) + "...";
    }

    private static long Number(JsonNode? node, string name) => node?[name] is JsonValue value && value.TryGetValue<long>(out var number) ? number : 0;
}
