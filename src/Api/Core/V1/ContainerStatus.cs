namespace Tiphys.Api.Core.V1;

/// <summary>What was last seen of one container.</summary>
[ApiType]
public sealed partial class ContainerStatus
{
    /// <summary>Name of the container.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>How the container is now.</summary>
    [Field(2)]
    public ContainerState State { get; set; } = new();

    /// <summary>How the container last ended, if it restarted.</summary>
    [Field(3)]
    public ContainerState LastState { get; set; } = new();

    /// <summary>Whether it passes its readiness probe.</summary>
    [Field(4), Required]
    public bool Ready { get; set; }

    /// <summary>How often it was restarted, as far as dead containers are remembered.</summary>
    [Field(5), Required]
    public int RestartCount { get; set; }

    /// <summary>Name of the image it runs.</summary>
    [Field(6), Required]
    public string Image { get; set; } = "";

    /// <summary>Digest-bearing name of the image it runs.</summary>
    [Field(7), Required]
    public string ImageID { get; set; } = "";

    /// <summary>Runtime's name and its id of the container, joined by ://.</summary>
    [Field(8)]
    public string ContainerID { get; set; } = "";

    /// <summary>Whether it passed the startup probe and postStart finished.</summary>
    [Field(9)]
    public bool? Started { get; set; }

    /// <summary>Resources the node has set aside for it.</summary>
    [Field(10)]
    public Dictionary<string, Quantity>? AllocatedResources { get; set; }

    /// <summary>Requests and limits in force.</summary>
    [Field(11)]
    public ResourceRequirements? Resources { get; set; }

    /// <summary>How its volumes are mounted.</summary>
    [Field(12), ListMap("mountPath"), PatchMerge("mountPath")]
    public List<VolumeMountStatus>? VolumeMounts { get; set; }

    /// <summary>User it started as.</summary>
    [Field(13)]
    public ContainerUser? User { get; set; }

    /// <summary>Health of devices it uses.</summary>
    [Field(14), ListMap("name"), PatchMerge("name")]
    public List<ResourceStatus>? AllocatedResourcesStatus { get; set; }

    /// <summary>Signal that asks it to stop.</summary>
    [Field(15), OneOf(typeof(Signal))]
    public string? StopSignal { get; set; }
}

/// <summary>How a container is; waiting when none is set.</summary>
[ApiType]
public sealed partial class ContainerState
{
    /// <summary>It has not started.</summary>
    [Field(1)]
    public ContainerStateWaiting? Waiting { get; set; }

    /// <summary>It runs.</summary>
    [Field(2)]
    public ContainerStateRunning? Running { get; set; }

    /// <summary>It ended.</summary>
    [Field(3)]
    public ContainerStateTerminated? Terminated { get; set; }
}

/// <summary>A container that does not run yet.</summary>
[ApiType]
public sealed partial class ContainerStateWaiting
{
    /// <summary>Why, in CamelCase, for example ContainerCreating.</summary>
    [Field(1)]
    public string Reason { get; set; } = "";

    /// <summary>Why, for people.</summary>
    [Field(2)]
    public string Message { get; set; } = "";
}

/// <summary>A container that runs.</summary>
[ApiType]
public sealed partial class ContainerStateRunning
{
    /// <summary>When it last started.</summary>
    [Field(1), NullWhenUnset]
    public DateTimeOffset? StartedAt { get; set; }
}

/// <summary>A container that ended.</summary>
[ApiType]
public sealed partial class ContainerStateTerminated
{
    /// <summary>Exit code of its last run.</summary>
    [Field(1), Required]
    public int ExitCode { get; set; }

    /// <summary>Signal that ended it, if any.</summary>
    [Field(2)]
    public int Signal { get; set; }

    /// <summary>Why, in CamelCase, for example Completed or OOMKilled.</summary>
    [Field(3)]
    public string Reason { get; set; } = "";

    /// <summary>Termination message, or why, for people.</summary>
    [Field(4)]
    public string Message { get; set; } = "";

    /// <summary>When that run started.</summary>
    [Field(5), NullWhenUnset]
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>When that run ended.</summary>
    [Field(6), NullWhenUnset]
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Runtime's name and its id of the container, joined by ://.</summary>
    [Field(7)]
    public string ContainerID { get; set; } = "";
}

/// <summary>Health of one kind of resource in a container.</summary>
[ApiType]
public sealed partial class ResourceStatus
{
    /// <summary>Resource, or claim and request in the form claim:NAME/REQUEST.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Health of each single resource.</summary>
    [Field(2), ListMap("resourceID")]
    public List<ResourceHealth>? Resources { get; set; }
}

/// <summary>Health of one device.</summary>
[ApiType]
public sealed partial class ResourceHealth
{
    /// <summary>Identity of the device, given by its plugin or driver.</summary>
    [Field(1), Required]
    public string ResourceID { get; set; } = "";

    /// <summary>Whether it is healthy.</summary>
    [Field(2)]
    public string Health { get; set; } = "";

    /// <summary>More about its health, for people.</summary>
    [Field(6)]
    public string? Message { get; set; }
}

/// <summary>Health of a device.</summary>
public static class ResourceHealthStatus
{
    /// <summary>It works.</summary>
    public const string Healthy = "Healthy";

    /// <summary>It does not.</summary>
    public const string Unhealthy = "Unhealthy";

    /// <summary>It could not be told.</summary>
    public const string Unknown = "Unknown";
}

/// <summary>The user a container started as.</summary>
[ApiType]
public sealed partial class ContainerUser
{
    /// <summary>User on Linux.</summary>
    [Field(1)]
    public LinuxContainerUser? Linux { get; set; }
}

/// <summary>User and groups of a container's first process.</summary>
[ApiType]
public sealed partial class LinuxContainerUser
{
    /// <summary>User id.</summary>
    [Field(1), Required]
    public long Uid { get; set; }

    /// <summary>Primary group id.</summary>
    [Field(2), Required]
    public long Gid { get; set; }

    /// <summary>Further group ids.</summary>
    [Field(3), Atomic]
    public List<long>? SupplementalGroups { get; set; }
}

/// <summary>How a volume is mounted in a container.</summary>
[ApiType]
public sealed partial class VolumeMountStatus
{
    /// <summary>Name of the volume.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Path inside the container.</summary>
    [Field(2), Required]
    public string MountPath { get; set; } = "";

    /// <summary>Whether the mount is read-only.</summary>
    [Field(3)]
    public bool ReadOnly { get; set; }

    /// <summary>Whether mounts below it are read-only too: Disabled or Enabled.</summary>
    [Field(4)]
    public string? RecursiveReadOnly { get; set; }

    /// <summary>More, depending on the sort of volume.</summary>
    [Field(5)]
    public VolumeStatus? VolumeStatus { get; set; }
}

/// <summary>More about a mounted volume.</summary>
[ApiType]
public sealed partial class VolumeStatus
{
    /// <summary>For an image volume.</summary>
    [Field(1)]
    public ImageVolumeStatus? Image { get; set; }
}

/// <summary>More about a mounted image volume.</summary>
[ApiType]
public sealed partial class ImageVolumeStatus
{
    /// <summary>Digest of the image that is mounted.</summary>
    [Field(1), Required(OmitEmpty = true)]
    public string ImageRef { get; set; } = "";
}
