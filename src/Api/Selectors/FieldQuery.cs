using System.Globalization;
using System.Text;

namespace Tiphys.Api;

/// <summary>One condition on a field.</summary>
/// <param name="Field">Field label, for example <c>spec.nodeName</c>.</param>
/// <param name="Value">The value to compare with.</param>
/// <param name="Negated">True when the field must differ.</param>
public readonly record struct FieldRequirement(string Field, string Value, bool Negated);

/// <summary>A parsed field selector (upstream's <c>fields.Selector</c>).</summary>
/// <param name="Requirements">The conditions; all must hold.</param>
public sealed record FieldQuery(IReadOnlyList<FieldRequirement> Requirements)
{
    /// <summary>Matches every object.</summary>
    public static FieldQuery Everything { get; } = new([]);

    /// <summary>True when every object matches.</summary>
    public bool IsEverything => Requirements.Count == 0;

    /// <summary>The value a field is pinned to by <c>field=value</c>, or null.</summary>
    public string? Pinned(string field)
    {
        foreach (var requirement in Requirements)
            if (!requirement.Negated && requirement.Field == field) return requirement.Value;
        return null;
    }

    /// <summary>Whether the fields that <paramref name="read"/> gives satisfy all conditions.</summary>
    public bool Matches(Func<string, string> read)
    {
        foreach (var requirement in Requirements)
            if (read(requirement.Field) == requirement.Value == requirement.Negated) return false;
        return true;
    }

    /// <summary>Parses text such as <c>status.phase!=Running,spec.nodeName=a</c>.</summary>
    /// <exception cref="FormatException">The text is no selector.</exception>
    public static FieldQuery Parse(string text)
    {
        var requirements = new List<FieldRequirement>();
        foreach (var term in SplitTerms(text).Order(StringComparer.Ordinal)) // of several faulty ones the first in order is told
        {
            if (term.Length == 0) continue;
            var at = term.IndexOf('=');
            if (at < 0) throw new FormatException($"invalid selector: '{text}'; can't understand '{term}'");
            var negated = at > 0 && term[at - 1] == '!';
            var field = term[..(negated ? at - 1 : at)];
            var value = term[(at + 1)..];
            if (!negated && value.StartsWith('=')) value = value[1..];
            requirements.Add(new(field, Unescape(value), negated));
        }

        return requirements.Count == 0 ? Everything : new(requirements);
    }

    private static IEnumerable<string> SplitTerms(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == ',')
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    /// <summary>Takes out the backslashes before backslashes, commas and equals signs, which may not stand without.</summary>
    private static string Unescape(string value)
    {
        if (value.AsSpan().IndexOfAny('\\', ',', '=') < 0) return value;
        var plain = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] is ',' or '=') throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"invalid field selector: unescaped character in value: {(int)value[i]}"));
            if (value[i] == '\\' && (++i == value.Length || value[i] is not ('\\' or ',' or '=')))
                throw new FormatException($"invalid field selector: invalid escape sequence: \\{value[i..Math.Min(i + 1, value.Length)]}");
            plain.Append(value[i]);
        }

        return plain.ToString();
    }
}
