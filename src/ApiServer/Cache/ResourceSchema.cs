using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>What the cache needs to know of a resource: its kind, its place in the store, its selectable fields.</summary>
/// <param name="kind">The stored kind.</param>
/// <param name="keyPrefix">Store key prefix with slashes at both ends, for example <c>/registry/pods/</c>.</param>
/// <param name="selectableFields">Fields beyond <c>metadata.name</c> and <c>metadata.namespace</c>.</param>
public sealed class ResourceSchema(KindInfo kind, string keyPrefix, IReadOnlyList<SelectableField> selectableFields)
{
    /// <summary>The stored kind.</summary>
    public KindInfo Kind { get; } = kind;

    /// <summary>Layout of the stored bytes.</summary>
    public ObjectLayout Layout { get; } = new(kind);

    /// <summary>Store key prefix.</summary>
    public string KeyPrefix { get; } = keyPrefix;

    /// <summary>Fields beyond name and namespace that selectors may ask for.</summary>
    public IReadOnlyList<SelectableField> SelectableFields { get; } = selectableFields;

    /// <summary>Group and resource, for messages.</summary>
    public GroupResource GroupResource { get; } = new(kind.Group, kind.Resource);

    /// <summary>Store key of an object.</summary>
    public string Key(string ns, string name) => Kind.Namespaced ? $"{KeyPrefix}{ns}/{name}" : KeyPrefix + name;

    /// <summary>Namespace and name of a store key.</summary>
    public (string Namespace, string Name) Split(string key)
    {
        var rest = key[KeyPrefix.Length..];
        if (!Kind.Namespaced) return ("", rest);
        var slash = rest.IndexOf('/');
        return (rest[..slash], rest[(slash + 1)..]);
    }

    /// <summary>Whether selectors may ask for this field.</summary>
    public bool IsSelectable(string label) =>
        label is "metadata.name" || (label is "metadata.namespace" && (Kind.Namespaced || SelectableFields.Count == 0)) || SelectableFields.Any(f => f.Label == label);
}
