using System.Globalization;
using System.Text;
using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.Controllers;

/// <summary>Short names for pod templates: equal templates have equal hashes, in every version of this program.</summary>
internal static class TemplateHash
{
    /// <summary>No vowels and nothing that looks like another character: such a hash never spells a word.</summary>
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>Hash of a template.</summary>
    /// <param name="template">The template, without the hash label.</param>
    /// <param name="collisions">How often a hash turned out to be taken; changes the result.</param>
    public static string Of(PodTemplateSpec template, int? collisions) => Of(ApiJson.Encode(template), collisions);

    /// <summary>Hash of bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes, int? collisions)
    {
        // FNV-1a; the empty message's hash is its offset basis.
        var hash = 2166136261u;
        foreach (var b in bytes) hash = (hash ^ b) * 16777619u;
        if (collisions is { } count)
        {
            for (var i = 0; i < 4; i++) hash = (hash ^ (byte)(count >> (8 * i))) * 16777619u;
        }

        return Safe(hash.ToString(CultureInfo.InvariantCulture));
    }

    private static string Safe(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var c in text) safe.Append(Alphabet[c % Alphabet.Length]);
        return safe.ToString();
    }
}
