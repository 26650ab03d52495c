using System.Text.Json;
using System.Text.Json.Serialization;
using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>The token between two pages: revision and next key, in upstream's own form.</summary>
internal static class ContinueToken
{
    /// <summary>Stands for whatever revision is the newest then.</summary>
    public const long Newest = -1;

    private const string Version = "meta.k8s.io/v1";

    /// <summary>Writes a token.</summary>
    public static string Format(long revision, string start)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new TokenBody { Version = Version, Revision = revision, Start = start }, TokenJson.Default.TokenBody);
        return Convert.ToBase64String(json).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    /// <summary>Reads a token.</summary>
    /// <exception cref="StatusException">400.</exception>
    public static (long Revision, string Start) Parse(string token)
    {
        var body = Body(Bytes(token));
        if (body.Version != Version) throw Broken($": server does not recognize this encoded version {body.Version}");
        if (body.Revision == 0) throw Broken($": incorrect encoded start resourceVersion (version {Version})");
        if (body.Start.Length == 0) throw Broken($": encoded start key empty (version {Version})");

        // A key that climbs would list other kinds.
        var parts = body.Start.Split('/');
        if (body.Start[0] == '/') parts = parts[1..];
        if (parts.Any(static part => part is "" or "." or "..")) throw Broken($": {body.Start}");
        return (body.Revision, string.Join('/', parts));
    }

    private static byte[] Bytes(string token)
    {
        var wrong = token.AsSpan().IndexOfAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
        if (wrong < 0 && token.Length % 4 == 1) wrong = token.Length - 1;
        if (wrong >= 0) throw Broken($": illegal base64 data at input byte {wrong}");
        var padded = token.Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(padded.PadRight((padded.Length + 3) / 4 * 4, '='));
    }

    private static TokenBody Body(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, TokenJson.Default.TokenBody) ?? new();
        }
        catch (JsonException e)
        {
            throw Broken(": " + (JsonSyntax.Fault(json) ?? Mismatch(json, e)));
        }
    }

    private static string Mismatch(byte[] json, JsonException e)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object) return $"json: cannot unmarshal {Name(document.RootElement)} into Go value of type storage.continueToken";
        var field = (e.Path ?? "").TrimStart('$', '.');
        var value = document.RootElement.TryGetProperty(field, out var found) ? Name(found) : "value";
        return $"json: cannot unmarshal {value} into Go struct field continueToken.{field} of type {(field == "rv" ? "int64" : "string")}";
    }

    private static string Name(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        _ => "bool",
    };

    private static StatusException Broken(string why) => ApiErrors.BadRequest("invalid continue token: continue key is not valid" + why);
}

internal sealed class TokenBody
{
    [JsonPropertyName("v")]
    public string Version { get; set; } = "";

    [JsonPropertyName("rv")]
    public long Revision { get; set; }

    [JsonPropertyName("start")]
    public string Start { get; set; } = "";
}

[JsonSerializable(typeof(TokenBody))]
internal sealed partial class TokenJson : JsonSerializerContext;
