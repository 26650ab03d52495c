using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>The rules for names of objects and of what they refer to; each method returns upstream's complaints, none when all is well.</summary>
public static class Names
{
    private const int MostLabel = 63;
    private const int MostSubdomain = 253;

    private const string LabelRule =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string SubdomainRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string UnderscoreRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";

    private const string Rfc1035Rule =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    private const string WildcardRule =
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string ConfigKeyRule =
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

    private const string HeaderRule =
        "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";

    private const string Alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    /// <summary>DNS subdomain: most kinds.</summary>
    public static IReadOnlyList<string> SubdomainErrors(string name) =>
        Complaints(TooLong(name, MostSubdomain), LabelSyntax.IsSubdomain(name) ? null : SubdomainRule);

    /// <summary>DNS label: namespaces, and names that become host names.</summary>
    public static IReadOnlyList<string> LabelErrors(string name)
    {
        if (LabelSyntax.IsDnsLabel(name)) return Complaints(TooLong(name, MostLabel), null);
        return Complaints(TooLong(name, MostLabel), LabelSyntax.IsSubdomain(name) ? "must not contain dots" : LabelRule);
    }

    /// <summary>A subdomain whose labels may hold underscores, as some search domains do.</summary>
    public static IReadOnlyList<string> UnderscoreSubdomainErrors(string name) =>
        Complaints(TooLong(name, MostSubdomain), name.Split('.').All(static l => LabelSyntax.IsDnsLabel(l.StartsWith('_') ? l[1..].Replace('_', '-') : l.Replace('_', '-'))) ? null : UnderscoreRule);

    /// <summary>RFC 1035 label: what upstream asked of Services before 1.36, and still asks of a few references.</summary>
    public static IReadOnlyList<string> Rfc1035LabelErrors(string name) =>
        Complaints(TooLong(name, MostLabel), LabelSyntax.IsDnsLabel(name) && char.IsAsciiLetterLower(name[0]) ? null : Rfc1035Rule);

    /// <summary>A subdomain whose first label is an asterisk.</summary>
    public static IReadOnlyList<string> WildcardSubdomainErrors(string name) =>
        Complaints(TooLong(name, MostSubdomain), name.StartsWith("*.", StringComparison.Ordinal) && LabelSyntax.IsSubdomain(name.AsSpan(2)) ? null : WildcardRule);

    /// <summary>Any text that is one segment of a path: RBAC objects.</summary>
    public static IReadOnlyList<string> PathSegmentErrors(string name)
    {
        if (name is "." or "..") return [$"may not be '{name}'"];
        return Complaints(
            name.Contains('/', StringComparison.Ordinal) ? "may not contain '/'" : null,
            name.Contains('%', StringComparison.Ordinal) ? "may not contain '%'" : null);
    }

    /// <summary>A key of a ConfigMap or Secret: it becomes the name of a file.</summary>
    public static IReadOnlyList<string> ConfigKeyErrors(string key)
    {
        var up = key == "." ? "must not be '.'" : key == ".." ? "must not be '..'" : key.StartsWith("..", StringComparison.Ordinal) ? "must not start with '..'" : null;
        var rule = key.Length == 0 || key.AsSpan().ContainsAnyExcept(Alphanumeric + "-_.") ? ConfigKeyRule : null;
        return Complaints(TooLong(key, MostSubdomain), rule, up);
    }

    /// <summary>The name of an environment variable.</summary>
    public static IReadOnlyList<string> VariableErrors(string name) => Complaints(
        name.Length == 0 ? "environment variable name must be non-empty" : null,
        name.AsSpan().ContainsAnyExceptInRange(' ', '~') || name.Contains('=', StringComparison.Ordinal)
            ? "a valid environment variable name must consist only of printable ASCII characters other than '='"
            : null);

    /// <summary>The name of an HTTP header.</summary>
    public static IReadOnlyList<string> HeaderErrors(string name) =>
        name.Length == 0 || name.AsSpan().ContainsAnyExcept(Alphanumeric + "-") ? [HeaderRule] : [];

    /// <summary>The path of a URL.</summary>
    public static IReadOnlyList<string> UrlPathErrors(string path) => path.Length == 0 || path.AsSpan().ContainsAnyExcept(Alphanumeric + "/-._~%!$&'()*+,;=:")
        ? ["Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')"]
        : [];

    private static string? TooLong(string text, int most) =>
        System.Text.Encoding.UTF8.GetByteCount(text) > most ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"must be no more than {most} characters") : null;

    private static IReadOnlyList<string> Complaints(string? first, string? second, string? third = null) =>
        first is null && second is null && third is null ? [] : [.. new[] { first, second, third }.OfType<string>()];
}
