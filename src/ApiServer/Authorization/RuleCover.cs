using System.Text;
using Tiphys.Api.Rbac.V1;

namespace Tiphys.ApiServer;

/// <summary>Whether rules allow all that other rules allow.</summary>
internal static class RuleCover
{
    /// <summary>The parts of <paramref name="wanted"/> that <paramref name="held"/> does not allow, joined again where they differ in the verb only.</summary>
    public static List<PolicyRule> Missing(IReadOnlyCollection<PolicyRule> held, IEnumerable<PolicyRule> wanted)
    {
        var missing = new List<PolicyRule>();
        foreach (var rule in wanted)
            foreach (var part in Split(rule))
                if (!held.Any(h => Covers(h, part))) missing.Add(part);
        return Compact(missing);
    }

    /// <summary>A rule as messages show it.</summary>
    public static string Describe(PolicyRule rule)
    {
        var parts = new List<string>();
        Add("APIGroups", rule.ApiGroups);
        Add("Resources", rule.Resources);
        Add("NonResourceURLs", rule.NonResourceURLs);
        Add("ResourceNames", rule.ResourceNames);
        Add("Verbs", rule.Verbs);
        return "{" + string.Join(", ", parts) + "}";

        void Add(string name, List<string>? values)
        {
            if (values is { Count: > 0 }) parts.Add($"{name}:[{string.Join(" ", values.Select(static v => $"\"{v}\""))}]");
        }
    }

    /// <summary>Rules that name one thing each.</summary>
    private static IEnumerable<PolicyRule> Split(PolicyRule rule)
    {
        foreach (var verb in rule.Verbs)
        {
            foreach (var path in rule.NonResourceURLs ?? []) yield return new() { Verbs = [verb], NonResourceURLs = [path] };
            foreach (var group in rule.ApiGroups ?? [])
            {
                foreach (var resource in rule.Resources ?? [])
                {
                    if (rule.ResourceNames is not { Count: > 0 } names) yield return new() { Verbs = [verb], ApiGroups = [group], Resources = [resource] };
                    else
                        foreach (var name in names) yield return new() { Verbs = [verb], ApiGroups = [group], Resources = [resource], ResourceNames = [name] };
                }
            }
        }
    }

    private static bool Covers(PolicyRule held, PolicyRule part)
    {
        if (!Has(held.Verbs, part.Verbs[0])) return false;
        if (part.NonResourceURLs is { Count: > 0 } paths) return held.NonResourceURLs?.Any(p => p == paths[0] || (p.EndsWith('*') && paths[0].AsSpan().StartsWith(p.AsSpan().TrimEnd('*')))) == true;
        if (!Has(held.ApiGroups, part.ApiGroups![0]) || !HasResource(held.Resources, part.Resources![0])) return false;
        if (held.ResourceNames is not { Count: > 0 } names) return true;
        return part.ResourceNames is { Count: > 0 } wanted && names.Contains(wanted[0]);
    }

    private static bool Has(List<string>? held, string wanted) => held is not null && (held.Contains(RbacConstants.All) || held.Contains(wanted));

    private static bool HasResource(List<string>? held, string wanted)
    {
        if (held is null) return false;
        if (Has(held, wanted)) return true;
        var slash = wanted.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0 && held.Contains("*" + wanted[slash..]);
    }

    private static List<PolicyRule> Compact(List<PolicyRule> parts)
    {
        var joined = new Dictionary<string, PolicyRule>(StringComparer.Ordinal);
        foreach (var part in parts)
        {
            var key = new StringBuilder();
            foreach (var list in (List<string>?[])[part.ApiGroups, part.Resources, part.ResourceNames, part.NonResourceURLs]) key.AppendJoin(',', list ?? []).Append('|');
            if (!joined.TryGetValue(key.ToString(), out var rule)) joined[key.ToString()] = part;
            else if (!rule.Verbs.Contains(part.Verbs[0])) rule.Verbs.Add(part.Verbs[0]);
        }

        return [.. joined.Values];
    }
}
