using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;
using Tiphys.Kubectl.Printing;

namespace Tiphys.Kubectl.Describe;

/// <summary>Writes a description: lines at a level of indentation, columns parted by tabs, and the recurring sorts of fields.</summary>
internal sealed class DescriptionWriter
{
    private const int LongestAnnotation = 140;
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private readonly StringWriter _text = new() { NewLine = "\n" };
    private readonly TabWriter _table;
    private readonly int _base;

    public DescriptionWriter(TimeProvider time)
    {
        _table = TabWriter.ForDescriptions(_text);
        Now = time.GetUtcNow();
    }

    private DescriptionWriter(DescriptionWriter outer, int level)
    {
        (_text, _table, Now, _base) = (outer._text, outer._table, outer.Now, outer._base + level);
    }

    /// <summary>The time that ages count to.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>The same description, deeper.</summary>
    public DescriptionWriter Nested(int level) => new(this, level);

    /// <summary>Writes text at a level; what follows a line break in it is not indented.</summary>
    public void Write(int level, string text) => _table.Write(new string(' ', 2 * (level + _base)) + TerminalText.Escape(text));

    /// <summary>Ends a line that was begun, without indentation.</summary>
    public void Line(string text) => _table.Write(TerminalText.Escape(text) + "\n");

    /// <summary>Writes a label and a value.</summary>
    public void Field(string label, object? value, int level = 0) => Write(level, string.Create(CultureInfo.InvariantCulture, $"{label}:\t{value}\n"));

    /// <summary>Writes cells of one line.</summary>
    public void Row(int level, params ReadOnlySpan<object?> cells)
    {
        var texts = new List<string>();
        foreach (var cell in cells) texts.Add(string.Create(CultureInfo.InvariantCulture, $"{cell}"));
        Write(level, string.Join('\t', texts) + "\n");
    }

    /// <summary>Writes headings of columns, and the dashes below them.</summary>
    public void Headings(int level, params ReadOnlySpan<string> headings)
    {
        var dashes = new List<string>();
        foreach (var heading in headings) dashes.Add(new string('-', heading.Length));
        Write(level, string.Join('\t', headings.ToArray()) + "\n");
        Write(level, string.Join('\t', dashes) + "\n");
    }

    /// <summary>Ends the columns so far.</summary>
    public void EndColumns() => _table.Flush();

    public override string ToString()
    {
        _table.Flush();
        return _text.ToString();
    }

    /// <summary>Name, namespace (unless the kind has none), labels and annotations.</summary>
    public void Header(ObjectMeta metadata, bool namespaced = true)
    {
        Field("Name", metadata.Name);
        if (namespaced) Field("Namespace", metadata.Namespace);
        Labels("Labels", metadata.Labels);
        Annotations("Annotations", metadata.Annotations);
    }

    /// <summary>Lines below a title; <c>&lt;none&gt;</c> when there are none.</summary>
    public void Lines(string title, IEnumerable<string> lines, string indent = "", int level = 0)
    {
        Write(level, $"{indent}{title}:\t");
        var first = true;
        foreach (var line in lines)
        {
            if (!first) Write(level, $"{indent}\t");
            _table.Write(TerminalText.Escape(line) + "\n");
            first = false;
        }

        if (first) _table.Write("<none>\n");
    }

    public void Labels(string title, IReadOnlyDictionary<string, string>? labels, string indent = "") => Lines(title, Sorted(labels).Select(static l => $"{l.Key}={l.Value}"), indent);

    public void Annotations(string title, IReadOnlyDictionary<string, string>? annotations)
    {
        Write(0, title + ":\t");
        var first = true;
        foreach (var (key, annotation) in Sorted(annotations))
        {
            if (key == LastApplied) continue;
            if (!first) Write(0, "\t");
            first = false;
            var value = annotation.EndsWith('\n') ? annotation[..^1] : annotation;
            if (value.Length + key.Length + 2 <= LongestAnnotation && !value.Contains('\n', StringComparison.Ordinal))
            {
                Write(0, $"{key}: {value}\n");
                continue;
            }

            Write(0, key + ":\n");
            foreach (var line in value.Split('\n')) Write(0, $"\t  {(line.Length > LongestAnnotation - 2 ? line[..(LongestAnnotation - 2)] + "..." : line)}\n");
        }

        if (first) _table.Write("<none>\n");
    }

    /// <summary>Amounts by resource name.</summary>
    public void Amounts(int level, IReadOnlyDictionary<string, Quantity>? amounts)
    {
        foreach (var (name, amount) in Sorted(amounts)) Field(name, amount, level);
    }

    /// <summary>How long ago a time is.</summary>
    public string Age(DateTimeOffset? time) => HumanDuration.Since(time, Now);

    public static IEnumerable<KeyValuePair<string, T>> Sorted<T>(IReadOnlyDictionary<string, T>? map) => (map ?? new Dictionary<string, T>()).OrderBy(static e => e.Key, StringComparer.Ordinal);
}
