using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Networking.V1;

/// <summary>Which traffic pods may have; without a policy, all of it.</summary>
[ApiKind("networking.k8s.io", "v1", Resource = "networkpolicies", ShortNames = ["netpol"])]
public sealed partial class NetworkPolicy : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The rules.</summary>
    [Field(2)]
    public NetworkPolicySpec Spec { get; set; } = new();
}

/// <summary>Rules for the traffic of some pods.</summary>
[ApiType]
public sealed partial class NetworkPolicySpec
{
    /// <summary>Pods the rules are for; all of the namespace when empty.</summary>
    [Field(1)]
    public LabelSelector PodSelector { get; set; } = new();

    /// <summary>Traffic that may come in; none when the type applies and there are no rules.</summary>
    [Field(2), Atomic]
    public List<NetworkPolicyIngressRule>? Ingress { get; set; }

    /// <summary>Traffic that may go out; none when the type applies and there are no rules.</summary>
    [Field(3), Atomic]
    public List<NetworkPolicyEgressRule>? Egress { get; set; }

    /// <summary>Directions the policy speaks of.</summary>
    [Field(4), OneOf(typeof(PolicyType)), Atomic]
    public List<string>? PolicyTypes { get; set; }
}

/// <summary>Directions of traffic.</summary>
public static class PolicyType
{
    /// <summary>To the pods.</summary>
    public const string Ingress = "Ingress";

    /// <summary>From the pods.</summary>
    public const string Egress = "Egress";
}

/// <summary>Traffic that may come in: both parts must match.</summary>
[ApiType]
public sealed partial class NetworkPolicyIngressRule
{
    /// <summary>Ports of the pods; all when empty.</summary>
    [Field(1), Atomic]
    public List<NetworkPolicyPort>? Ports { get; set; }

    /// <summary>Where it comes from; anywhere when empty.</summary>
    [Field(2), Atomic]
    public List<NetworkPolicyPeer>? From { get; set; }
}

/// <summary>Traffic that may go out: both parts must match.</summary>
[ApiType]
public sealed partial class NetworkPolicyEgressRule
{
    /// <summary>Ports it goes to; all when empty.</summary>
    [Field(1), Atomic]
    public List<NetworkPolicyPort>? Ports { get; set; }

    /// <summary>Where it goes; anywhere when empty.</summary>
    [Field(2), Atomic]
    public List<NetworkPolicyPeer>? To { get; set; }
}

/// <summary>Ports of a rule.</summary>
[ApiType]
public sealed partial class NetworkPolicyPort
{
    /// <summary>Transport protocol.</summary>
    [Field(1), OneOf(typeof(Protocol)), Default(Core.V1.Protocol.Tcp)]
    public string? Protocol { get; set; }

    /// <summary>Number or name of the port; all when unset.</summary>
    [Field(2)]
    public IntOrString? Port { get; set; }

    /// <summary>Last port of a range that begins with port.</summary>
    [Field(3)]
    public int? EndPort { get; set; }
}

/// <summary>The other end of traffic.</summary>
[ApiType]
public sealed partial class NetworkPolicyPeer
{
    /// <summary>Pods, in the namespaces selected or in the policy's own.</summary>
    [Field(1)]
    public LabelSelector? PodSelector { get; set; }

    /// <summary>Namespaces; all when empty.</summary>
    [Field(2)]
    public LabelSelector? NamespaceSelector { get; set; }

    /// <summary>Addresses; excludes the selectors.</summary>
    [Field(3, Name = "ipBlock")]
    public IPBlock? IPBlock { get; set; }
}

/// <summary>A range of addresses.</summary>
[ApiType]
public sealed partial class IPBlock
{
    /// <summary>The range, in CIDR notation.</summary>
    [Field(1), Required]
    public string Cidr { get; set; } = "";

    /// <summary>Ranges within it that do not match.</summary>
    [Field(2), Atomic]
    public List<string>? Except { get; set; }
}
