using System.Security.Cryptography;
using System.Text;
using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>A resource as discovery and OpenAPI describe it.</summary>
/// <param name="Kind">Kind as this API version shows it.</param>
/// <param name="Verbs">Verbs, sorted.</param>
/// <param name="Subresources">What lies below it.</param>
/// <param name="Stored">The kind in the store; null for resources that store nothing.</param>
public sealed record ServedResource(KindInfo Kind, IReadOnlyList<string> Verbs, IReadOnlyList<ServedSubresource> Subresources, KindInfo? Stored)
{
    /// <summary>A deletion answers with the object that is gone instead of a status.</summary>
    public bool ReturnsDeletedObject { get; init; }

    /// <summary>Tells clients when the stored version changes.</summary>
    public string StorageVersionHash => Stored is null ? "" : Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{Stored.Group}/{Stored.Version}/{Stored.Kind}")).AsSpan(0, 8));

    /// <summary>All resources of a server.</summary>
    internal static IReadOnlyList<ServedResource> Of(IEnumerable<ResourceHandler> handlers, IEnumerable<ReviewResource> reviews)
    {
        var served = handlers.Select(static h => new ServedResource(
            h.View.Kind,
            h.Store.Definition.Verbs,
            [.. h.Store.Definition.Subresources.OrderBy(static s => s.Key, StringComparer.Ordinal).Select(s => new ServedSubresource(s.Key, s.Value.Kind == h.Store.Definition.Kind ? h.View.Kind : s.Value.Kind, s.Value.Verbs, s.Value.Options))],
            h.Store.Definition.Kind)
        { ReturnsDeletedObject = h.Store.Definition.ReturnsDeletedObject });
        return [.. served.Concat(reviews.Select(static r => new ServedResource(r.Kind, ["create"], [], null)))];
    }
}

/// <summary>A subresource as discovery and OpenAPI describe it.</summary>
/// <param name="Name">Name below the resource.</param>
/// <param name="Kind">Kind of its body.</param>
/// <param name="Verbs">Verbs, sorted.</param>
/// <param name="Options">The kind whose fields are its query parameters, where it answers with a stream; null otherwise.</param>
public sealed record ServedSubresource(string Name, KindInfo Kind, IReadOnlyList<string> Verbs, KindInfo? Options);

/// <summary>The order in which groups and versions are shown; clients prefer what comes first.</summary>
internal static class GroupOrder
{
    private static readonly Dictionary<string, int> s_groups = new()
    {
        [""] = 18000, ["apiregistration.k8s.io"] = 17900, ["apps"] = 17800, ["events.k8s.io"] = 17750, ["authentication.k8s.io"] = 17700, ["authorization.k8s.io"] = 17600,
        ["autoscaling"] = 17500, ["batch"] = 17400, ["certificates.k8s.io"] = 17300, ["networking.k8s.io"] = 17200, ["policy"] = 17100, ["rbac.authorization.k8s.io"] = 17000,
        ["storage.k8s.io"] = 16800, ["admissionregistration.k8s.io"] = 16700, ["apiextensions.k8s.io"] = 16700, ["scheduling.k8s.io"] = 16600, ["coordination.k8s.io"] = 16500,
        ["node.k8s.io"] = 16300, ["resource.k8s.io"] = 16200, ["discovery.k8s.io"] = 16200, ["flowcontrol.apiserver.k8s.io"] = 16100, ["internal.apiserver.k8s.io"] = 16000,
    };

    /// <summary>Groups of custom resources come after all built-in ones.</summary>
    public static int Priority(string group) => s_groups.GetValueOrDefault(group, 1000);

    /// <summary>Groups in order, each with its versions in order.</summary>
    public static IEnumerable<(string Group, List<IGrouping<string, ServedResource>> Versions)> Arrange(IEnumerable<ServedResource> resources) => resources
        .GroupBy(static r => r.Kind.Group)
        .OrderByDescending(static g => Priority(g.Key))
        .ThenBy(static g => g.Key, StringComparer.Ordinal)
        .Select(static g => (g.Key, g.GroupBy(static r => r.Kind.Version).OrderByDescending(static v => v.Key, VersionComparer.Instance).ToList()));

    /// <summary>v2 before v1 before v2beta1 before v1alpha1 before anything else.</summary>
    private sealed class VersionComparer : IComparer<string>
    {
        public static VersionComparer Instance { get; } = new();

        public int Compare(string? left, string? right) => Rank(left!).CompareTo(Rank(right!));

        private static (int Stability, int Major, int Minor) Rank(string version)
        {
            var match = System.Text.RegularExpressions.Regex.Match(version, "^v([0-9]+)(?:(alpha|beta)([0-9]+))?$");
            if (!match.Success) return (0, 0, 0);
            var stability = match.Groups[2].Value switch { "" => 3, "beta" => 2, _ => 1 };
            return (stability, int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), match.Groups[3].Success ? int.Parse(match.Groups[3].Value, System.Globalization.CultureInfo.InvariantCulture) : 0);
        }
    }
}
