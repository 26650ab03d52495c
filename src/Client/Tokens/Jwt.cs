using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tiphys.Client;

/// <summary>JSON Web Tokens in their compact form.</summary>
public static class Jwt
{
    /// <summary>Signs claims.</summary>
    public static string Sign(JsonObject claims, ServiceAccountKey key)
    {
        var header = new JsonObject { ["alg"] = key.Algorithm, ["kid"] = key.KeyId };
        var content = $"{Part(header)}.{Part(claims)}";
        return $"{content}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(content)))}";
    }

    /// <summary>The claims of a token before anything is verified; null when it is no JWT.</summary>
    public static JsonObject? PeekClaims(string token)
    {
        var parts = token.Split('.');
        return parts.Length == 3 ? Parse(parts[1]) : null;
    }

    /// <summary>Whether one of the keys signed the token.</summary>
    public static bool Verify(string token, IReadOnlyList<ServiceAccountKey> keys)
    {
        var last = token.LastIndexOf('.');
        if (Parse(token[..token.IndexOf('.', StringComparison.Ordinal)]) is not { } header || !Base64Url.IsValid(token.AsSpan(last + 1))) return false;
        var algorithm = Text(header, "alg");
        var id = Text(header, "kid");
        var signature = Base64Url.DecodeFromChars(token.AsSpan(last + 1));
        var content = Encoding.ASCII.GetBytes(token[..last]);
        foreach (var key in keys)
        {
            // The algorithm is the key's to say: a token must not choose it.
            if (key.Algorithm == algorithm && (id.Length == 0 || id == key.KeyId) && key.Verify(content, signature)) return true;
        }

        return false;
    }

    /// <summary>A string claim; empty when missing.</summary>
    public static string Text(JsonObject? claims, string name) => claims?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : "";

    /// <summary>A time claim, or null.</summary>
    public static DateTimeOffset? Time(JsonObject claims, string name)
    {
        if (claims[name] is not JsonValue value || !value.TryGetValue(out double seconds) || seconds is < 0 or > 253402300799d) return null;
        return DateTimeOffset.FromUnixTimeSeconds((long)seconds);
    }

    /// <summary>A claim that is one string or a list of them.</summary>
    public static List<string> Texts(JsonObject claims, string name) => claims[name] switch
    {
        JsonArray list => [.. list.OfType<JsonValue>().Select(static v => v.TryGetValue(out string? text) ? text : null).OfType<string>()],
        JsonValue value when value.TryGetValue(out string? text) => [text],
        _ => [],
    };

    private static string Part(JsonObject content) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(content.ToJsonString()));

    private static JsonObject? Parse(string part)
    {
        if (!Base64Url.IsValid(part)) return null;
        try
        {
            return JsonNode.Parse(Base64Url.DecodeFromChars(part)) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
