using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Network;

/// <summary>What a pod calls itself.</summary>
/// <param name="Name">The name without a domain.</param>
/// <param name="Domain">The domain of its subdomain, or empty.</param>
/// <param name="Kernel">What <c>hostname</c> prints: the name, or the full name where the pod asks for it.</param>
internal sealed record PodHostname(string Name, string Domain, string Kernel)
{
    private const int MaxLength = 63;
    private const int MaxKernelLength = 64;

    /// <exception cref="Containers.ContainerConfigException">The full name is longer than the kernel allows.</exception>
    public static PodHostname Of(Pod pod, string clusterDomain)
    {
        if (pod.Spec.HostnameOverride is { Length: > 0 } chosen) return new PodHostname(chosen, "", chosen);
        var name = pod.Spec.Hostname.Length > 0 ? pod.Spec.Hostname : pod.Metadata.Name;
        if (name.Length > MaxLength) name = name[..MaxLength].TrimEnd('-', '.');
        var domain = pod.Spec.Subdomain.Length > 0 ? $"{pod.Spec.Subdomain}.{pod.Metadata.Namespace}.svc.{clusterDomain}" : "";
        if (pod.Spec.SetHostnameAsFQDN is not true || domain.Length == 0) return new PodHostname(name, domain, name);
        var full = $"{name}.{domain}";
        return full.Length <= MaxKernelLength
            ? new PodHostname(name, domain, full)
            : throw new Containers.ContainerConfigException(
                $"failed to construct FQDN from pod hostname and cluster domain, FQDN {full} is too long ({MaxKernelLength} characters is the max, {full.Length} characters requested)");
    }
}
