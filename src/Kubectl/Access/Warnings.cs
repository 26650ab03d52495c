using System.Text;

namespace Tiphys.Kubectl.Access;

/// <summary>Prints what servers warn of (RFC 7234 Warning headers, code 299), each text once.</summary>
internal sealed class Warnings(KubectlStreams streams)
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>How many different ones there were.</summary>
    public int Count => _seen.Count;

    /// <summary>Takes a header's value; it may hold several warnings.</summary>
    public void Add(string header)
    {
        foreach (var text in Parse(header))
        {
            lock (_seen)
                if (!_seen.Add(text)) continue;
            Print(streams, text);
        }
    }

    /// <summary>Prints a warning of kubectl's own in the same form.</summary>
    public static void Print(KubectlStreams streams, string text) =>
        streams.Error.WriteLine(streams.ErrorIsColored ? $"\u001b[33;1mWarning:\u001b[0m {text}" : $"Warning: {text}");

    private static IEnumerable<string> Parse(string header)
    {
        for (var rest = header; rest.Length > 0;)
        {
            var code = rest.TrimStart(' ', ',');
            var quote = code.IndexOf('"', StringComparison.Ordinal);
            if (quote < 0) yield break;
            var text = new StringBuilder();
            var end = quote + 1;
            for (; end < code.Length && code[end] != '"'; end++)
            {
                if (code[end] == '\\' && end + 1 < code.Length) end++;
                text.Append(code[end]);
            }

            if (code.StartsWith("299 ", StringComparison.Ordinal)) yield return text.ToString();
            rest = end + 1 < code.Length ? code[(end + 1)..] : "";
        }
    }
}
