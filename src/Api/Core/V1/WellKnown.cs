namespace Tiphys.Api.Core.V1;

/// <summary>Labels with a meaning to the control plane.</summary>
public static class WellKnownLabels
{
    /// <summary>Name of the node.</summary>
    public const string Hostname = "kubernetes.io/hostname";

    /// <summary>Zone of the node or volume.</summary>
    public const string TopologyZone = "topology.kubernetes.io/zone";

    /// <summary>Region of the node or volume.</summary>
    public const string TopologyRegion = "topology.kubernetes.io/region";

    /// <summary>Machine type of the node.</summary>
    public const string InstanceType = "node.kubernetes.io/instance-type";

    /// <summary>Operating system of the node.</summary>
    public const string OS = "kubernetes.io/os";

    /// <summary>Processor architecture of the node.</summary>
    public const string Arch = "kubernetes.io/arch";

    /// <summary>Build of Windows on the node.</summary>
    public const string WindowsBuild = "node.kubernetes.io/windows-build";

    /// <summary>Domain of labels that kubelets may set on themselves.</summary>
    public const string KubeletSuffix = "kubelet.kubernetes.io";

    /// <summary>Domain of labels about nodes.</summary>
    public const string NodeSuffix = "node.kubernetes.io";

    /// <summary>Domain of labels that kubelets may not set.</summary>
    public const string NodeRestrictionSuffix = "node-restriction.kubernetes.io";

    /// <summary>Marks endpoints of a headless service.</summary>
    public const string HeadlessService = "service.kubernetes.io/headless";

    /// <summary>Leaves a service to another proxy.</summary>
    public const string ServiceProxyName = "service.kubernetes.io/service-proxy-name";

    /// <summary>Keeps a node out of load balancers.</summary>
    public const string NodeExcludeBalancers = "node.kubernetes.io/exclude-from-external-load-balancers";

    /// <summary>Name of a namespace, set by the server.</summary>
    public const string MetadataName = "kubernetes.io/metadata.name";

    /// <summary>Marks nodes of the control plane.</summary>
    public const string ControlPlaneRole = "node-role.kubernetes.io/control-plane";
}

/// <summary>Annotations with a meaning to the control plane.</summary>
public static class WellKnownAnnotations
{
    /// <summary>Hash of the static pod that a mirror pod stands for.</summary>
    public const string ConfigMirror = "kubernetes.io/config.mirror";

    /// <summary>Hash of a static pod's manifest.</summary>
    public const string ConfigHash = "kubernetes.io/config.hash";

    /// <summary>Where the kubelet got a pod from.</summary>
    public const string ConfigSource = "kubernetes.io/config.source";

    /// <summary>When the kubelet first saw a pod.</summary>
    public const string ConfigSeen = "kubernetes.io/config.seen";

    /// <summary>Seconds a kubelet may cache secrets and config maps.</summary>
    public const string NodeTtl = "node.alpha.kubernetes.io/ttl";

    /// <summary>What client-side apply last sent.</summary>
    public const string LastAppliedConfiguration = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>Container that kubectl picks in a pod.</summary>
    public const string DefaultContainer = "kubectl.kubernetes.io/default-container";

    /// <summary>When the change behind endpoints happened.</summary>
    public const string EndpointsLastChangeTriggerTime = "endpoints.kubernetes.io/last-change-trigger-time";

    /// <summary>Says that endpoints were truncated, or warns of it.</summary>
    public const string EndpointsOverCapacity = "endpoints.kubernetes.io/over-capacity";

    /// <summary>Integer; replica sets delete cheaper pods first.</summary>
    public const string PodDeletionCost = "controller.kubernetes.io/pod-deletion-cost";

    /// <summary>Auto asks for topology hints.</summary>
    public const string TopologyMode = "service.kubernetes.io/topology-mode";

    /// <summary>Service account a token secret belongs to.</summary>
    public const string ServiceAccountName = "kubernetes.io/service-account.name";

    /// <summary>Identity of that service account.</summary>
    public const string ServiceAccountUid = "kubernetes.io/service-account.uid";

    /// <summary>Lets pods of a service account use only its listed secrets.</summary>
    public const string EnforceMountableSecrets = "kubernetes.io/enforce-mountable-secrets";

    /// <summary>Older form of a service's source ranges.</summary>
    public const string LoadBalancerSourceRanges = "service.beta.kubernetes.io/load-balancer-source-ranges";

    /// <summary>In-tree plugins that a node has moved to CSI.</summary>
    public const string MigratedPlugins = "storage.alpha.kubernetes.io/migrated-plugins";

    /// <summary>Older form of a claim's storage class.</summary>
    public const string BetaStorageClass = "volume.beta.kubernetes.io/storage-class";

    /// <summary>Older form of a volume's mount options.</summary>
    public const string MountOptions = "volume.beta.kubernetes.io/mount-options";

    /// <summary>Domain of data that older versions cannot hold.</summary>
    public const string NonConvertiblePrefix = "non-convertible.kubernetes.io";
}
