namespace Tiphys.Api;

/// <summary>The rules for label keys and values; each method returns upstream's complaint, or null.</summary>
public static class LabelSyntax
{
    private const string NameRule =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string ValueRule =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string SubdomainRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    /// <summary>What is wrong with a qualified name: an optional DNS prefix, a slash, and a name of at most 63 characters.</summary>
    public static string? KeyError(string key)
    {
        var slash = key.IndexOf('/');
        if (slash >= 0)
        {
            if (key.IndexOf('/', slash + 1) >= 0)
                return "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            if (slash == 0) return "prefix part must be non-empty";
            if (slash > 253) return "prefix part must be no more than 253 bytes";
            if (!IsSubdomain(key.AsSpan(0, slash))) return "prefix part " + SubdomainRule;
        }

        var name = key.AsSpan(slash + 1);
        if (name.IsEmpty) return "name part must be non-empty; " + NameRule;
        if (name.Length > 63) return "name part must be no more than 63 bytes";
        return IsName(name) ? null : NameRule;
    }

    /// <summary>What is wrong with a label value: at most 63 characters, or empty.</summary>
    public static string? ValueError(string value)
    {
        if (value.Length == 0) return null;
        if (value.Length > 63) return "must be no more than 63 bytes";
        return IsName(value) ? null : ValueRule;
    }

    /// <summary>Whether the text is dot-separated DNS labels in lower case (their lengths are not looked at).</summary>
    public static bool IsSubdomain(ReadOnlySpan<char> text)
    {
        foreach (var range in text.Split('.'))
            if (!IsDnsLabel(text[range])) return false;
        return true;
    }

    /// <summary>Whether the text is one DNS label in lower case (its length is not looked at).</summary>
    public static bool IsDnsLabel(ReadOnlySpan<char> label)
    {
        if (label.IsEmpty || label[0] == '-' || label[^1] == '-') return false;
        foreach (var c in label)
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') return false;
        return true;
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        if (!char.IsAsciiLetterOrDigit(name[0]) || !char.IsAsciiLetterOrDigit(name[^1])) return false;
        foreach (var c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) return false;
        return true;
    }
}
