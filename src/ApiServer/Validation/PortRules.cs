using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>The rules of port numbers and names.</summary>
internal static class PortRules
{
    private const int MostName = 15;

    /// <summary>The protocols of ports, in the order they are told.</summary>
    public static readonly string[] Protocols = ["SCTP", "TCP", "UDP"];

    /// <summary>A port's number, which must be there.</summary>
    public static void Number(int port, FieldPath path, FieldErrors errors) => FieldRules.InRange(port, 1, 65535, path, errors);

    /// <summary>What is wrong with a port name (IANA_SVC_NAME).</summary>
    public static IReadOnlyList<string> NameErrors(string name)
    {
        var errors = new List<string>();
        if (name.Length > MostName) errors.Add($"must be no more than {MostName} characters");
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-")) errors.Add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        if (!name.AsSpan().ContainsAnyInRange('a', 'z')) errors.Add("must contain at least one letter (a-z)");
        if (name.Contains("--", StringComparison.Ordinal)) errors.Add("must not contain consecutive hyphens");
        if (name.StartsWith('-') || name.EndsWith('-')) errors.Add("must not begin or end with a hyphen");
        return errors;
    }

    /// <summary>A port that is a number or the name of one.</summary>
    public static void Target(IntOrString port, FieldPath path, FieldErrors errors)
    {
        if (port.IsString) errors.Invalid(path, port.StringValue, NameErrors(port.StringValue));
        else Number(port.IntValue, path, errors);
    }
}
