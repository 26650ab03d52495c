namespace Tiphys.Client;

/// <summary>
/// Finds resources by what people and manifests call them: plural, singular or short names, kinds, and any of these with group or
/// version and group behind dots (upstream's RESTMapper). Of several candidates the one that the server lists first wins.
/// </summary>
/// <param name="resources">What the server serves, in its order.</param>
public sealed class ResourceMapper(IReadOnlyList<DiscoveredResource> resources)
{
    /// <summary>What the server serves.</summary>
    public IReadOnlyList<DiscoveredResource> Resources { get; } = resources;

    /// <summary>The resource that a name such as <c>po</c>, <c>deployments.apps</c>, <c>jobs.v1.batch</c> or <c>Pod</c> means; null when there is none.</summary>
    public DiscoveredResource? Find(string name)
    {
        var parts = name.Split('.', 3);
        if (parts.Length == 3 && ByName(parts[0], parts[2], parts[1]) is { } exact) return exact;
        var (resource, group) = Split(name);
        if (ByName(resource, group, null) is { } found) return found;
        if (parts.Length == 3 && FindKind(parts[2], parts[0], parts[1]) is { } kind) return kind;
        return FindKind(group, resource);
    }

    /// <summary>The resource of a kind in a group; in a version when one is given.</summary>
    public DiscoveredResource? FindKind(string group, string kind, string? version = null) =>
        Resources.FirstOrDefault(r => r.Kind == kind && r.Group == group && (version is null || r.Version == version));

    /// <summary>The resources of a category, one for each group and name; empty when there is no such category.</summary>
    public IReadOnlyList<DiscoveredResource> Category(string name) =>
        [.. Resources.Where(r => r.Categories.Contains(name)).DistinctBy(static r => (r.Group, r.Resource))];

    private static (string Name, string Group) Split(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? (name, "") : (name[..dot], name[(dot + 1)..]);
    }

    private DiscoveredResource? ByName(string name, string group, string? version)
    {
        name = name.ToLowerInvariant();
        if (name.Length == 0) return null;
        var named = Resources.Where(r => (r.Resource == name || r.Singular == name || (r.Singular.Length == 0 && r.Kind.Equals(name, StringComparison.OrdinalIgnoreCase))) && (version is null || r.Version == version));
        return InGroup(named, group) ?? InGroup(Resources.Where(r => r.ShortNames.Contains(name)), group); // short names stand for the preferred version, whatever is asked for
    }

    /// <summary>A group may be cut short, unless a group has just that name.</summary>
    private static DiscoveredResource? InGroup(IEnumerable<DiscoveredResource> candidates, string group)
    {
        if (group.Length == 0) return candidates.FirstOrDefault();
        var all = candidates.ToList();
        return all.Find(r => r.Group == group) ?? all.Find(r => r.Group.StartsWith(group, StringComparison.Ordinal));
    }
}
