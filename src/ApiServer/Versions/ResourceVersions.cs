using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>An API version in which a resource is served besides the stored one, perhaps in another group.</summary>
/// <param name="Kind">Kind of the objects in this version.</param>
/// <param name="Converter">Between this version and the stored one.</param>
public sealed record ServedVersion(KindInfo Kind, IObjectConverter Converter)
{
    /// <summary>What writes through this version obey; null for the resource's own rules.</summary>
    public IResourceStrategy? Strategy { get; init; }

    /// <summary>Names that field selectors have in this version, to the stored version's; null when they are the same.</summary>
    public IReadOnlyDictionary<string, string>? FieldLabels { get; init; }
}

/// <summary>All API versions of a resource.</summary>
/// <param name="stored">The stored kind.</param>
/// <param name="others">The versions besides.</param>
public sealed class ResourceVersions(KindInfo stored, IReadOnlyList<ServedVersion> others)
{
    /// <summary>The versions besides the stored one.</summary>
    public IReadOnlyList<ServedVersion> Others { get; } = others;

    /// <summary>Whether an apiVersion is one of them, or the stored one.</summary>
    public bool Knows(string apiVersion) => apiVersion == stored.ApiVersion || Find(apiVersion) is not null;

    /// <summary>An object of any version in another; the object itself is left alone.</summary>
    public IKubernetesObject Convert(IKubernetesObject item, string apiVersion)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (item.KindInfo.ApiVersion == apiVersion) return item;
        var copy = (IKubernetesObject)item.DeepCopyMessage();
        if (Find(item.KindInfo.ApiVersion) is { } from) copy = from.Converter.ToStored(copy);
        return Find(apiVersion) is { } to ? to.Converter.FromStored(copy) : copy;
    }

    private ServedVersion? Find(string apiVersion) => Others.FirstOrDefault(v => v.Kind.ApiVersion == apiVersion);
}
