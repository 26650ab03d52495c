namespace Tiphys.Api.Core.V1;

/// <summary>Compute resources of a container or pod.</summary>
[ApiType]
public sealed partial class ResourceRequirements
{
    /// <summary>Most that may be used.</summary>
    [Field(1)]
    public Dictionary<string, Quantity>? Limits { get; set; }

    /// <summary>Least that must be there; limits where not given.</summary>
    [Field(2)]
    public Dictionary<string, Quantity>? Requests { get; set; }

    /// <summary>Device claims of the pod that the container uses.</summary>
    [Field(3), ListMap("name")]
    public List<ResourceClaim>? Claims { get; set; }
}

/// <summary>A device claim of a pod, as a container uses it.</summary>
[ApiType]
public sealed partial class ResourceClaim
{
    /// <summary>Name of one of the pod's claims.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Request within the claim; all of them when empty.</summary>
    [Field(2)]
    public string Request { get; set; } = "";
}

/// <summary>Names of resources in requests, limits, capacities and quotas.</summary>
public static class ResourceName
{
    /// <summary>CPU, in cores; 500m is half a core.</summary>
    public const string Cpu = "cpu";

    /// <summary>Memory, in bytes.</summary>
    public const string Memory = "memory";

    /// <summary>Volume size, in bytes.</summary>
    public const string Storage = "storage";

    /// <summary>Local ephemeral storage, in bytes.</summary>
    public const string EphemeralStorage = "ephemeral-storage";

    /// <summary>Number of pods.</summary>
    public const string Pods = "pods";

    /// <summary>Number of services.</summary>
    public const string Services = "services";

    /// <summary>Number of replication controllers.</summary>
    public const string ReplicationControllers = "replicationcontrollers";

    /// <summary>Number of resource quotas.</summary>
    public const string ResourceQuotas = "resourcequotas";

    /// <summary>Number of secrets.</summary>
    public const string Secrets = "secrets";

    /// <summary>Number of config maps.</summary>
    public const string ConfigMaps = "configmaps";

    /// <summary>Number of persistent volume claims.</summary>
    public const string PersistentVolumeClaims = "persistentvolumeclaims";

    /// <summary>Number of node ports.</summary>
    public const string ServicesNodePorts = "services.nodeports";

    /// <summary>Number of load balancers.</summary>
    public const string ServicesLoadBalancers = "services.loadbalancers";

    /// <summary>Sum of CPU requests.</summary>
    public const string RequestsCpu = "requests.cpu";

    /// <summary>Sum of memory requests.</summary>
    public const string RequestsMemory = "requests.memory";

    /// <summary>Sum of storage requests.</summary>
    public const string RequestsStorage = "requests.storage";

    /// <summary>Sum of ephemeral storage requests.</summary>
    public const string RequestsEphemeralStorage = "requests.ephemeral-storage";

    /// <summary>Sum of CPU limits.</summary>
    public const string LimitsCpu = "limits.cpu";

    /// <summary>Sum of memory limits.</summary>
    public const string LimitsMemory = "limits.memory";

    /// <summary>Sum of ephemeral storage limits.</summary>
    public const string LimitsEphemeralStorage = "limits.ephemeral-storage";
}

/// <summary>Prefixes of resource names.</summary>
public static class ResourcePrefix
{
    /// <summary>Resources of Kubernetes itself.</summary>
    public const string Kubernetes = "kubernetes.io/";

    /// <summary>Huge pages; the page size follows.</summary>
    public const string HugePages = "hugepages-";

    /// <summary>Volumes of one plugin a node can attach.</summary>
    public const string AttachableVolumes = "attachable-volumes-";

    /// <summary>Sum of requests for huge pages, in quotas.</summary>
    public const string RequestsHugePages = "requests.hugepages-";

    /// <summary>Sum of requests, in quotas.</summary>
    public const string Requests = "requests.";

    /// <summary>Suffix for the number of devices claimed of a device class, in quotas.</summary>
    public const string ClaimsPerClass = ".deviceclass.resource.k8s.io/devices";

    /// <summary>Implied extended resource of a device class, in quotas.</summary>
    public const string ImplicitClaimsPerClass = "requests.deviceclass.resource.kubernetes.io/";
}
