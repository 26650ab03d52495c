namespace Tiphys.Api;

/// <summary>The rules for label keys and values; each method returns upstream's complaints, none when all is well.</summary>
public static class LabelSyntax
{
    private const int MostName = 63;
    private const int MostPrefix = 253;

    private const string KeyRule =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string ValueRule =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string SubdomainRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    /// <summary>What is wrong with a qualified name: an optional DNS prefix, a slash, and a name of at most 63 characters.</summary>
    public static IReadOnlyList<string> KeyErrors(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var name = key.AsSpan(slash + 1);
        if (slash < 0 && IsName(name) && name.Length <= MostName) return [];
        if (name.Contains('/')) return ["a valid label key " + KeyRule + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
        var errors = new List<string>();
        if (slash == 0) errors.Add("prefix part must be non-empty");
        if (slash > MostPrefix) errors.Add($"prefix part must be no more than {MostPrefix} bytes");
        if (slash > 0 && !IsSubdomain(key.AsSpan(0, slash))) errors.Add("prefix part " + SubdomainRule);
        if (name.IsEmpty) errors.Add("name part must be non-empty");
        if (name.Length > MostName) errors.Add($"name part must be no more than {MostName} bytes");
        if (!IsName(name)) errors.Add("name part " + KeyRule);
        return errors;
    }

    /// <summary>What is wrong with a label value: at most 63 characters, or empty.</summary>
    public static IReadOnlyList<string> ValueErrors(string value)
    {
        if (value.Length == 0 || (value.Length <= MostName && IsName(value))) return [];
        var errors = new List<string>();
        if (value.Length > MostName) errors.Add($"must be no more than {MostName} bytes");
        if (!IsName(value)) errors.Add(ValueRule);
        return errors;
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
        if (name.IsEmpty || !char.IsAsciiLetterOrDigit(name[0]) || !char.IsAsciiLetterOrDigit(name[^1])) return false;
        foreach (var c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) return false;
        return true;
    }
}
