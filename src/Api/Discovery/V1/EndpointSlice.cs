using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Discovery.V1;

/// <summary>A part of the endpoints behind a service, all of one address type.</summary>
[ApiKind("discovery.k8s.io", "v1", Resource = "endpointslices")]
public sealed partial class EndpointSlice : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Type of all addresses; it never changes.</summary>
    [Field(4), Required, OneOf(typeof(AddressType))]
    public string AddressType { get; set; } = "";

    /// <summary>The endpoints, at most 1000.</summary>
    [Field(2), AlwaysShown, NullWhenUnset, Atomic]
    public List<Endpoint> Endpoints { get; set; } = [];

    /// <summary>Ports that every endpoint serves, at most 20000.</summary>
    [Field(3), AlwaysShown, NullWhenUnset, Atomic]
    public List<EndpointPort> Ports { get; set; } = [];
}

/// <summary>Types of addresses.</summary>
public static class AddressType
{
    /// <summary>IPv4 addresses.</summary>
    public const string IPv4 = "IPv4";

    /// <summary>IPv6 addresses.</summary>
    public const string IPv6 = "IPv6";

    /// <summary>Domain names; deprecated.</summary>
    public const string Fqdn = "FQDN";
}

/// <summary>One logical backend.</summary>
[ApiType]
public sealed partial class Endpoint
{
    /// <summary>Its addresses; consumers use the first.</summary>
    [Field(1), Required, ListSet]
    public List<string> Addresses { get; set; } = [];

    /// <summary>Whether it takes traffic.</summary>
    [Field(2)]
    public EndpointConditions Conditions { get; set; } = new();

    /// <summary>Its host name, unique among the endpoints.</summary>
    [Field(3)]
    public string? Hostname { get; set; }

    /// <summary>Object behind it, as a rule a pod.</summary>
    [Field(4)]
    public ObjectReference? TargetRef { get; set; }

    /// <summary>Topology of older versions; not written.</summary>
    [Field(5)]
    public Dictionary<string, string>? DeprecatedTopology { get; set; }

    /// <summary>Node it is on.</summary>
    [Field(6)]
    public string? NodeName { get; set; }

    /// <summary>Zone it is in.</summary>
    [Field(7)]
    public string? Zone { get; set; }

    /// <summary>Who should use it.</summary>
    [Field(8)]
    public EndpointHints? Hints { get; set; }
}

/// <summary>Whether an endpoint takes traffic; unset counts as true, or false for terminating.</summary>
[ApiType]
public sealed partial class EndpointConditions
{
    /// <summary>It takes new traffic: it serves and does not terminate, or it is published regardless.</summary>
    [Field(1)]
    public bool? Ready { get; set; }

    /// <summary>It is able to take traffic, terminating or not.</summary>
    [Field(2)]
    public bool? Serving { get; set; }

    /// <summary>It is being deleted.</summary>
    [Field(3)]
    public bool? Terminating { get; set; }
}

/// <summary>Who should use an endpoint.</summary>
[ApiType]
public sealed partial class EndpointHints
{
    /// <summary>Zones that should use it.</summary>
    [Field(1), Atomic]
    public List<ForZone>? ForZones { get; set; }

    /// <summary>Nodes that should use it.</summary>
    [Field(2), Atomic]
    public List<ForNode>? ForNodes { get; set; }
}

/// <summary>A zone.</summary>
[ApiType]
public sealed partial class ForZone
{
    /// <summary>Name of the zone.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";
}

/// <summary>A node.</summary>
[ApiType]
public sealed partial class ForNode
{
    /// <summary>Name of the node.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";
}

/// <summary>A port of endpoints.</summary>
[ApiType]
[Atomic]
public sealed partial class EndpointPort
{
    /// <summary>Name of the service port; may be empty.</summary>
    [Field(1)]
    public string? Name { get; set; }

    /// <summary>Transport protocol.</summary>
    [Field(2), OneOf(typeof(Protocol)), Default(Core.V1.Protocol.Tcp)]
    public string? Protocol { get; set; }

    /// <summary>Number of the port; unset means all ports.</summary>
    [Field(3)]
    public int? Port { get; set; }

    /// <summary>Application protocol, as a hint to implementations.</summary>
    [Field(4)]
    public string? AppProtocol { get; set; }
}

/// <summary>Labels of endpoint slices.</summary>
public static class EndpointSliceLabels
{
    /// <summary>Service the slice belongs to.</summary>
    public const string ServiceName = "kubernetes.io/service-name";

    /// <summary>Controller that writes the slice.</summary>
    public const string ManagedBy = "endpointslice.kubernetes.io/managed-by";

    /// <summary>Keeps an Endpoints object from being mirrored.</summary>
    public const string SkipMirror = "endpointslice.kubernetes.io/skip-mirror";
}
