using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tiphys.Client;

/// <summary>
/// Turns YAML into the JSON the API speaks, with the types of the YAML 1.1 core schema that upstream's parser gives plain scalars.
/// </summary>
public static class YamlJson
{
    /// <summary>How much aliases may add to a document: enough for people, too little for bombs.</summary>
    private const int MostCopied = 1_000_000;

    private static readonly SearchValues<char> s_floatCharacters = SearchValues.Create("+-.0123456789eE");
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true, MaxDepth = 512 };

    /// <summary>Converts the documents of a stream; empty documents are left out.</summary>
    /// <exception cref="FormatException">The text is not YAML, or has no JSON form.</exception>
    public static List<byte[]> Convert(TextReader yaml)
    {
        try
        {
            var parser = new Parser(yaml);
            var documents = new List<byte[]>();
            parser.Consume<StreamStart>();
            while (!parser.Accept<StreamEnd>(out _))
            {
                parser.Consume<DocumentStart>();
                var buffer = new ArrayBufferWriter<byte>();
                var anchors = new Anchors();
                using (var writer = new Utf8JsonWriter(buffer, s_options)) Node(parser, writer, anchors);
                parser.Consume<DocumentEnd>();
                if (!buffer.WrittenSpan.SequenceEqual("null"u8)) documents.Add(anchors.HasMerges ? YamlMerges.Resolve(buffer.WrittenSpan) : buffer.WrittenSpan.ToArray());
            }

            return documents;
        }
        catch (YamlException e)
        {
            throw new FormatException($"error converting YAML to JSON: yaml: {Problem(e)}", e);
        }
    }

    /// <summary>Converts one document.</summary>
    /// <exception cref="FormatException">The text is not YAML, or has no JSON form.</exception>
    public static byte[] ConvertOne(TextReader yaml)
    {
        var documents = Convert(yaml);
        return documents.Count == 0 ? "null"u8.ToArray() : documents[0];
    }

    /// <summary>The problem in upstream's words, which tells neither what was being parsed nor, for the parser, lines from one on.</summary>
    private static string Problem(YamlException error)
    {
        var text = (error.InnerException?.Message ?? error.Message).TrimEnd('.');
        var parsing = text.StartsWith("While parsing", StringComparison.Ordinal);
        var comma = text.IndexOf(", ", StringComparison.Ordinal);
        if (comma > 0 && text.StartsWith("While ", StringComparison.Ordinal)) text = text[(comma + 2)..];
        var line = parsing ? error.Start.Line - 1 : error.Start.Line;
        return line > 0 ? $"line {line}: {text}" : text;
    }

    private static void Node(IParser parser, Utf8JsonWriter writer, Anchors anchors)
    {
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            if (!scalar.Anchor.IsEmpty) anchors.Scalars[scalar.Anchor.Value] = scalar;
            WriteScalar(scalar, writer);
        }
        else if (parser.Accept<NodeEvent>(out var start) && start is SequenceStart or MappingStart && !start.Anchor.IsEmpty)
        {
            // Written where it stands, and kept for its aliases; those inside it would never end.
            var events = YamlEvents.TakeNode(parser);
            anchors.Collections.Remove(start.Anchor.Value);
            Node(new YamlEvents(events), writer, anchors);
            anchors.Collections[start.Anchor.Value] = events;
        }
        else if (parser.TryConsume<SequenceStart>(out _))
        {
            writer.WriteStartArray();
            while (!parser.TryConsume<SequenceEnd>(out _)) Node(parser, writer, anchors);
            writer.WriteEndArray();
        }
        else if (parser.TryConsume<MappingStart>(out _))
        {
            writer.WriteStartObject();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = parser.Consume<Scalar>();
                var merges = key is { Style: ScalarStyle.Plain, Value: "<<" };
                anchors.HasMerges |= merges;
                writer.WritePropertyName(merges ? YamlMerges.Mark : KeyText(key));
                Node(parser, writer, anchors);
            }

            writer.WriteEndObject();
        }
        else if (parser.TryConsume<AnchorAlias>(out var alias) && anchors.Scalars.TryGetValue(alias.Value.Value, out var anchored)) WriteScalar(anchored, writer);
        else if (alias is not null && anchors.Collections.TryGetValue(alias.Value.Value, out var collection))
        {
            anchors.Copied += collection.Count;
            if (anchors.Copied > MostCopied) throw new FormatException("error converting YAML to JSON: yaml: document contains excessive aliasing");
            Node(new YamlEvents(collection), writer, anchors);
        }
        else throw new FormatException($"error converting YAML to JSON: yaml: unknown anchor '{alias?.Value.Value}' referenced");
    }

    /// <summary>A key as text: plain keys have types, too, and upstream prints their values.</summary>
    private static string KeyText(Scalar key)
    {
        if (key.Style != ScalarStyle.Plain || (key.Value.Length > 5 && !char.IsAsciiDigit(key.Value[0]))) return key.Value;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, s_options)) WriteScalar(key, writer);
        return buffer.WrittenSpan is [(byte)'"', ..] ? key.Value : System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteScalar(Scalar scalar, Utf8JsonWriter writer)
    {
        var text = scalar.Value;
        if (scalar.Style != ScalarStyle.Plain || scalar.Tag.ToString() is "tag:yaml.org,2002:str" or "!!str") writer.WriteStringValue(text);
        else if (text is "" or "~" or "null" or "Null" or "NULL") writer.WriteNullValue();
        else if (text is "true" or "True" or "TRUE" or "y" or "Y" or "yes" or "Yes" or "YES" or "on" or "On" or "ON") writer.WriteBooleanValue(true);
        else if (text is "false" or "False" or "FALSE" or "n" or "N" or "no" or "No" or "NO" or "off" or "Off" or "OFF") writer.WriteBooleanValue(false);
        else if (Integer(text) is { } number) writer.WriteNumberValue(number);
        else if (IsFloat(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)) writer.WriteNumberValue(real);
        else writer.WriteStringValue(text);
    }

    private static long? Integer(string text)
    {
        var digits = text.Replace("_", "", StringComparison.Ordinal);
        var negative = digits.StartsWith('-');
        var bare = negative || digits.StartsWith('+') ? digits[1..] : digits;
        if (bare.Length == 0 || !char.IsAsciiDigit(bare[0])) return null;
        long value;
        if (bare.StartsWith("0x", StringComparison.Ordinal))
        {
            if (!long.TryParse(bare.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out value)) return null;
        }
        else if (bare.Length > 1 && bare[0] == '0')
        {
            // YAML 1.1: a leading zero means octal, as in file modes; 0o is the form of 1.2.
            value = 0;
            foreach (var digit in bare.AsSpan(bare[1] == 'o' ? 2 : 1))
            {
                if (digit is < '0' or > '7') return null;
                value = (value * 8) + (digit - '0');
            }
        }
        else if (!long.TryParse(bare, NumberStyles.None, CultureInfo.InvariantCulture, out value)) return null;

        return negative ? -value : value;
    }

    private static bool IsFloat(string text) =>
        text.AsSpan().ContainsAny('.', 'e', 'E') && text.AsSpan().ContainsAnyInRange('0', '9') && !text.AsSpan().ContainsAnyExcept(s_floatCharacters);

    private sealed class Anchors
    {
        public Dictionary<string, Scalar> Scalars { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, List<ParsingEvent>> Collections { get; } = new(StringComparer.Ordinal);

        public int Copied { get; set; }

        public bool HasMerges { get; set; }
    }
}
