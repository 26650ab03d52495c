using System.Text.Json.Nodes;
using Tiphys.Client;

namespace Tiphys.Kubectl.Resources;

/// <summary>One object, or one page of a list, that a command works on.</summary>
/// <param name="resource">Its resource on the server.</param>
/// <param name="ns">Its namespace; empty for cluster-scoped objects and lists over all namespaces.</param>
/// <param name="name">Its name; empty for lists.</param>
internal sealed class ResourceInfo(DiscoveredResource resource, string ns, string name)
{
    public DiscoveredResource Resource { get; } = resource;

    public string Namespace { get; set; } = ns;

    public string Name { get; private set; } = name;

    /// <summary>The file it was read from; empty when it was not.</summary>
    public string Source { get; init; } = "";

    /// <summary>The object as last seen; null as long as only its name is known.</summary>
    public JsonObject? Object { get; set; }

    public bool Namespaced => Resource.Namespaced;

    /// <summary>Resource and name, as messages show them.</summary>
    public string ObjectName => $"{Resource.Resource}/{Name}";

    /// <summary>Path of the object.</summary>
    public string Path(string? subresource = null) => Resource.Path(Namespace, Name, subresource);

    /// <summary>Takes over what the server answered.</summary>
    public void Refresh(JsonObject item)
    {
        Object = item;
        if (Json.Name(item) is { Length: > 0 } name) Name = name;
        if (Json.Namespace(item) is { Length: > 0 } ns) Namespace = ns;
    }

    /// <summary>The description of patch errors.</summary>
    public override string ToString() =>
        $"Resource: \"{(Resource.Group.Length == 0 ? "/" : "")}{Resource.ApiVersion}, Resource={Resource.Resource}\", GroupVersionKind: \"{(Resource.Group.Length == 0 ? "/" : "")}{Resource.ApiVersion}, Kind={Resource.Kind}\"\nName: \"{Name}\", Namespace: \"{Namespace}\"";
}
