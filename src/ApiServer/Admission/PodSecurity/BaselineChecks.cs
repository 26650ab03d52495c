using System.Globalization;
using Tiphys.Api.Core.V1;
using static Tiphys.ApiServer.Wording;

namespace Tiphys.ApiServer;

/// <summary>The checks of the baseline standard: known ways to take over the node are closed.</summary>
internal static class BaselineChecks
{
    private const string AppArmorPrefix = "container.apparmor.security.beta.kubernetes.io/";
    private const string SeccompPod = "seccomp.security.alpha.kubernetes.io/pod";
    private const string SeccompContainerPrefix = "container.seccomp.security.alpha.kubernetes.io/";

    private static readonly HashSet<string> s_capabilities =
        ["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"];

    /// <summary>Sysctls that are safe, and since which version they are taken to be.</summary>
    private static readonly Dictionary<string, int> s_sysctls = new()
    {
        ["kernel.shm_rmid_forced"] = 0, ["net.ipv4.ip_local_port_range"] = 0, ["net.ipv4.tcp_syncookies"] = 0, ["net.ipv4.ping_group_range"] = 0, ["net.ipv4.ip_unprivileged_port_start"] = 0,
        ["net.ipv4.ip_local_reserved_ports"] = 27,
        ["net.ipv4.tcp_keepalive_time"] = 29, ["net.ipv4.tcp_fin_timeout"] = 29, ["net.ipv4.tcp_keepalive_intvl"] = 29, ["net.ipv4.tcp_keepalive_probes"] = 29,
        ["net.ipv4.tcp_rmem"] = 32, ["net.ipv4.tcp_wmem"] = 32,
    };

    /// <summary>What a pod breaks, as the standard was in version 1.<paramref name="minor"/>.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="minor">Minor version.</param>
    /// <param name="restricted">Leaves out what the restricted standard checks in a stricter way.</param>
    public static IEnumerable<Violation> Run(PodView pod, int minor, bool restricted)
    {
        IEnumerable<Violation?> all =
        [
            AppArmor(pod),
            restricted && minor >= 22 ? null : AddedCapabilities(pod),
            HostNamespaces(pod),
            restricted ? null : HostPaths(pod),
            HostPorts(pod),
            minor >= 34 ? HostProbes(pod) : null,
            Privileged(pod),
            ProcMount(pod, minor),
            SeLinux(pod, minor),
            restricted && minor >= 19 ? null : Seccomp(pod, minor),
            Sysctls(pod, minor),
            HostProcess(pod),
        ];
        return all.OfType<Violation>();
    }

    private static Violation? AppArmor(PodView pod)
    {
        static bool Bad(AppArmorProfile? profile) => profile is not null && profile.Type is not ("RuntimeDefault" or "Localhost");
        var onPod = Bad(pod.Security?.AppArmorProfile);
        var containers = pod.Where(static c => Bad(c.Security?.AppArmorProfile));
        var values = Sorted(pod.Containers.Select(static c => c.Security?.AppArmorProfile).Append(pod.Security?.AppArmorProfile).Where(Bad).Select(static p => p!.Type)).ToList();
        var annotations = (pod.Metadata.Annotations ?? [])
            .Where(static a => a.Key.StartsWith(AppArmorPrefix, StringComparison.Ordinal) && a.Value is not ("" or "runtime/default") && !a.Value.StartsWith("localhost/", StringComparison.Ordinal))
            .Select(static a => $"{a.Key}=\"{a.Value}\"").Order(StringComparer.Ordinal).ToList();
        var setters = Setters(onPod, containers);
        if (annotations.Count > 0) setters = (setters is null ? "" : setters + " and ") + Plural("annotation", "annotations", annotations.Count);
        if (setters is null) return null;
        values.AddRange(annotations);
        return new(Plural("forbidden AppArmor profile", "forbidden AppArmor profiles", values.Count), $"{setters} must not set AppArmor profile type to {Quoted(values)}");
    }

    private static Violation? AddedCapabilities(PodView pod)
    {
        var containers = pod.Where(static c => c.Security?.Capabilities?.Add?.Any(static a => !s_capabilities.Contains(a)) == true);
        if (containers.Count == 0) return null;
        var bad = Sorted(pod.Containers.SelectMany(static c => c.Security?.Capabilities?.Add ?? []).Where(static a => !s_capabilities.Contains(a)));
        return new("non-default capabilities", $"{Containers(containers)} must not include {Quoted(bad)} in securityContext.capabilities.add");
    }

    private static Violation? HostNamespaces(PodView pod)
    {
        var used = new List<string>();
        if (pod.Spec.HostNetwork) used.Add("hostNetwork=true");
        if (pod.Spec.HostPID) used.Add("hostPID=true");
        if (pod.Spec.HostIPC) used.Add("hostIPC=true");
        return used.Count == 0 ? null : new("host namespaces", string.Join(", ", used));
    }

    private static Violation? HostPaths(PodView pod)
    {
        var volumes = (pod.Spec.Volumes ?? []).Where(static v => v.HostPath is not null).Select(static v => v.Name).ToList();
        return volumes.Count == 0 ? null : new("hostPath volumes", $"{Plural("volume", "volumes", volumes.Count)} {Quoted(volumes)}");
    }

    private static Violation? HostPorts(PodView pod)
    {
        var containers = pod.Where(static c => c.Ports.Any(static p => p.HostPort != 0));
        if (containers.Count == 0) return null;
        var ports = Sorted(pod.Containers.SelectMany(static c => c.Ports).Where(static p => p.HostPort != 0).Select(static p => p.HostPort.ToString(CultureInfo.InvariantCulture))).ToList();
        return new("hostPort", $"{Containers(containers)} {Plural("uses", "use", containers.Count)} {Plural("hostPort", "hostPorts", ports.Count)} {string.Join(", ", ports)}");
    }

    private static Violation? HostProbes(PodView pod)
    {
        static IEnumerable<string> HostsOf(ContainerView c) => c.Probes.SelectMany(static p => new[] { p?.HttpGet?.Host, p?.TcpSocket?.Host })
            .Concat(new[] { c.Lifecycle?.PostStart, c.Lifecycle?.PreStop }.SelectMany(static h => new[] { h?.HttpGet?.Host, h?.TcpSocket?.Host }))
            .Where(static h => h is { Length: > 0 }).Select(static h => h!);
        var containers = Sorted(pod.Where(static c => HostsOf(c).Any())).ToList();
        if (containers.Count == 0) return null;
        var hosts = Sorted(pod.Containers.SelectMany(HostsOf)).ToList();
        return new(
            "probe or lifecycle host",
            $"{Containers(containers)} {Plural("uses", "use", containers.Count)} {Plural("probe or lifecycle host", "probe or lifecycle hosts", hosts.Count)} {Quoted(hosts)}");
    }

    private static Violation? Privileged(PodView pod)
    {
        var containers = pod.Where(static c => c.Security?.Privileged == true);
        return containers.Count == 0 ? null : new("privileged", $"{Containers(containers)} must not set securityContext.privileged=true");
    }

    private static Violation? ProcMount(PodView pod, int minor)
    {
        if (minor >= 35 && pod.HasUserNamespace) return null;
        var containers = pod.Where(static c => c.Security?.ProcMount is { } mount && mount != "Default");
        if (containers.Count == 0) return null;
        var values = Sorted(pod.Containers.Select(static c => c.Security?.ProcMount).OfType<string>().Where(static m => m != "Default"));
        return new("procMount", $"{Containers(containers)} must not set securityContext.procMount to {Quoted(values)}");
    }

    private static Violation? SeLinux(PodView pod, int minor)
    {
        bool BadType(SELinuxOptions o) => o.Type is not ("" or "container_t" or "container_init_t" or "container_kvm_t") && !(o.Type == "container_engine_t" && minor >= 31);
        bool Bad(SELinuxOptions? o) => o is not null && (BadType(o) || o.User.Length > 0 || o.Role.Length > 0);
        var setters = Setters(Bad(pod.Security?.SeLinuxOptions), pod.Where(c => Bad(c.Security?.SeLinuxOptions)));
        if (setters is null) return null;
        var options = pod.Containers.Select(static c => c.Security?.SeLinuxOptions).Append(pod.Security?.SeLinuxOptions).OfType<SELinuxOptions>().ToList();
        var types = Sorted(options.Where(BadType).Select(static o => o.Type)).ToList();
        var data = new List<string>();
        if (types.Count > 0) data.Add($"{Plural("type", "types", types.Count)} {Quoted(types)}");
        if (options.Any(static o => o.User.Length > 0)) data.Add("user may not be set");
        if (options.Any(static o => o.Role.Length > 0)) data.Add("role may not be set");
        return new("seLinuxOptions", $"{setters} set forbidden securityContext.seLinuxOptions: {string.Join("; ", data)}");
    }

    private static Violation? Seccomp(PodView pod, int minor)
    {
        if (minor >= 19) return ForbiddenSeccomp(pod);
        var forbidden = (pod.Metadata.Annotations ?? [])
            .Where(a => a.Key == SeccompPod || (a.Key.StartsWith(SeccompContainerPrefix, StringComparison.Ordinal) && pod.Containers.Any(c => c.Name == a.Key[SeccompContainerPrefix.Length..])))
            .Where(static a => a.Value is not ("runtime/default" or "docker/default") && !a.Value.StartsWith("localhost/", StringComparison.Ordinal))
            .Select(static a => $"{a.Key}=\"{a.Value}\"").Order(StringComparer.Ordinal).ToList();
        return forbidden.Count == 0 ? null : new("seccompProfile", $"forbidden {Plural("annotation", "annotations", forbidden.Count)} {string.Join(", ", forbidden)}");
    }

    /// <summary>Profiles that are set and must not be.</summary>
    internal static Violation? ForbiddenSeccomp(PodView pod)
    {
        static bool Bad(SeccompProfile? profile) => profile is not null && profile.Type is not ("RuntimeDefault" or "Localhost");
        var setters = Setters(Bad(pod.Security?.SeccompProfile), pod.Where(static c => Bad(c.Security?.SeccompProfile)));
        if (setters is null) return null;
        var values = Sorted(pod.Containers.Select(static c => c.Security?.SeccompProfile).Append(pod.Security?.SeccompProfile).Where(Bad).Select(static p => p!.Type));
        return new("seccompProfile", $"{setters} must not set securityContext.seccompProfile.type to {Quoted(values)}");
    }

    private static Violation? Sysctls(PodView pod, int minor)
    {
        var forbidden = (pod.Security?.Sysctls ?? []).Select(static s => s.Name).Where(n => !s_sysctls.TryGetValue(n, out var since) || since > minor).ToList();
        return forbidden.Count == 0 ? null : new("forbidden sysctls", string.Join(", ", forbidden));
    }

    private static Violation? HostProcess(PodView pod)
    {
        var setters = Setters(pod.Security?.WindowsOptions?.HostProcess == true, pod.Where(static c => c.Security?.WindowsOptions?.HostProcess == true));
        return setters is null ? null : new("hostProcess", $"{setters} must not set securityContext.windowsOptions.hostProcess=true");
    }
}
