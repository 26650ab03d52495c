using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Networking.V1;

/// <summary>Leads HTTP traffic from outside to services, by host and path.</summary>
[ApiKind("networking.k8s.io", "v1", Resource = "ingresses", ShortNames = ["ing"])]
public sealed partial class Ingress : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The rules.</summary>
    [Field(2)]
    public IngressSpec Spec { get; set; } = new();

    /// <summary>Where traffic goes in.</summary>
    [Field(3)]
    public IngressStatus Status { get; set; } = new();
}

/// <summary>How traffic is led.</summary>
[ApiType]
public sealed partial class IngressSpec
{
    /// <summary>Ingress class, which picks the controller.</summary>
    [Field(4)]
    public string? IngressClassName { get; set; }

    /// <summary>Where traffic goes that no rule matches.</summary>
    [Field(1)]
    public IngressBackend? DefaultBackend { get; set; }

    /// <summary>Certificates by host.</summary>
    [Field(2), Atomic]
    public List<IngressTLS>? Tls { get; set; }

    /// <summary>Rules by host.</summary>
    [Field(3), Atomic]
    public List<IngressRule>? Rules { get; set; }
}

/// <summary>A certificate for hosts.</summary>
[ApiType]
public sealed partial class IngressTLS
{
    /// <summary>Hosts of the certificate.</summary>
    [Field(1), Atomic]
    public List<string>? Hosts { get; set; }

    /// <summary>Secret with the certificate; taken from SNI when empty.</summary>
    [Field(2)]
    public string SecretName { get; set; } = "";
}

/// <summary>Leads the traffic of one host.</summary>
[ApiType]
[EmbedsBase(2, After = 1)]
public sealed partial class IngressRule : IngressRuleValue
{
    /// <summary>Host, exact or with a wildcard as its first label; any when empty.</summary>
    [Field(1)]
    public string Host { get; set; } = "";
}

/// <summary>What a rule does with traffic.</summary>
[ApiType]
public partial class IngressRuleValue
{
    /// <summary>Leads it by path.</summary>
    [Field(1)]
    public HTTPIngressRuleValue? Http { get; set; }
}

/// <summary>Leads HTTP traffic by path.</summary>
[ApiType]
public sealed partial class HTTPIngressRuleValue
{
    /// <summary>The paths.</summary>
    [Field(1), Required, Atomic]
    public List<HTTPIngressPath> Paths { get; set; } = [];
}

/// <summary>Leads the traffic of a path.</summary>
[ApiType]
public sealed partial class HTTPIngressPath
{
    /// <summary>The path; it begins with a slash.</summary>
    [Field(1)]
    public string Path { get; set; } = "";

    /// <summary>How the path is matched.</summary>
    [Field(3), Required, OneOf(typeof(PathType))]
    public string? PathType { get; set; }

    /// <summary>Where the traffic goes.</summary>
    [Field(2), Required]
    public IngressBackend Backend { get; set; } = new();
}

/// <summary>How a path is matched.</summary>
public static class PathType
{
    /// <summary>As a whole.</summary>
    public const string Exact = "Exact";

    /// <summary>Element by element from the start.</summary>
    public const string Prefix = "Prefix";

    /// <summary>As the controller sees fit.</summary>
    public const string ImplementationSpecific = "ImplementationSpecific";
}

/// <summary>Where traffic goes; exactly one is set.</summary>
[ApiType]
public sealed partial class IngressBackend
{
    /// <summary>A service.</summary>
    [Field(4)]
    public IngressServiceBackend? Service { get; set; }

    /// <summary>Another object of the namespace.</summary>
    [Field(3)]
    public TypedLocalObjectReference? Resource { get; set; }
}

/// <summary>A service that takes traffic.</summary>
[ApiType]
public sealed partial class IngressServiceBackend
{
    /// <summary>Name of the service.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Its port.</summary>
    [Field(2)]
    public ServiceBackendPort Port { get; set; } = new();
}

/// <summary>A port of a service, by name or number.</summary>
[ApiType]
[Atomic]
public sealed partial class ServiceBackendPort
{
    /// <summary>Name of the port.</summary>
    [Field(1)]
    public string Name { get; set; } = "";

    /// <summary>Number of the port.</summary>
    [Field(2)]
    public int Number { get; set; }
}

/// <summary>Where traffic goes in.</summary>
[ApiType]
public sealed partial class IngressStatus
{
    /// <summary>State of the load balancer.</summary>
    [Field(1)]
    public IngressLoadBalancerStatus LoadBalancer { get; set; } = new();
}

/// <summary>State of a load balancer.</summary>
[ApiType]
public sealed partial class IngressLoadBalancerStatus
{
    /// <summary>Where traffic goes in.</summary>
    [Field(1), Atomic]
    public List<IngressLoadBalancerIngress>? Ingress { get; set; }
}

/// <summary>A point where traffic goes in.</summary>
[ApiType]
public sealed partial class IngressLoadBalancerIngress
{
    /// <summary>Address of the point.</summary>
    [Field(1, Name = "ip")]
    public string IP { get; set; } = "";

    /// <summary>Name of the point.</summary>
    [Field(2)]
    public string Hostname { get; set; } = "";

    /// <summary>State of its ports.</summary>
    [Field(4), Atomic]
    public List<IngressPortStatus>? Ports { get; set; }
}

/// <summary>State of one port of a load balancer.</summary>
[ApiType]
public sealed partial class IngressPortStatus
{
    /// <summary>Number of the port.</summary>
    [Field(1), Required]
    public int Port { get; set; }

    /// <summary>Transport protocol.</summary>
    [Field(2), Required, OneOf(typeof(Protocol))]
    public string Protocol { get; set; } = "";

    /// <summary>What is wrong with the port, in CamelCase.</summary>
    [Field(3)]
    public string? Error { get; set; }
}
