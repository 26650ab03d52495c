using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>The rules of port numbers and names.</summary>
internal static class PortRules
{
    /// <summary>What is wrong with a port number, or null.</summary>
    public static string? NumberError(int port) => port is >= 1 and <= 65535 ? null : "must be between 1 and 65535, inclusive";

    /// <summary>What is wrong with a port name (IANA_SVC_NAME).</summary>
    public static IEnumerable<string> NameErrors(string name)
    {
        if (name.Length > 15) yield return "must be no more than 15 characters";
        if (name.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-")) yield return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
        if (!name.AsSpan().ContainsAnyInRange('a', 'z')) yield return "must contain at least one letter (a-z)";
        if (name.Contains("--", StringComparison.Ordinal)) yield return "must not contain consecutive hyphens";
        if (name.StartsWith('-') || name.EndsWith('-')) yield return "must not begin or end with a hyphen";
    }

    /// <summary>A port that is a number or the name of one.</summary>
    public static void Target(IntOrString port, FieldPath path, FieldErrors errors)
    {
        if (port.IsString)
        {
            foreach (var error in NameErrors(port.StringValue)) errors.Invalid(path, port.StringValue, error);
        }
        else if (NumberError(port.IntValue) is { } error) errors.Invalid(path, port.IntValue, error);
    }
}
