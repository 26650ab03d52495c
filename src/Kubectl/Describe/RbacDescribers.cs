using Tiphys.Api.Meta.V1;
using Tiphys.Api.Rbac.V1;

namespace Tiphys.Kubectl.Describe;

/// <summary>Roles.</summary>
internal sealed class RoleDescriber : Describer<Role>
{
    protected override bool HasEvents => false;

    protected override void Write(Role item, DescriptionWriter writer) => RbacDescription.Rules(item.Metadata, item.Rules, writer);
}

/// <summary>Cluster roles.</summary>
internal sealed class ClusterRoleDescriber : Describer<ClusterRole>
{
    protected override bool HasEvents => false;

    protected override void Write(ClusterRole item, DescriptionWriter writer) => RbacDescription.Rules(item.Metadata, item.Rules, writer);
}

/// <summary>Role bindings.</summary>
internal sealed class RoleBindingDescriber : Describer<RoleBinding>
{
    protected override bool HasEvents => false;

    protected override void Write(RoleBinding item, DescriptionWriter writer) => RbacDescription.Binding(item.Metadata, item.RoleRef, item.Subjects, writer);
}

/// <summary>Cluster role bindings.</summary>
internal sealed class ClusterRoleBindingDescriber : Describer<ClusterRoleBinding>
{
    protected override bool HasEvents => false;

    protected override void Write(ClusterRoleBinding item, DescriptionWriter writer) => RbacDescription.Binding(item.Metadata, item.RoleRef, item.Subjects, writer);
}

/// <summary>What roles allow and who has them.</summary>
internal static class RbacDescription
{
    /// <summary>One line for each resource, name or path, with all that may be done with it.</summary>
    public static void Rules(ObjectMeta metadata, List<PolicyRule> rules, DescriptionWriter writer)
    {
        writer.Header(metadata, namespaced: false);
        writer.Write(0, "PolicyRule:\n");
        writer.Headings(1, "Resources", "Non-Resource URLs", "Resource Names", "Verbs");
        foreach (var line in Lines(rules)) writer.Row(1, Resource(line), Texts.List(line.Url is { } url ? [url] : null), Texts.List(line.Name is { } name ? [name] : null), Texts.List(line.Verbs));
    }

    public static void Binding(ObjectMeta metadata, RoleRef role, List<Subject>? subjects, DescriptionWriter writer)
    {
        writer.Header(metadata, namespaced: false);
        writer.Write(0, "Role:\n");
        writer.Field("Kind", role.Kind, 1);
        writer.Field("Name", role.Name, 1);
        writer.Write(0, "Subjects:\n");
        writer.Headings(1, "Kind", "Name", "Namespace");
        foreach (var subject in subjects ?? []) writer.Row(1, subject.Kind, subject.Name, subject.Namespace);
    }

    private static List<Line> Lines(List<PolicyRule> rules)
    {
        var paths = new List<Line>();
        var resources = new Dictionary<(string Group, string Resource, string? Name), Line>();
        foreach (var rule in rules)
        {
            var names = rule.ResourceNames is { Count: > 0 } given ? given.Cast<string?>() : [null];
            foreach (var key in from g in rule.ApiGroups ?? [] from r in rule.Resources ?? [] from v in rule.Verbs from n in names select (g, r, v, n))
            {
                if (!resources.TryGetValue((key.g, key.r, key.n), out var line)) resources[(key.g, key.r, key.n)] = line = new Line(key.g, key.r, key.n, null, []);
                if (!line.Verbs.Contains(key.v)) line.Verbs.Add(key.v);
            }

            paths.AddRange(from url in rule.NonResourceURLs ?? [] from verb in rule.Verbs select new Line("", "", null, url, [verb]));
        }

        return [.. paths.Concat(resources.Values).OrderBy(SortText, StringComparer.Ordinal)];
    }

    /// <summary>The text by which upstream sorts rules: their Go form.</summary>
    private static string SortText(Line line) =>
        $"&PolicyRule{{Verbs:{Texts.List(line.Verbs)},APIGroups:{Texts.List(line.Url is null ? [line.Group] : null)},Resources:{Texts.List(line.Url is null ? [line.Resource] : null)},ResourceNames:{Texts.List(line.Name is { } n ? [n] : null)},NonResourceURLs:{Texts.List(line.Url is { } u ? [u] : null)},}}";

    private static string Resource(Line line)
    {
        if (line.Url is not null) return "";
        var parts = line.Resource.Split('/', 2);
        var text = line.Group.Length > 0 ? $"{parts[0]}.{line.Group}" : parts[0];
        return parts.Length == 2 ? $"{text}/{parts[1]}" : text;
    }

    private sealed record Line(string Group, string Resource, string? Name, string? Url, List<string> Verbs);
}
