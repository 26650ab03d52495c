using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Cri.V1;
using Container = Tiphys.Api.Core.V1.Container;
using Profile = Tiphys.Kubelet.Cri.V1.SecurityProfile;

namespace Tiphys.Kubelet.Containers;

/// <summary>Turns the security settings of pods and containers into the runtime's.</summary>
internal sealed class SecurityMapper(bool seccompDefault, string seccompDirectory)
{
    private static readonly string[] MaskedPaths =
    [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    private static readonly string[] ReadonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    /// <summary>The namespaces containers of the pod share.</summary>
    public static NamespaceOption Namespaces(Pod pod, string? targetContainerId = null) => new()
    {
        Network = pod.Spec.HostNetwork ? NamespaceMode.Node : NamespaceMode.Pod,
        Ipc = pod.Spec.HostIPC ? NamespaceMode.Node : NamespaceMode.Pod,
        Pid = pod.Spec.HostPID ? NamespaceMode.Node
            : targetContainerId is not null ? NamespaceMode.Target
            : pod.Spec.ShareProcessNamespace is true ? NamespaceMode.Pod
            : NamespaceMode.Container,
        TargetId = targetContainerId ?? "",
    };

    /// <summary>The sandbox's settings.</summary>
    public static LinuxSandboxSecurityContext ForSandbox(Pod pod)
    {
        var context = new LinuxSandboxSecurityContext
        {
            NamespaceOptions = Namespaces(pod),
            Privileged = Pods.PodContainers.All(pod).Any(c => c.Container.SecurityContext?.Privileged is true),
            Seccomp = new Profile { ProfileType = Profile.Types.ProfileType.RuntimeDefault },
        };
        if (pod.Spec.SecurityContext is not { } settings) return context;
        if (settings.RunAsUser is { } user) context.RunAsUser = new Int64Value { Value = user };
        if (settings.RunAsGroup is { } group) context.RunAsGroup = new Int64Value { Value = group };
        context.SelinuxOptions = Map(settings.SeLinuxOptions);
        AddGroups(context.SupplementalGroups, settings);
        return context;
    }

    /// <summary>A container's settings.</summary>
    /// <exception cref="ContainerConfigException">They contradict the image.</exception>
    public LinuxContainerSecurityContext ForContainer(Pod pod, Container container, Image image, string? targetContainerId)
    {
        var own = container.SecurityContext;
        var whole = pod.Spec.SecurityContext;
        var context = new LinuxContainerSecurityContext
        {
            NamespaceOptions = Namespaces(pod, targetContainerId),
            Privileged = own?.Privileged is true,
            ReadonlyRootfs = own?.ReadOnlyRootFilesystem is true,
            NoNewPrivs = own?.AllowPrivilegeEscalation is false,
            SelinuxOptions = Map(own?.SeLinuxOptions ?? whole?.SeLinuxOptions),
            Seccomp = Seccomp(own?.SeccompProfile ?? whole?.SeccompProfile),
            Apparmor = AppArmor(own?.AppArmorProfile ?? whole?.AppArmorProfile),
        };
        if (own?.Capabilities is { } capabilities)
        {
            context.Capabilities = new Capability();
            context.Capabilities.AddCapabilities.Add(capabilities.Add ?? []);
            context.Capabilities.DropCapabilities.Add(capabilities.Drop ?? []);
        }
        var user = own?.RunAsUser ?? whole?.RunAsUser;
        if (own?.RunAsNonRoot ?? whole?.RunAsNonRoot is true) VerifyNonRoot(pod, container, user, image);
        if (user is { } uid) context.RunAsUser = new Int64Value { Value = uid };
        else if (image.Uid is { } imageUid) context.RunAsUser = new Int64Value { Value = imageUid.Value };
        else context.RunAsUsername = image.Username;
        if ((own?.RunAsGroup ?? whole?.RunAsGroup) is { } group) context.RunAsGroup = new Int64Value { Value = group };
        if (whole is not null) AddGroups(context.SupplementalGroups, whole);
        if (whole?.SupplementalGroupsPolicy == "Strict") context.SupplementalGroupsPolicy = Cri.V1.SupplementalGroupsPolicy.Strict;
        if (own?.ProcMount != ProcMountType.Unmasked)
        {
            context.MaskedPaths.Add(MaskedPaths);
            context.ReadonlyPaths.Add(ReadonlyPaths);
        }
        return context;
    }

    private static void VerifyNonRoot(Pod pod, Container container, long? user, Image image)
    {
        var where = $"(pod: \"{Pods.PodNames.Format(pod)}\", container: {container.Name})";
        if (user == 0) throw new ContainerConfigException($"container's runAsUser breaks non-root policy {where}");
        if (user is not null) return;
        if (image.Uid is { Value: 0 } || (image.Uid is null && image.Username.Length == 0))
            throw new ContainerConfigException($"container has runAsNonRoot and image will run as root {where}");
        if (image.Uid is null)
        {
            throw new ContainerConfigException(
                $"container has runAsNonRoot and image has non-numeric user ({image.Username}), cannot verify user is non-root {where}");
        }
    }

    private static void AddGroups(Google.Protobuf.Collections.RepeatedField<long> groups, PodSecurityContext settings)
    {
        if (settings.FsGroup is { } group) groups.Add(group);
        groups.Add(settings.SupplementalGroups ?? []);
    }

    private Profile Seccomp(SeccompProfile? profile) => profile?.Type switch
    {
        SeccompProfileType.RuntimeDefault => new Profile { ProfileType = Profile.Types.ProfileType.RuntimeDefault },
        SeccompProfileType.Localhost => new Profile
        {
            ProfileType = Profile.Types.ProfileType.Localhost,
            LocalhostRef = Path.Combine(seccompDirectory, profile.LocalhostProfile ?? ""),
        },
        null when seccompDefault => new Profile { ProfileType = Profile.Types.ProfileType.RuntimeDefault },
        _ => new Profile { ProfileType = Profile.Types.ProfileType.Unconfined },
    };

    private static Profile? AppArmor(AppArmorProfile? profile) => profile?.Type switch
    {
        null => null,
        AppArmorProfileType.RuntimeDefault => new Profile { ProfileType = Profile.Types.ProfileType.RuntimeDefault },
        AppArmorProfileType.Localhost => new Profile { ProfileType = Profile.Types.ProfileType.Localhost, LocalhostRef = profile.LocalhostProfile ?? "" },
        _ => new Profile { ProfileType = Profile.Types.ProfileType.Unconfined },
    };

    private static SELinuxOption? Map(SELinuxOptions? options) => options is null
        ? null
        : new SELinuxOption { User = options.User, Role = options.Role, Type = options.Type, Level = options.Level };
}
