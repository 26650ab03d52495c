using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Resource.V1;

/// <summary>A sort of devices that claims may ask for.</summary>
[ApiKind("resource.k8s.io", "v1", Resource = "deviceclasses", Namespaced = false)]
public sealed partial class DeviceClass : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The devices and settings.</summary>
    [Field(2), Required]
    public DeviceClassSpec Spec { get; set; } = new();
}

/// <summary>Devices of a class and their settings.</summary>
[ApiType]
public sealed partial class DeviceClassSpec
{
    /// <summary>What each device must satisfy.</summary>
    [Field(1), Atomic]
    public List<DeviceSelector>? Selectors { get; set; }

    /// <summary>Settings for the drivers.</summary>
    [Field(2), Atomic]
    public List<DeviceClassConfiguration>? Config { get; set; }

    /// <summary>Extended resource of pods that the class also serves.</summary>
    [Field(4)]
    public string? ExtendedResourceName { get; set; }
}

/// <summary>Settings of a device class.</summary>
[ApiType]
[EmbedsBase(1)]
public sealed partial class DeviceClassConfiguration : DeviceConfiguration
{
}

/// <summary>Names with a meaning to dynamic resource allocation.</summary>
public static class DynamicResourceConstants
{
    /// <summary>Finalizer: keeps a claim while it is allocated.</summary>
    public const string DeleteProtectionFinalizer = "resource.kubernetes.io/delete-protection";

    /// <summary>Annotation: marks claims made for extended resources.</summary>
    public const string ExtendedResourceClaimAnnotation = "resource.kubernetes.io/extended-resource-claim";

    /// <summary>Annotation: name of the pod's claim that a claim was made for.</summary>
    public const string PodClaimNameAnnotation = "resource.kubernetes.io/pod-claim-name";

    /// <summary>Label: true lets claims of a namespace have access for administration.</summary>
    public const string AdminNamespaceLabel = "resource.kubernetes.io/admin-access";

    /// <summary>Prefix of the extended resource that stands for a device class.</summary>
    public const string DeviceClassPrefix = "deviceclass.resource.kubernetes.io/";

    /// <summary>Subresource that an authorizer sees for changes of an allocation.</summary>
    public const string BindingSubresource = "binding";

    /// <summary>Subresource that an authorizer sees for changes of device states.</summary>
    public const string DriverSubresource = "driver";
}
