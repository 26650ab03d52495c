namespace Tiphys.Client;

/// <summary>A resource that an API server serves, in one of its versions.</summary>
/// <param name="Group">API group; empty for core.</param>
/// <param name="Version">Version in the group.</param>
/// <param name="Resource">Plural name.</param>
/// <param name="Singular">Singular name; may be empty.</param>
/// <param name="Kind">Kind of its objects.</param>
/// <param name="Namespaced">Whether they live in namespaces.</param>
/// <param name="ShortNames">Short names for command lines.</param>
/// <param name="Categories">Categories such as <c>all</c>.</param>
/// <param name="Verbs">What can be done with it.</param>
public sealed record DiscoveredResource(
    string Group,
    string Version,
    string Resource,
    string Singular,
    string Kind,
    bool Namespaced,
    IReadOnlyList<string> ShortNames,
    IReadOnlyList<string> Categories,
    IReadOnlyList<string> Verbs)
{
    /// <summary>Group and version as objects carry them, for example <c>apps/v1</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Path of the collection, of an object or of a subresource, without a leading slash.</summary>
    /// <param name="ns">Namespace; empty or null for all of them.</param>
    /// <param name="name">Name of the object, or null for the collection.</param>
    /// <param name="subresource">Subresource; empty or null for none.</param>
    public string Path(string? ns, string? name = null, string? subresource = null)
    {
        var path = MetadataClient.Path(Group, Version, Resource, Namespaced ? ns ?? "" : "", name);
        return string.IsNullOrEmpty(subresource) ? path : $"{path}/{subresource}";
    }
}
