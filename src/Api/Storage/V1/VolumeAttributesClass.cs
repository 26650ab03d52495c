using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Storage.V1;

/// <summary>Settings of volumes that may change while they are in use.</summary>
[ApiKind("storage.k8s.io", "v1", Resource = "volumeattributesclasses", Namespaced = false, ShortNames = ["vac"])]
public sealed partial class VolumeAttributesClass : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Driver the settings are for.</summary>
    [Field(2), Required]
    public string DriverName { get; set; } = "";

    /// <summary>The settings, at most 512 entries and 256 KiB.</summary>
    [Field(3)]
    public Dictionary<string, string>? Parameters { get; set; }
}
