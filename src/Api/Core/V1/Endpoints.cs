using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>The addresses behind a service; endpoint slices took its place.</summary>
[ApiKind("", "v1", Resource = "endpoints", ShortNames = ["ep"])]
public sealed partial class Endpoints : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Sets of addresses that share ports.</summary>
    [Field(2), Atomic]
    public List<EndpointSubset>? Subsets { get; set; }
}

/// <summary>Addresses that share ports; each address with each port is an endpoint.</summary>
[ApiType]
public sealed partial class EndpointSubset
{
    /// <summary>Addresses that are ready.</summary>
    [Field(1), Atomic]
    public List<EndpointAddress>? Addresses { get; set; }

    /// <summary>Addresses that are not ready.</summary>
    [Field(2), Atomic]
    public List<EndpointAddress>? NotReadyAddresses { get; set; }

    /// <summary>The ports.</summary>
    [Field(3), Atomic]
    public List<EndpointPort>? Ports { get; set; }
}

/// <summary>An address of an endpoint.</summary>
[ApiType]
[Atomic]
public sealed partial class EndpointAddress
{
    /// <summary>The address; not loopback, link-local or multicast.</summary>
    [Field(1, Name = "ip"), Required]
    public string IP { get; set; } = "";

    /// <summary>Host name of the endpoint.</summary>
    [Field(3)]
    public string Hostname { get; set; } = "";

    /// <summary>Node the endpoint is on.</summary>
    [Field(4)]
    public string? NodeName { get; set; }

    /// <summary>Object behind the address, as a rule a pod.</summary>
    [Field(2)]
    public ObjectReference? TargetRef { get; set; }
}

/// <summary>A port of endpoints.</summary>
[ApiType]
[Atomic]
public sealed partial class EndpointPort
{
    /// <summary>Name of the service port; may be empty for a single port.</summary>
    [Field(1)]
    public string Name { get; set; } = "";

    /// <summary>Number of the port.</summary>
    [Field(2), Required]
    public int Port { get; set; }

    /// <summary>Transport protocol.</summary>
    [Field(3), OneOf(typeof(Protocol)), Default(V1.Protocol.Tcp)]
    public string Protocol { get; set; } = "";

    /// <summary>Application protocol, as a hint to implementations.</summary>
    [Field(4)]
    public string? AppProtocol { get; set; }
}
