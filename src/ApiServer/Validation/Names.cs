using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>The rules for names of objects; each method returns upstream's complaint, or null.</summary>
public static class Names
{
    /// <summary>DNS subdomain: most kinds.</summary>
    public static string? SubdomainError(string name)
    {
        if (name.Length > 253) return "must be no more than 253 bytes";
        return LabelSyntax.IsSubdomain(name)
            ? null
            : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    }

    /// <summary>DNS label: namespaces, and names that become host names.</summary>
    public static string? LabelError(string name)
    {
        if (name.Length > 63) return "must be no more than 63 bytes";
        return LabelSyntax.IsDnsLabel(name)
            ? null
            : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    }

    /// <summary>RFC 1035 label: services.</summary>
    public static string? Rfc1035LabelError(string name)
    {
        if (name.Length > 63) return "must be no more than 63 bytes";
        return LabelSyntax.IsDnsLabel(name) && char.IsAsciiLetterLower(name[0])
            ? null
            : "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
    }

    /// <summary>Any text that is one segment of a path: RBAC objects.</summary>
    public static string? PathSegmentError(string name)
    {
        if (name is "." or "..") return $"may not be '{name}'";
        if (name.Contains('/', StringComparison.Ordinal)) return "may not contain '/'";
        return name.Contains('%', StringComparison.Ordinal) ? "may not contain '%'" : null;
    }
}
