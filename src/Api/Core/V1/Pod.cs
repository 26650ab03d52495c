using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>A group of containers that share a network and volumes and run together on one node.</summary>
[ApiKind("", "v1", Resource = "pods", ShortNames = ["po"], Categories = ["all"])]
public sealed partial class Pod : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What should run and how.</summary>
    [Field(2)]
    public PodSpec Spec { get; set; } = new();

    /// <summary>What was last seen to run.</summary>
    [Field(3)]
    public PodStatus Status { get; set; } = new();
}

/// <summary>A stored template for pods.</summary>
[ApiKind("", "v1", Resource = "podtemplates")]
public sealed partial class PodTemplate : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The pod the template describes.</summary>
    [Field(2)]
    public PodTemplateSpec Template { get; set; } = new();
}

/// <summary>The metadata and spec that a workload gives to each pod it makes.</summary>
[ApiType]
public sealed partial class PodTemplateSpec
{
    /// <summary>Labels and annotations of the pods to be made.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Spec of the pods to be made.</summary>
    [Field(2)]
    public PodSpec Spec { get; set; } = new();
}

/// <summary>Summary of where a pod is in its life.</summary>
public static class PodPhase
{
    /// <summary>Accepted, but at least one container has not started yet.</summary>
    public const string Pending = "Pending";

    /// <summary>Bound to a node, with a container running, starting or restarting.</summary>
    public const string Running = "Running";

    /// <summary>All containers ended with success and will not restart.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>All containers ended, at least one of them with failure.</summary>
    public const string Failed = "Failed";

    /// <summary>The node could not be asked; no longer set.</summary>
    public const string Unknown = "Unknown";
}

/// <summary>When the containers of a pod are restarted.</summary>
public static class RestartPolicy
{
    /// <summary>Whenever they end.</summary>
    public const string Always = "Always";

    /// <summary>Only when they fail.</summary>
    public const string OnFailure = "OnFailure";

    /// <summary>Not at all.</summary>
    public const string Never = "Never";
}

/// <summary>Where the DNS settings of a pod come from.</summary>
public static class DnsPolicy
{
    /// <summary>From the cluster's DNS, even with the host's network.</summary>
    public const string ClusterFirstWithHostNet = "ClusterFirstWithHostNet";

    /// <summary>From the cluster's DNS, or from the node when the pod uses the host's network.</summary>
    public const string ClusterFirst = "ClusterFirst";

    /// <summary>From the node.</summary>
    public const string Default = "Default";

    /// <summary>From the pod's dnsConfig alone.</summary>
    public const string None = "None";
}

/// <summary>Whether a pod may push out others.</summary>
public static class PreemptionPolicy
{
    /// <summary>It may push out pods of lower priority.</summary>
    public const string PreemptLowerPriority = "PreemptLowerPriority";

    /// <summary>It waits its turn.</summary>
    public const string Never = "Never";
}
