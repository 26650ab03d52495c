using System.Text.Json.Nodes;
using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Printing.JsonPath;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Printing;

/// <summary><c>-o custom-columns=HEADER:PATH,...</c>.</summary>
internal sealed class CustomColumnsPrinter : IObjectPrinter
{
    private const string BadTemplate = "Expected format is one line of space separated headers, one line of space separated column specs.";
    private readonly List<(string Header, JsonPathTemplate Path)> _columns;
    private readonly bool _noHeaders;
    private bool? _listLast;

    private CustomColumnsPrinter(IEnumerable<(string Header, string Path)> columns, bool noHeaders)
    {
        try
        {
            _columns = [.. columns.Select(static c => (c.Header, new JsonPathTemplate(RelaxedPath.Parse(c.Path))))];
        }
        catch (FormatException e)
        {
            throw new KubectlException(e.Message);
        }

        _noHeaders = noHeaders;
    }

    /// <summary>Columns from the command line.</summary>
    public static CustomColumnsPrinter FromText(string text, bool noHeaders) => new(
        text.Split(',').Select(static part => part.Split(':', 2) is [var header, var path] ? (header, path) : throw new KubectlException($"unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>")).ToList(),
        noHeaders);

    /// <summary>Columns from a file: a line of headers, a line of paths.</summary>
    public static CustomColumnsPrinter FromFile(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubectlException($"error reading template {path}, open {path}: no such file or directory\n");
        }

        if (lines.Length == 0) throw new KubectlException($"invalid template, missing header line. {BadTemplate}");
        if (lines.Length == 1) throw new KubectlException($"invalid template, missing spec line. {BadTemplate}");
        var headers = Words(lines[0]);
        var paths = Words(lines[1]);
        if (headers.Length != paths.Length) throw new KubectlException($"number of headers ({headers.Length}) and field specifications ({paths.Length}) don't match");
        return new CustomColumnsPrinter(headers.Zip(paths), noHeaders: false);
    }

    public void Print(JsonObject item, TextWriter output)
    {
        var table = TabWriter.ForTables(output);
        var isList = Json.IsList(item);
        if (!_noHeaders && _listLast != isList) table.WriteLine(string.Join('\t', _columns.Select(static c => c.Header)));
        _listLast = isList;
        if (isList)
            foreach (var member in (JsonArray)item["items"]!) Row(member, table);
        else Row(item, table);
        table.Flush();
    }

    private static string[] Words(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private void Row(JsonNode? item, TabWriter table)
    {
        try
        {
            table.WriteLine(string.Join('\t', _columns.Select(c => Cell(c.Path.Find(item)))));
        }
        catch (FormatException e)
        {
            throw new KubectlException(e.Message);
        }
    }

    private static string Cell(List<List<JsonNode?>> values)
    {
        var texts = values.SelectMany(static v => v).Select(static v => TerminalText.Escape(GoText.Plain(v))).ToList();
        if (values.Count == 0 || values[0].Count == 0) texts.Insert(0, "<none>");
        return string.Join(',', texts);
    }
}
