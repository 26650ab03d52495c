using System.Text;
using System.Text.Json;

namespace Tiphys.Api;

/// <summary>Names a place in a JSON document. Only error paths ask, so decoders need not keep track while they read.</summary>
internal static class JsonPath
{
    /// <summary>The path of the value that begins at <paramref name="offset"/>, such as <c>spec.containers[0].name</c>.</summary>
    public static string At(ReadOnlySpan<byte> json, long offset)
    {
        var frames = new Stack<(string? Name, int Index)>();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 512 });
        string? name = null;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                name = reader.GetString();
                continue;
            }

            if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
            {
                frames.Pop();
                continue;
            }

            if (name is null && frames.TryPop(out var frame)) frames.Push((frame.Name, frame.Index + 1));
            if (reader.TokenStartIndex >= offset) break;
            if (reader.TokenType == JsonTokenType.StartArray)
                frames.Push((name, -1));
            else if (reader.TokenType == JsonTokenType.StartObject)
                frames.Push((name, int.MinValue));
            name = null;
        }

        var path = new StringBuilder();
        foreach (var (part, index) in frames.Reverse())
        {
            if (part is not null) path.Append(path.Length > 0 ? "." : "").Append(part);
            if (index >= 0) path.Append('[').Append(index).Append(']');
        }

        if (name is not null) path.Append(path.Length > 0 ? "." : "").Append(name);
        return path.ToString();
    }
}
