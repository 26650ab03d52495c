namespace Tiphys.Api.Meta.V1;

/// <summary>The versions the core group is served in.</summary>
[ApiKind("", "v1")]
public sealed partial class APIVersions
{
    /// <summary>Versions served, for example v1.</summary>
    [Field(1), Required, Atomic]
    public List<string> Versions { get; set; } = [];

    /// <summary>Addresses under which clients of given networks reach the server.</summary>
    [Field(2), Required, Atomic]
    public List<ServerAddressByClientCIDR> ServerAddressByClientCIDRs { get; set; } = [];
}

/// <summary>The named API groups a server serves, under /apis.</summary>
[ApiKind("", "v1")]
public sealed partial class APIGroupList
{
    /// <summary>The groups.</summary>
    [Field(1), Required, Atomic]
    public List<APIGroup> Groups { get; set; } = [];
}

/// <summary>A named API group and its versions.</summary>
[ApiKind("", "v1")]
public sealed partial class APIGroup
{
    /// <summary>Name of the group.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Versions served, in order of preference.</summary>
    [Field(2), Required, Atomic]
    public List<GroupVersionForDiscovery> Versions { get; set; } = [];

    /// <summary>Version a client without a wish of its own should use.</summary>
    [Field(3)]
    public GroupVersionForDiscovery PreferredVersion { get; set; } = new();

    /// <summary>Addresses under which clients of given networks reach the server.</summary>
    [Field(4), Atomic]
    public List<ServerAddressByClientCIDR>? ServerAddressByClientCIDRs { get; set; }
}

/// <summary>Tells clients of a network which address to use.</summary>
[ApiType]
public sealed partial class ServerAddressByClientCIDR
{
    /// <summary>Network of the clients, in CIDR notation.</summary>
    [Field(1), Required]
    public string ClientCIDR { get; set; } = "";

    /// <summary>Host, and optionally port, of the server.</summary>
    [Field(2), Required]
    public string ServerAddress { get; set; } = "";
}

/// <summary>A version of a group, spelled twice for convenience.</summary>
[ApiType]
public sealed partial class GroupVersionForDiscovery
{
    /// <summary>Group and version joined by a slash.</summary>
    [Field(1), Required]
    public string GroupVersion { get; set; } = "";

    /// <summary>The version alone.</summary>
    [Field(2), Required]
    public string Version { get; set; } = "";
}

/// <summary>Name and abilities of one resource.</summary>
[ApiType]
public sealed partial class APIResource
{
    /// <summary>Plural name; subresources follow after a slash.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Singular name.</summary>
    [Field(6), Required]
    public string SingularName { get; set; } = "";

    /// <summary>True when objects of the resource live in namespaces.</summary>
    [Field(2), Required]
    public bool Namespaced { get; set; }

    /// <summary>Group of the resource's kind when it differs from the list's.</summary>
    [Field(8)]
    public string Group { get; set; } = "";

    /// <summary>Version of the resource's kind when it differs from the list's.</summary>
    [Field(9)]
    public string Version { get; set; } = "";

    /// <summary>Kind of the resource's objects.</summary>
    [Field(3), Required]
    public string Kind { get; set; } = "";

    /// <summary>Verbs the resource understands, such as get, list and watch.</summary>
    [Field(4), Required, ItemsMessage]
    public List<string> Verbs { get; set; } = [];

    /// <summary>Short names for command lines.</summary>
    [Field(5), Atomic]
    public List<string>? ShortNames { get; set; }

    /// <summary>Categories the resource belongs to, such as all.</summary>
    [Field(7), Atomic]
    public List<string>? Categories { get; set; }

    /// <summary>Hash of the version in which objects are stored; changes when that version does.</summary>
    [Field(10)]
    public string StorageVersionHash { get; set; } = "";
}

/// <summary>The resources of one group and version.</summary>
[ApiKind("", "v1")]
public sealed partial class APIResourceList
{
    /// <summary>Group and version the resources belong to.</summary>
    [Field(1), Required]
    public string GroupVersion { get; set; } = "";

    /// <summary>The resources and their subresources.</summary>
    [Field(2), Required, Atomic]
    public List<APIResource> Resources { get; set; } = [];
}

/// <summary>Names a kind in a version of a group.</summary>
[ApiType]
public sealed partial class GroupVersionKind
{
    /// <summary>API group, empty for the core group.</summary>
    [Field(1), Required]
    public string Group { get; set; } = "";

    /// <summary>API version.</summary>
    [Field(2), Required]
    public string Version { get; set; } = "";

    /// <summary>Name of the kind.</summary>
    [Field(3), Required]
    public string Kind { get; set; } = "";
}

/// <summary>Names a resource in a version of a group.</summary>
[ApiType]
public sealed partial class GroupVersionResource
{
    /// <summary>API group, empty for the core group.</summary>
    [Field(1), Required]
    public string Group { get; set; } = "";

    /// <summary>API version.</summary>
    [Field(2), Required]
    public string Version { get; set; } = "";

    /// <summary>Plural name of the resource.</summary>
    [Field(3), Required]
    public string Resource { get; set; } = "";
}

/// <summary>The paths a server answers on, as its root lists them.</summary>
[ApiType]
public sealed partial class RootPaths
{
    /// <summary>Absolute URL paths.</summary>
    [Field(1), Required, Atomic]
    public List<string> Paths { get; set; } = [];
}
