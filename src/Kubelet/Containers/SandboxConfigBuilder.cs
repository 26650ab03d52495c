using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Cgroups;
using Tiphys.Kubelet.Cri.V1;
using Tiphys.Kubelet.Network;
using Tiphys.Kubelet.Pods;
using Tiphys.Kubelet.Volumes;

namespace Tiphys.Kubelet.Containers;

/// <summary>Describes a pod's sandbox to the runtime.</summary>
internal sealed class SandboxConfigBuilder(
    KubeletOptions options, DnsConfigurer dns, PodDirectories directories, PodCgroups? cgroups)
{
    /// <exception cref="ContainerConfigException">The pod asks for what this node cannot give.</exception>
    public PodSandboxConfig Build(Pod pod, uint attempt)
    {
        // Running it as root of the host after all would be the opposite of what was asked for.
        if (pod.Spec.HostUsers is false) throw new ContainerConfigException("RuntimeClass handler \"\" does not support user namespaces");
        var config = new PodSandboxConfig
        {
            Metadata = new PodSandboxMetadata
            {
                Name = pod.Metadata.Name, Namespace = pod.Metadata.Namespace, Uid = pod.Metadata.Uid, Attempt = attempt,
            },
            LogDirectory = directories.Logs(pod),
            DnsConfig = dns.For(pod),
            Linux = new LinuxPodSandboxConfig
            {
                CgroupParent = cgroups?.PathOf(pod) ?? "",
                SecurityContext = SecurityMapper.ForSandbox(pod),
            },
        };
        // With the host's UTS namespace there is no name of its own to set.
        if (!pod.Spec.HostNetwork) config.Hostname = PodHostname.Of(pod, options.ClusterDomain).Kernel;
        foreach (var sysctl in pod.Spec.SecurityContext?.Sysctls ?? []) config.Linux.Sysctls[sysctl.Name] = sysctl.Value;
        foreach (var (key, value) in pod.Metadata.Labels ?? []) config.Labels[key] = value;
        foreach (var (key, value) in pod.Metadata.Annotations ?? []) config.Annotations[key] = value;
        config.Labels[RuntimeLabels.PodName] = pod.Metadata.Name;
        config.Labels[RuntimeLabels.PodNamespace] = pod.Metadata.Namespace;
        config.Labels[RuntimeLabels.PodUid] = pod.Metadata.Uid;
        config.Annotations[WellKnownAnnotations.ConfigSource] =
            pod.Metadata.Annotations?.GetValueOrDefault(WellKnownAnnotations.ConfigSource) ?? "api";
        if (!pod.Spec.HostNetwork) config.PortMappings.Add(Ports(pod));
        return config;
    }

    private static IEnumerable<PortMapping> Ports(Pod pod) => PodContainers.All(pod).SelectMany(c => c.Container.Ports ?? [])
        .Where(p => p.HostPort > 0)
        .Select(p => new PortMapping
        {
            ContainerPort = p.Port,
            HostPort = p.HostPort,
            HostIp = p.HostIP,
            Protocol = p.Protocol switch { "UDP" => Cri.V1.Protocol.Udp, "SCTP" => Cri.V1.Protocol.Sctp, _ => Cri.V1.Protocol.Tcp },
        });
}
