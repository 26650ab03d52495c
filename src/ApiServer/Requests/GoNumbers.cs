using System.Globalization;

namespace Tiphys.ApiServer;

/// <summary>Numbers in requests, and what is said of texts that are none: clients know Go's words for that.</summary>
internal static class GoNumbers
{
    /// <summary>A number in the query.</summary>
    /// <exception cref="StatusException">400.</exception>
    public static long ParseInt(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)) return value;
        throw ApiErrors.BadRequest($"strconv.ParseInt: {Fault(text, text.StartsWith('-') || text.StartsWith('+') ? text.AsSpan(1) : text)}");
    }

    /// <summary>A resource version; empty counts as 0.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ulong ParseRevision(string text)
    {
        if (text.Length == 0) return 0;
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)) return revision;
        throw new FormatException($"resourceVersion: Invalid value: {GoText.Quote(text)}: strconv.ParseUint: {Fault(text, text)}");
    }

    /// <summary>What is wrong with a text that is no number.</summary>
    /// <param name="text">The text.</param>
    /// <param name="digits">What of it should have been digits.</param>
    public static string Fault(string text, ReadOnlySpan<char> digits) =>
        $"parsing {GoText.Quote(text)}: {(digits.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9') ? "value out of range" : "invalid syntax")}";
}
