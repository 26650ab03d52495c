namespace Tiphys.ApiServer;

/// <summary>The rules of what names who signs certificates.</summary>
internal static class CertificateRules
{
    private const int MostDomain = 253;
    private const int MostName = MostDomain + 253 + 63 + 2;

    /// <summary>A signer's name: a domain, a slash and a name in it.</summary>
    public static void SignerName(string name, FieldPath path, FieldErrors errors)
    {
        if (name.Length == 0)
        {
            errors.Required(path);
            return;
        }

        if (name.Split('/') is not [var domain, var rest])
        {
            errors.Invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
            return;
        }

        if (domain.Length > MostDomain) errors.TooLong(path, MostDomain);
        FirstFaulty(domain, Names.LabelErrors, path, errors);
        if (!domain.Contains('.', StringComparison.Ordinal)) errors.Invalid(path, domain, "should be a domain with at least two segments separated by dots");
        FirstFaulty(rest, Names.SubdomainErrors, path, errors);
        if (name.Length > MostName) errors.TooLong(path, MostName);
    }

    private static void FirstFaulty(string text, Func<string, IReadOnlyList<string>> rule, FieldPath path, FieldErrors errors)
    {
        foreach (var label in text.Split('.'))
        {
            var problems = rule(label);
            foreach (var problem in problems) errors.Invalid(path, text, $"validating label \"{label}\": {problem}");
            if (problems.Count > 0) return;
        }
    }
}
