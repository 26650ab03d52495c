using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>A stable name and address for a set of pods.</summary>
[ApiKind("", "v1", Resource = "services", ShortNames = ["svc"], Categories = ["all"])]
public sealed partial class Service : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Which pods, and how they are reached.</summary>
    [Field(2)]
    public ServiceSpec Spec { get; set; } = new();

    /// <summary>What a load balancer says.</summary>
    [Field(3)]
    public ServiceStatus Status { get; set; } = new();
}

/// <summary>How a service is reached and what stands behind it.</summary>
[ApiType]
public sealed partial class ServiceSpec
{
    /// <summary>Ports of the service.</summary>
    [Field(1), ListMap("port", "protocol"), PatchMerge("port")]
    public List<ServicePort>? Ports { get; set; }

    /// <summary>Labels of the pods behind the service; without one, endpoints are someone else's business.</summary>
    [Field(2), Atomic]
    public Dictionary<string, string>? Selector { get; set; }

    /// <summary>Virtual address; None for a headless service, chosen when empty.</summary>
    [Field(3)]
    public string ClusterIP { get; set; } = "";

    /// <summary>Virtual addresses, one per family; the first equals clusterIP.</summary>
    [Field(18), Atomic]
    public List<string>? ClusterIPs { get; set; }

    /// <summary>How the service is exposed.</summary>
    [Field(4), OneOf(typeof(ServiceType)), Default(ServiceType.ClusterIP)]
    public string Type { get; set; } = "";

    /// <summary>Addresses whose traffic nodes also accept for the service; nothing manages them.</summary>
    [Field(5), Atomic]
    public List<string>? ExternalIPs { get; set; }

    /// <summary>Whether a client keeps its pod.</summary>
    [Field(7), OneOf(typeof(ServiceAffinity)), Default(ServiceAffinity.None)]
    public string SessionAffinity { get; set; } = "";

    /// <summary>Address wished for from the load balancer; deprecated.</summary>
    [Field(8)]
    public string LoadBalancerIP { get; set; } = "";

    /// <summary>Networks from which the load balancer accepts traffic.</summary>
    [Field(9), Atomic]
    public List<string>? LoadBalancerSourceRanges { get; set; }

    /// <summary>Name that DNS gives as a CNAME, for type ExternalName.</summary>
    [Field(10)]
    public string ExternalName { get; set; } = "";

    /// <summary>How nodes spread traffic from outside.</summary>
    [Field(11), OneOf(typeof(ServiceExternalTrafficPolicy))]
    public string ExternalTrafficPolicy { get; set; } = "";

    /// <summary>Node port that tells load balancers whether a node has local endpoints.</summary>
    [Field(12)]
    public int HealthCheckNodePort { get; set; }

    /// <summary>Publishes endpoints whether they are ready or not.</summary>
    [Field(13)]
    public bool PublishNotReadyAddresses { get; set; }

    /// <summary>Settings of the session affinity.</summary>
    [Field(14)]
    public SessionAffinityConfig? SessionAffinityConfig { get; set; }

    /// <summary>Address families, primary one first.</summary>
    [Field(19, Name = "ipFamilies"), OneOf(typeof(IPFamily)), Atomic]
    public List<string>? IPFamilies { get; set; }

    /// <summary>How many families the service wants.</summary>
    [Field(17, Name = "ipFamilyPolicy"), OneOf(typeof(IPFamilyPolicy))]
    public string? IPFamilyPolicy { get; set; }

    /// <summary>Whether a load balancer service gets node ports.</summary>
    [Field(20)]
    public bool? AllocateLoadBalancerNodePorts { get; set; }

    /// <summary>Implementation of the load balancer; the cloud's own when unset.</summary>
    [Field(21)]
    public string? LoadBalancerClass { get; set; }

    /// <summary>How nodes spread traffic from inside the cluster.</summary>
    [Field(22), OneOf(typeof(ServiceInternalTrafficPolicy))]
    public string? InternalTrafficPolicy { get; set; }

    /// <summary>Preference among endpoints, such as those of the same zone.</summary>
    [Field(23)]
    public string? TrafficDistribution { get; set; }
}

/// <summary>A port of a service.</summary>
[ApiType]
public sealed partial class ServicePort
{
    /// <summary>Name of the port, unique in the service; may be empty for a single port.</summary>
    [Field(1)]
    public string Name { get; set; } = "";

    /// <summary>Transport protocol.</summary>
    [Field(2), OneOf(typeof(Protocol)), Default(V1.Protocol.Tcp, Published = true)]
    public string Protocol { get; set; } = "";

    /// <summary>Application protocol, as a hint to implementations.</summary>
    [Field(6)]
    public string? AppProtocol { get; set; }

    /// <summary>Port of the service.</summary>
    [Field(3), Required]
    public int Port { get; set; }

    /// <summary>Number or name of the pods' port; equal to port when unset.</summary>
    [Field(4)]
    public IntOrString TargetPort { get; set; }

    /// <summary>Port on every node; chosen when zero and needed.</summary>
    [Field(5)]
    public int NodePort { get; set; }
}

/// <summary>What a service has.</summary>
[ApiType]
public sealed partial class ServiceStatus
{
    /// <summary>State of the load balancer.</summary>
    [Field(1)]
    public LoadBalancerStatus LoadBalancer { get; set; } = new();

    /// <summary>Aspects of the state.</summary>
    [Field(2), ListMap("type"), PatchMerge("type")]
    public List<Condition>? Conditions { get; set; }
}

/// <summary>State of a load balancer.</summary>
[ApiType]
public sealed partial class LoadBalancerStatus
{
    /// <summary>Where traffic goes in.</summary>
    [Field(1), Atomic]
    public List<LoadBalancerIngress>? Ingress { get; set; }
}

/// <summary>A point where traffic goes into a load balancer.</summary>
[ApiType]
public sealed partial class LoadBalancerIngress
{
    /// <summary>Address of the point.</summary>
    [Field(1, Name = "ip")]
    public string IP { get; set; } = "";

    /// <summary>Name of the point, where there is no fixed address.</summary>
    [Field(2)]
    public string Hostname { get; set; } = "";

    /// <summary>Whether traffic arrives with the point's address or with that of node or pod.</summary>
    [Field(3, Name = "ipMode")]
    public string? IPMode { get; set; }

    /// <summary>State of its ports.</summary>
    [Field(4), Atomic]
    public List<PortStatus>? Ports { get; set; }
}

/// <summary>State of one port of a load balancer.</summary>
[ApiType]
public sealed partial class PortStatus
{
    /// <summary>Number of the port.</summary>
    [Field(1), Required]
    public int Port { get; set; }

    /// <summary>Transport protocol.</summary>
    [Field(2), Required, OneOf(typeof(Protocol))]
    public string Protocol { get; set; } = "";

    /// <summary>What is wrong with the port: CamelCase, with a domain unless it is built in.</summary>
    [Field(3)]
    public string? Error { get; set; }
}

/// <summary>How traffic of a load balancer arrives at a node.</summary>
public static class LoadBalancerIPMode
{
    /// <summary>With the load balancer's address and port as destination.</summary>
    public const string Vip = "VIP";

    /// <summary>With the address of node or pod as destination.</summary>
    public const string Proxy = "Proxy";
}

/// <summary>How a service is exposed.</summary>
public static class ServiceType
{
    /// <summary>A virtual address inside the cluster.</summary>
    public const string ClusterIP = "ClusterIP";

    /// <summary>A port on every node as well.</summary>
    public const string NodePort = "NodePort";

    /// <summary>A load balancer outside as well.</summary>
    public const string LoadBalancer = "LoadBalancer";

    /// <summary>A DNS alias, nothing else.</summary>
    public const string ExternalName = "ExternalName";
}

/// <summary>Whether a client keeps its pod.</summary>
public static class ServiceAffinity
{
    /// <summary>By the client's address.</summary>
    public const string ClientIP = "ClientIP";

    /// <summary>It does not.</summary>
    public const string None = "None";
}

/// <summary>Settings of session affinity.</summary>
[ApiType]
public sealed partial class SessionAffinityConfig
{
    /// <summary>For affinity by client address.</summary>
    [Field(1)]
    public ClientIPConfig? ClientIP { get; set; }
}

/// <summary>Settings of affinity by client address.</summary>
[ApiType]
public sealed partial class ClientIPConfig
{
    /// <summary>Seconds without traffic after which the affinity ends, 1 to 86400.</summary>
    [Field(1)]
    public int? TimeoutSeconds { get; set; }
}

/// <summary>How a node spreads traffic from inside the cluster.</summary>
public static class ServiceInternalTrafficPolicy
{
    /// <summary>Over all endpoints.</summary>
    public const string Cluster = "Cluster";

    /// <summary>Over endpoints of the same node, dropping it when there are none.</summary>
    public const string Local = "Local";
}

/// <summary>How a node spreads traffic from outside.</summary>
public static class ServiceExternalTrafficPolicy
{
    /// <summary>Over all endpoints; the client's address may be lost.</summary>
    public const string Cluster = "Cluster";

    /// <summary>Over endpoints of the same node; the client's address is kept.</summary>
    public const string Local = "Local";
}

/// <summary>Preferences among a service's endpoints.</summary>
public static class ServiceTrafficDistribution
{
    /// <summary>Those of the client's zone first.</summary>
    public const string PreferSameZone = "PreferSameZone";

    /// <summary>Those of the client's node first, then those of its zone.</summary>
    public const string PreferSameNode = "PreferSameNode";

    /// <summary>Older name of PreferSameZone.</summary>
    public const string PreferClose = "PreferClose";
}

/// <summary>Address families.</summary>
public static class IPFamily
{
    /// <summary>IPv4.</summary>
    public const string IPv4 = "IPv4";

    /// <summary>IPv6.</summary>
    public const string IPv6 = "IPv6";

    /// <summary>Not known.</summary>
    public const string Unknown = "";
}

/// <summary>How many address families a service wants.</summary>
public static class IPFamilyPolicy
{
    /// <summary>One.</summary>
    public const string SingleStack = "SingleStack";

    /// <summary>Two where the cluster has them.</summary>
    public const string PreferDualStack = "PreferDualStack";

    /// <summary>Two, or it is refused.</summary>
    public const string RequireDualStack = "RequireDualStack";
}

/// <summary>Well-known values of services.</summary>
public static class ServiceConstants
{
    /// <summary>Virtual address of a headless service.</summary>
    public const string ClusterIPNone = "None";

    /// <summary>Condition that the load balancer's ports have a fault.</summary>
    public const string LoadBalancerPortsError = "LoadBalancerPortsError";

    /// <summary>Reason of that condition: protocols cannot be mixed.</summary>
    public const string LoadBalancerPortsErrorReason = "LoadBalancerMixedProtocolNotSupported";

    /// <summary>Port error: protocols cannot be mixed.</summary>
    public const string MixedProtocolNotSupported = "MixedProtocolNotSupported";
}
