using System.Buffers;
using System.Text;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tiphys.Client;

/// <summary>Turns JSON into YAML as upstream prints it: block style, keys in order, two spaces, lists not indented.</summary>
public static class JsonYaml
{
    private static readonly SearchValues<char> s_hexDigits = SearchValues.Create("0123456789abcdefABCDEF");
    private static readonly SearchValues<char> s_octalDigits = SearchValues.Create("01234567");
    private static readonly SearchValues<char> s_floatCharacters = SearchValues.Create("0123456789.eE+-");

    /// <summary>Converts one JSON value; objects' keys come out sorted, as upstream's do.</summary>
    public static string Convert(ReadOnlySpan<byte> json)
    {
        using var document = JsonDocument.Parse(json.ToArray(), new JsonDocumentOptions { MaxDepth = 512 });
        var text = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Node(emitter, document.RootElement);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        var result = text.ToString();
        return result.EndsWith("...\n", StringComparison.Ordinal) ? result[..^4] : result;
    }

    private static void Node(Emitter emitter, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var fields = element.EnumerateObject().OrderBy(static f => f.Name, StringComparer.Ordinal).ToList();
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, true, fields.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var field in fields)
                {
                    Text(emitter, field.Name);
                    Node(emitter, field.Value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonValueKind.Array:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, true, element.GetArrayLength() == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in element.EnumerateArray()) Node(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            case JsonValueKind.String:
                Text(emitter, element.GetString()!);
                break;
            default:
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, element.GetRawText(), ScalarStyle.Plain, true, false));
                break;
        }
    }

    private static void Text(Emitter emitter, string text)
    {
        var style = text.Contains('\n', StringComparison.Ordinal) && !text.Any(static c => char.IsControl(c) && c is not ('\n' or '\t')) && !text.StartsWith(' ') ? ScalarStyle.Literal
            : LooksTyped(text) ? ScalarStyle.DoubleQuoted
            : ScalarStyle.Any;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, true, true));
    }

    /// <summary>Whether plain text would read back as something other than a string.</summary>
    private static bool LooksTyped(string text)
    {
        if (text.Length == 0) return true;
        if (text is "~" or "=" or "<<") return true;
        if (text.ToLowerInvariant() is "null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n" or ".nan" or ".inf" or "-.inf" or "+.inf") return true;
        var first = text[0];
        if (!char.IsAsciiDigit(first) && first is not ('-' or '+' or '.')) return false;
        return IsNumber(text) || IsDate(text);
    }

    private static bool IsNumber(string text)
    {
        var bare = text.Replace("_", "", StringComparison.Ordinal).TrimStart('-', '+');
        if (bare.Length == 0) return false;
        if (bare.StartsWith("0x", StringComparison.Ordinal)) return bare.AsSpan(2).Length > 0 && !bare.AsSpan(2).ContainsAnyExcept(s_hexDigits);
        if (bare.StartsWith("0b", StringComparison.Ordinal) || bare.StartsWith("0o", StringComparison.Ordinal)) return bare.Length > 2 && !bare.AsSpan(2).ContainsAnyExcept(s_octalDigits);
        return double.TryParse(bare, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _) && !bare.AsSpan().ContainsAnyExcept(s_floatCharacters);
    }

    private static bool IsDate(string text) =>
        text.Length >= 8 && char.IsAsciiDigit(text[0]) && text.AsSpan().Count('-') >= 2 && DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _);
}
