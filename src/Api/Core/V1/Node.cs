using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>A machine that runs pods.</summary>
[ApiKind("", "v1", Resource = "nodes", Namespaced = false, ShortNames = ["no"])]
public sealed partial class Node : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>How the node is to be used.</summary>
    [Field(2)]
    public NodeSpec Spec { get; set; } = new();

    /// <summary>What the kubelet reports.</summary>
    [Field(3)]
    public NodeStatus Status { get; set; } = new();
}

/// <summary>How a node is to be used.</summary>
[ApiType]
public sealed partial class NodeSpec
{
    /// <summary>Network from which the node's pods get addresses.</summary>
    [Field(1)]
    public string PodCIDR { get; set; } = "";

    /// <summary>Networks of the node's pods, at most one per family; the first equals podCIDR.</summary>
    [Field(7), ListSet, PatchMerge]
    public List<string>? PodCIDRs { get; set; }

    /// <summary>Identity of the machine at its cloud, in the form provider://id.</summary>
    [Field(3)]
    public string ProviderID { get; set; } = "";

    /// <summary>Keeps new pods away.</summary>
    [Field(4)]
    public bool Unschedulable { get; set; }

    /// <summary>Taints of the node.</summary>
    [Field(5), Atomic]
    public List<Taint>? Taints { get; set; }

    /// <summary>Formerly the source of the kubelet's configuration; not used.</summary>
    [Field(6)]
    public NodeConfigSource? ConfigSource { get; set; }

    /// <summary>Formerly an identity; not used.</summary>
    [Field(2)]
    public string ExternalID { get; set; } = "";
}

/// <summary>Keeps pods off a node unless they tolerate it.</summary>
[ApiType]
public sealed partial class Taint
{
    /// <summary>Key of the taint.</summary>
    [Field(1), Required]
    public string Key { get; set; } = "";

    /// <summary>Value of the taint.</summary>
    [Field(2)]
    public string Value { get; set; } = "";

    /// <summary>What happens to pods that do not tolerate it.</summary>
    [Field(3), Required, OneOf(typeof(TaintEffect))]
    public string Effect { get; set; } = "";

    /// <summary>When the taint was added.</summary>
    [Field(4)]
    public DateTimeOffset? TimeAdded { get; set; }
}

/// <summary>What happens to pods that do not tolerate a taint.</summary>
public static class TaintEffect
{
    /// <summary>New ones are kept away; those there stay.</summary>
    public const string NoSchedule = "NoSchedule";

    /// <summary>New ones are kept away where possible.</summary>
    public const string PreferNoSchedule = "PreferNoSchedule";

    /// <summary>New ones are kept away, and those there are evicted.</summary>
    public const string NoExecute = "NoExecute";
}

/// <summary>Formerly a source of the kubelet's configuration.</summary>
[ApiType]
public sealed partial class NodeConfigSource
{
    /// <summary>A config map.</summary>
    [Field(2)]
    public ConfigMapNodeConfigSource? ConfigMap { get; set; }
}

/// <summary>Formerly a config map with the kubelet's configuration.</summary>
[ApiType]
public sealed partial class ConfigMapNodeConfigSource
{
    /// <summary>Namespace of the config map.</summary>
    [Field(1), Required]
    public string Namespace { get; set; } = "";

    /// <summary>Name of the config map.</summary>
    [Field(2), Required]
    public string Name { get; set; } = "";

    /// <summary>Identity of the config map; only in status.</summary>
    [Field(3)]
    public string Uid { get; set; } = "";

    /// <summary>Version of the config map; only in status.</summary>
    [Field(4)]
    public string ResourceVersion { get; set; } = "";

    /// <summary>Key that holds the configuration.</summary>
    [Field(5), Required]
    public string KubeletConfigKey { get; set; } = "";
}

/// <summary>Taints the control plane puts on nodes.</summary>
public static class WellKnownTaints
{
    /// <summary>The node is not ready.</summary>
    public const string NotReady = "node.kubernetes.io/not-ready";

    /// <summary>The node's kubelet is silent.</summary>
    public const string Unreachable = "node.kubernetes.io/unreachable";

    /// <summary>The node is cordoned.</summary>
    public const string Unschedulable = "node.kubernetes.io/unschedulable";

    /// <summary>The node runs short of memory.</summary>
    public const string MemoryPressure = "node.kubernetes.io/memory-pressure";

    /// <summary>The node runs short of disk.</summary>
    public const string DiskPressure = "node.kubernetes.io/disk-pressure";

    /// <summary>The node's network is not set up.</summary>
    public const string NetworkUnavailable = "node.kubernetes.io/network-unavailable";

    /// <summary>The node runs short of process ids.</summary>
    public const string PidPressure = "node.kubernetes.io/pid-pressure";

    /// <summary>Someone declared the node lost; its volumes may be detached at once.</summary>
    public const string OutOfService = "node.kubernetes.io/out-of-service";
}
