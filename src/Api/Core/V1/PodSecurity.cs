namespace Tiphys.Api.Core.V1;

/// <summary>Security settings that hold for the whole pod unless a container overrides them.</summary>
[ApiType]
public sealed partial class PodSecurityContext
{
    /// <summary>SELinux context of the containers.</summary>
    [Field(1)]
    public SELinuxOptions? SeLinuxOptions { get; set; }

    /// <summary>Settings for Windows.</summary>
    [Field(8)]
    public WindowsSecurityContextOptions? WindowsOptions { get; set; }

    /// <summary>User id that processes run as; the image's user when unset.</summary>
    [Field(2)]
    public long? RunAsUser { get; set; }

    /// <summary>Primary group id that processes run as; the runtime's default when unset.</summary>
    [Field(6)]
    public long? RunAsGroup { get; set; }

    /// <summary>Refuses to start containers that would run as user 0.</summary>
    [Field(3)]
    public bool? RunAsNonRoot { get; set; }

    /// <summary>Further group ids of the first process.</summary>
    [Field(4), Atomic]
    public List<long>? SupplementalGroups { get; set; }

    /// <summary>How the image's own group memberships count.</summary>
    [Field(12), OneOf(typeof(SupplementalGroupsPolicy))]
    public string? SupplementalGroupsPolicy { get; set; }

    /// <summary>Group that owns the volumes which support ownership; also a supplemental group of all containers.</summary>
    [Field(5)]
    public long? FsGroup { get; set; }

    /// <summary>Namespaced kernel parameters of the pod.</summary>
    [Field(7), Atomic]
    public List<Sysctl>? Sysctls { get; set; }

    /// <summary>When volumes are given to fsGroup.</summary>
    [Field(9), OneOf(typeof(PodFSGroupChangePolicy))]
    public string? FsGroupChangePolicy { get; set; }

    /// <summary>Seccomp profile of the containers.</summary>
    [Field(10)]
    public SeccompProfile? SeccompProfile { get; set; }

    /// <summary>AppArmor profile of the containers.</summary>
    [Field(11)]
    public AppArmorProfile? AppArmorProfile { get; set; }

    /// <summary>How the SELinux label gets onto volumes.</summary>
    [Field(13)]
    public string? SeLinuxChangePolicy { get; set; }
}

/// <summary>Security settings of one container; they override those of the pod.</summary>
[ApiType]
public sealed partial class SecurityContext
{
    /// <summary>Linux capabilities to add and to drop.</summary>
    [Field(1)]
    public Capabilities? Capabilities { get; set; }

    /// <summary>Gives the container nearly all powers of root on the node.</summary>
    [Field(2)]
    public bool? Privileged { get; set; }

    /// <summary>SELinux context of the container.</summary>
    [Field(3)]
    public SELinuxOptions? SeLinuxOptions { get; set; }

    /// <summary>Settings for Windows.</summary>
    [Field(10)]
    public WindowsSecurityContextOptions? WindowsOptions { get; set; }

    /// <summary>User id that processes run as; the pod's or the image's when unset.</summary>
    [Field(4)]
    public long? RunAsUser { get; set; }

    /// <summary>Primary group id that processes run as.</summary>
    [Field(8)]
    public long? RunAsGroup { get; set; }

    /// <summary>Refuses to start the container when it would run as user 0.</summary>
    [Field(5)]
    public bool? RunAsNonRoot { get; set; }

    /// <summary>Mounts the root file system read-only.</summary>
    [Field(6)]
    public bool? ReadOnlyRootFilesystem { get; set; }

    /// <summary>Whether a process may gain more privileges than its parent; always true for privileged containers.</summary>
    [Field(7)]
    public bool? AllowPrivilegeEscalation { get; set; }

    /// <summary>How the proc file system is mounted.</summary>
    [Field(9), OneOf(typeof(ProcMountType))]
    public string? ProcMount { get; set; }

    /// <summary>Seccomp profile of the container.</summary>
    [Field(11)]
    public SeccompProfile? SeccompProfile { get; set; }

    /// <summary>AppArmor profile of the container.</summary>
    [Field(12)]
    public AppArmorProfile? AppArmorProfile { get; set; }
}

/// <summary>Linux capabilities of a container, relative to the runtime's default.</summary>
[ApiType]
public sealed partial class Capabilities
{
    /// <summary>Capabilities to add.</summary>
    [Field(1), Atomic]
    public List<string>? Add { get; set; }

    /// <summary>Capabilities to take away.</summary>
    [Field(2), Atomic]
    public List<string>? Drop { get; set; }
}

/// <summary>An SELinux context.</summary>
[ApiType]
public sealed partial class SELinuxOptions
{
    /// <summary>User of the context.</summary>
    [Field(1)]
    public string User { get; set; } = "";

    /// <summary>Role of the context.</summary>
    [Field(2)]
    public string Role { get; set; } = "";

    /// <summary>Type of the context.</summary>
    [Field(3)]
    public string Type { get; set; } = "";

    /// <summary>Level of the context.</summary>
    [Field(4)]
    public string Level { get; set; } = "";
}

/// <summary>Security settings for Windows.</summary>
[ApiType]
public sealed partial class WindowsSecurityContextOptions
{
    /// <summary>Name of the GMSA credential spec.</summary>
    [Field(1)]
    public string? GmsaCredentialSpecName { get; set; }

    /// <summary>The GMSA credential spec itself, filled in by its admission webhook.</summary>
    [Field(2)]
    public string? GmsaCredentialSpec { get; set; }

    /// <summary>User name that processes run as; the image's when unset.</summary>
    [Field(3)]
    public string? RunAsUserName { get; set; }

    /// <summary>Runs on the host itself; all containers of a pod must agree.</summary>
    [Field(4)]
    public bool? HostProcess { get; set; }
}

/// <summary>Which seccomp profile applies.</summary>
[ApiType]
public sealed partial class SeccompProfile
{
    /// <summary>Where the profile comes from.</summary>
    [Field(1), Required, OneOf(typeof(SeccompProfileType))]
    public string Type { get; set; } = "";

    /// <summary>Path of the profile below the kubelet's seccomp directory, for type Localhost.</summary>
    [Field(2)]
    public string? LocalhostProfile { get; set; }
}

/// <summary>Where a seccomp profile comes from.</summary>
public static class SeccompProfileType
{
    /// <summary>No profile.</summary>
    public const string Unconfined = "Unconfined";

    /// <summary>The container runtime's profile.</summary>
    public const string RuntimeDefault = "RuntimeDefault";

    /// <summary>A file on the node.</summary>
    public const string Localhost = "Localhost";
}

/// <summary>Which AppArmor profile applies.</summary>
[ApiType]
public sealed partial class AppArmorProfile
{
    /// <summary>Where the profile comes from.</summary>
    [Field(1), Required, OneOf(typeof(AppArmorProfileType))]
    public string Type { get; set; } = "";

    /// <summary>Name of a profile loaded on the node, for type Localhost.</summary>
    [Field(2)]
    public string? LocalhostProfile { get; set; }
}

/// <summary>Where an AppArmor profile comes from.</summary>
public static class AppArmorProfileType
{
    /// <summary>No profile.</summary>
    public const string Unconfined = "Unconfined";

    /// <summary>The container runtime's profile.</summary>
    public const string RuntimeDefault = "RuntimeDefault";

    /// <summary>A profile loaded on the node.</summary>
    public const string Localhost = "Localhost";
}

/// <summary>One kernel parameter.</summary>
[ApiType]
public sealed partial class Sysctl
{
    /// <summary>Name of the parameter.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Value to set.</summary>
    [Field(2), Required]
    public string Value { get; set; } = "";
}

/// <summary>When a volume's ownership is changed.</summary>
public static class PodFSGroupChangePolicy
{
    /// <summary>Only if the volume's root does not have the right owner and mode yet.</summary>
    public const string OnRootMismatch = "OnRootMismatch";

    /// <summary>On every mount.</summary>
    public const string Always = "Always";
}

/// <summary>How the group memberships in an image count.</summary>
public static class SupplementalGroupsPolicy
{
    /// <summary>They are added for the container's user.</summary>
    public const string Merge = "Merge";

    /// <summary>They do not count.</summary>
    public const string Strict = "Strict";
}

/// <summary>How an SELinux label gets onto a volume.</summary>
public static class PodSELinuxChangePolicy
{
    /// <summary>File by file.</summary>
    public const string Recursive = "Recursive";

    /// <summary>By a mount option.</summary>
    public const string MountOption = "MountOption";
}

/// <summary>How the proc file system is mounted.</summary>
public static class ProcMountType
{
    /// <summary>With the runtime's masked and read-only paths.</summary>
    public const string Default = "Default";

    /// <summary>Without masked paths.</summary>
    public const string Unmasked = "Unmasked";
}
