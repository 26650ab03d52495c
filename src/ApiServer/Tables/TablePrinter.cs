using System.Globalization;
using System.Text;
using System.Text.Json;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>Prints one kind by a list of columns and a function that fills them.</summary>
/// <typeparam name="T">The kind.</typeparam>
/// <param name="columns">
/// Headings separated by bars. A heading may end in <c>:i</c> (integer) or <c>:b</c> (boolean) or <c>:n</c> (the name of an object) and then in <c>+</c> (shown only in
/// wide output).
/// </param>
/// <param name="cells">The cells: strings, whole numbers or booleans.</param>
/// <param name="conditions">Conditions of the row, or null.</param>
internal sealed class TablePrinter<T>(string columns, Func<T, DateTimeOffset, object[]> cells, Func<T, List<TableRowCondition>?>? conditions = null) : ITablePrinter
    where T : class, IKubernetesObject<T>
{
    public IReadOnlyList<TableColumnDefinition> Columns { get; } = TableColumns.Parse(columns);

    public TableRow Row(IKubernetesObject item, DateTimeOffset now) => new()
    {
        Cells = [.. cells((T)item, now).Select(TableCells.Of)],
        Conditions = conditions?.Invoke((T)item),
    };
}

/// <summary>Prints kinds that have no columns of their own.</summary>
internal sealed class DefaultPrinter : ITablePrinter
{
    public static DefaultPrinter Instance { get; } = new();

    public IReadOnlyList<TableColumnDefinition> Columns { get; } =
    [
        new() { Name = "Name", Type = "string", Format = "name", Description = "Name of the object, unique among those of its resource and namespace." },
        new() { Name = "Created At", Type = "date", Description = "When the object was stored." },
    ];

    public TableRow Row(IKubernetesObject item, DateTimeOffset now) => new()
    {
        Cells =
        [
            TableCells.Of(item.Metadata.Name),
            TableCells.Of(item.Metadata.CreationTimestamp?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) ?? "<unknown>"),
        ],
    };
}

/// <summary>Reads column lists.</summary>
internal static class TableColumns
{
    private static readonly Dictionary<string, string> s_descriptions = new()
    {
        ["Name"] = "Name of the object, unique among those of its resource and namespace.",
        ["Age"] = "Time since the object was stored.",
        ["Ready"] = "How many of what the object stands for are ready.",
        ["Status"] = "The object's state in one word.",
        ["Containers"] = "Names of the containers in the template.",
        ["Images"] = "Images of the containers in the template.",
        ["Selector"] = "Labels of the objects that belong to this one.",
    };

    public static List<TableColumnDefinition> Parse(string columns)
    {
        var list = new List<TableColumnDefinition>();
        foreach (var text in columns.Split('|'))
        {
            var wide = text.EndsWith('+');
            var name = wide ? text[..^1] : text;
            var (type, names) = ("string", false);
            if (name.EndsWith(":i", StringComparison.Ordinal)) (name, type) = (name[..^2], "integer");
            else if (name.EndsWith(":b", StringComparison.Ordinal)) (name, type) = (name[..^2], "boolean");
            else if (name.EndsWith(":n", StringComparison.Ordinal)) (name, names) = (name[..^2], true);
            list.Add(new()
            {
                Name = name,
                Type = type,
                Format = names || name == "Name" ? "name" : "",
                Description = s_descriptions.GetValueOrDefault(name, name + " of the object."),
                Priority = wide ? 1 : 0,
            });
        }

        return list;
    }
}

/// <summary>Makes cells.</summary>
internal static class TableCells
{
    private static readonly RawJson s_true = RawJson.Parse("true");
    private static readonly RawJson s_false = RawJson.Parse("false");

    public static RawJson Of(object value) => value switch
    {
        string text => new(Encoding.UTF8.GetBytes("\"" + JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping) + "\"")),
        bool flag => flag ? s_true : s_false,
        int number => RawJson.Parse(number.ToString(CultureInfo.InvariantCulture)),
        long number => RawJson.Parse(number.ToString(CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException($"a cell cannot hold a {value.GetType().Name}", nameof(value)),
    };
}
