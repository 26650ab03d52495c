using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Storage.V1;

/// <summary>Asks to attach a volume to a node.</summary>
[ApiKind("storage.k8s.io", "v1", Resource = "volumeattachments", Namespaced = false)]
public sealed partial class VolumeAttachment : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Which volume, where, and by which driver.</summary>
    [Field(2), Required]
    public VolumeAttachmentSpec Spec { get; set; } = new();

    /// <summary>Whether it is attached.</summary>
    [Field(3)]
    public VolumeAttachmentStatus Status { get; set; } = new();
}

/// <summary>Which volume is to be attached where.</summary>
[ApiType]
public sealed partial class VolumeAttachmentSpec
{
    /// <summary>Driver that attaches it.</summary>
    [Field(1), Required]
    public string Attacher { get; set; } = "";

    /// <summary>The volume.</summary>
    [Field(2), Required]
    public VolumeAttachmentSource Source { get; set; } = new();

    /// <summary>The node.</summary>
    [Field(3), Required]
    public string NodeName { get; set; } = "";
}

/// <summary>The volume to attach; exactly one is set.</summary>
[ApiType]
public sealed partial class VolumeAttachmentSource
{
    /// <summary>Name of a persistent volume.</summary>
    [Field(1)]
    public string? PersistentVolumeName { get; set; }

    /// <summary>Spec made from a volume inside a pod, for migrated plugins.</summary>
    [Field(2)]
    public PersistentVolumeSpec? InlineVolumeSpec { get; set; }
}

/// <summary>Whether a volume is attached.</summary>
[ApiType]
public sealed partial class VolumeAttachmentStatus
{
    /// <summary>It is attached.</summary>
    [Field(1), Required]
    public bool Attached { get; set; }

    /// <summary>What the driver gave for mounting.</summary>
    [Field(2)]
    public Dictionary<string, string>? AttachmentMetadata { get; set; }

    /// <summary>Last error of attaching.</summary>
    [Field(3)]
    public VolumeError? AttachError { get; set; }

    /// <summary>Last error of detaching.</summary>
    [Field(4)]
    public VolumeError? DetachError { get; set; }
}

/// <summary>What went wrong.</summary>
[ApiType]
public sealed partial class VolumeError
{
    /// <summary>When.</summary>
    [Field(1), NullWhenUnset]
    public DateTimeOffset? Time { get; set; }

    /// <summary>What, for people; it should hold no secrets.</summary>
    [Field(2)]
    public string Message { get; set; } = "";

    /// <summary>gRPC code of the driver.</summary>
    [Field(3)]
    public int? ErrorCode { get; set; }
}
