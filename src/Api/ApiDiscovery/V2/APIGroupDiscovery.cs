using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.ApiDiscovery.V2;

/// <summary>A group in the aggregated discovery document; its metadata carries the name.</summary>
[ApiKind("apidiscovery.k8s.io", "v2")]
public sealed partial class APIGroupDiscovery : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Versions, in order of preference.</summary>
    [Field(2), ListMap("version")]
    public List<APIVersionDiscovery>? Versions { get; set; }
}

/// <summary>A version of a group.</summary>
[ApiType]
public sealed partial class APIVersionDiscovery
{
    /// <summary>Name of the version.</summary>
    [Field(1), Required]
    public string Version { get; set; } = "";

    /// <summary>Its resources.</summary>
    [Field(2), ListMap("resource")]
    public List<APIResourceDiscovery>? Resources { get; set; }

    /// <summary>Whether the list is current.</summary>
    [Field(3)]
    public string Freshness { get; set; } = "";
}

/// <summary>Whether a discovery list is current.</summary>
public static class DiscoveryFreshness
{
    /// <summary>It was just read.</summary>
    public const string Current = "Current";

    /// <summary>Its server did not answer, and it may be out of date.</summary>
    public const string Stale = "Stale";
}

/// <summary>Name and abilities of one resource.</summary>
[ApiType]
public sealed partial class APIResourceDiscovery
{
    /// <summary>Plural name.</summary>
    [Field(1), Required]
    public string Resource { get; set; } = "";

    /// <summary>Kind of its objects; may be missing when the subresources have one.</summary>
    [Field(2)]
    public GroupVersionKind? ResponseKind { get; set; }

    /// <summary>Whether objects live in namespaces.</summary>
    [Field(3), Required]
    public string Scope { get; set; } = "";

    /// <summary>Singular name.</summary>
    [Field(4), Required]
    public string SingularResource { get; set; } = "";

    /// <summary>Verbs it understands.</summary>
    [Field(5), Required, ListSet]
    public List<string> Verbs { get; set; } = [];

    /// <summary>Short names for command lines.</summary>
    [Field(6), ListSet]
    public List<string>? ShortNames { get; set; }

    /// <summary>Categories it belongs to, such as all.</summary>
    [Field(7), ListSet]
    public List<string>? Categories { get; set; }

    /// <summary>Its subresources.</summary>
    [Field(8), ListMap("subresource")]
    public List<APISubresourceDiscovery>? Subresources { get; set; }
}

/// <summary>Whether objects of a resource live in namespaces.</summary>
public static class ResourceScope
{
    /// <summary>They do not.</summary>
    public const string Cluster = "Cluster";

    /// <summary>They do.</summary>
    public const string Namespaced = "Namespaced";
}

/// <summary>Name and abilities of a subresource.</summary>
[ApiType]
public sealed partial class APISubresourceDiscovery
{
    /// <summary>Name, without that of its resource.</summary>
    [Field(1), Required]
    public string Subresource { get; set; } = "";

    /// <summary>Kind it returns, if it does.</summary>
    [Field(2)]
    public GroupVersionKind? ResponseKind { get; set; }

    /// <summary>Kinds it takes, where they are not the returned one.</summary>
    [Field(3), ListMap("group", "version", "kind")]
    public List<GroupVersionKind>? AcceptedTypes { get; set; }

    /// <summary>Verbs it understands.</summary>
    [Field(4), Required, ListSet]
    public List<string> Verbs { get; set; } = [];
}
