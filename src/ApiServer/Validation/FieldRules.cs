using System.Globalization;
using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>Rules that many kinds share, in upstream's words.</summary>
internal static class FieldRules
{
    public const string Immutable = "field is immutable";

    public const string NotNegativeRule = "must be greater than or equal to 0";

    /// <summary>A plain value or a message that stays as it was; lists are for the caller to compare.</summary>
    public static void Unchanged<T>(T now, T before, FieldPath path, FieldErrors errors)
    {
        var same = now is IApiMessage || before is IApiMessage ? ApiJson.Same(now as IApiMessage, before as IApiMessage) : EqualityComparer<T>.Default.Equals(now, before);
        if (!same) errors.Invalid(path, now, Immutable);
    }

    public static void NotNegative(long? value, FieldPath path, FieldErrors errors)
    {
        if (value < 0) errors.Invalid(path, value, NotNegativeRule);
    }

    public static void InRange(long? value, long least, long most, FieldPath path, FieldErrors errors)
    {
        if (value < least || value > most) errors.Invalid(path, value, Between(least, most));
    }

    /// <summary>A user or group id of Linux.</summary>
    public static void Id(long? value, FieldPath path, FieldErrors errors) => InRange(value, 0, int.MaxValue, path, errors);

    public static string Between(long least, long most) => string.Create(CultureInfo.InvariantCulture, $"must be between {least} and {most}, inclusive");

    /// <summary>A value that must be there and be one of those named (given in the order they are told).</summary>
    public static void OneOf(string? value, string[] supported, FieldPath path, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(value)) errors.Required(path);
        else Supported(value, supported, path, errors);
    }

    /// <summary>A value that, when it is there at all, must be one of those named.</summary>
    public static void Supported(string? value, string[] supported, FieldPath path, FieldErrors errors)
    {
        if (value is not null && !supported.Contains(value, StringComparer.Ordinal)) errors.NotSupported(path, value, supported);
    }

    /// <summary>A name that must be there.</summary>
    public static void Name(string name, Func<string, IReadOnlyList<string>> rule, FieldPath path, FieldErrors errors)
    {
        if (name.Length == 0) errors.Required(path);
        else errors.Invalid(path, name, rule(name));
    }

    /// <summary>A name that may be left out.</summary>
    public static void OptionalName(string? name, Func<string, IReadOnlyList<string>> rule, FieldPath path, FieldErrors errors)
    {
        if (!string.IsNullOrEmpty(name)) errors.Invalid(path, name, rule(name));
    }

    /// <summary>A name made of a domain, a slash and the path of a URL, such as <c>acme.io/foo</c>.</summary>
    public static void DomainPath(string name, FieldPath path, FieldErrors errors)
    {
        if (name.Length == 0) errors.Required(path);
        else if (name.Split('/', 2) is not [{ Length: > 0 } domain, { Length: > 0 } rest]) errors.Invalid(path, name, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        else
        {
            errors.Invalid(path, domain, Names.SubdomainErrors(domain));
            errors.Invalid(path, rest, Names.UrlPathErrors(rest));
        }
    }

    /// <summary>A domain name of at least two labels; it may end in a dot.</summary>
    public static void DomainName(string name, FieldPath path, FieldErrors errors)
    {
        if (name.Length == 0)
        {
            errors.Required(path);
            return;
        }

        var domain = name.EndsWith('.') ? name[..^1] : name;
        var problems = Names.SubdomainErrors(domain);
        if (problems.Count > 0) errors.Invalid(path, domain, string.Join(",", problems));
        else if (!domain.Contains('.', StringComparison.Ordinal)) errors.Invalid(path, domain, "should be a domain with at least two segments separated by dots");
        else if (domain.Split('.').FirstOrDefault(static l => Names.LabelErrors(l).Count > 0) is { } label) errors.Invalid(path, label, string.Join(",", Names.LabelErrors(label)));
    }

    /// <summary>A path below some directory: relative, and never upwards.</summary>
    public static void RelativePath(string text, FieldPath path, FieldErrors errors)
    {
        if (text.StartsWith('/')) errors.Invalid(path, text, "must be a relative path");
        NoBacksteps(text, path, errors);
    }

    public static void NoBacksteps(string text, FieldPath path, FieldErrors errors)
    {
        if (text.Split('/').Contains("..")) errors.Invalid(path, text, "must not contain '..'");
    }

    /// <summary>A relative path whose first characters are free for the kubelet's own files.</summary>
    public static void VisiblePath(string text, FieldPath path, FieldErrors errors)
    {
        RelativePath(text, path, errors);
        if (text.StartsWith("..", StringComparison.Ordinal) && !text.StartsWith("../", StringComparison.Ordinal)) errors.Invalid(path, text, "must not start with '..'");
    }
}
