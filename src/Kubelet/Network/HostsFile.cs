using System.Text;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Network;

/// <summary>Writes the <c>/etc/hosts</c> that a pod's containers share.</summary>
internal static class HostsFile
{
    private const string Managed = "# Kubernetes-managed hosts file.\n";
    private const string ManagedFromHost = "# Kubernetes-managed hosts file (host network).\n";

    public static void Write(string path, Pod pod, IReadOnlyList<string> addresses, PodHostname hostname)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // In place: containers have the file itself mounted, and would keep seeing a file that was replaced.
        File.WriteAllText(path, Content(pod, addresses, hostname, pod.Spec.HostNetwork && File.Exists("/etc/hosts") ? File.ReadAllText("/etc/hosts") : ""));
        Native.Files.ChangeMode(path, 0x1a4);
    }

    internal static string Content(Pod pod, IReadOnlyList<string> addresses, PodHostname hostname, string nodeHosts)
    {
        var text = new StringBuilder();
        if (pod.Spec.HostNetwork)
        {
            text.Append(ManagedFromHost).Append(nodeHosts);
        }
        else
        {
            text.Append(Managed)
                .Append("127.0.0.1\tlocalhost\n")
                .Append("::1\tlocalhost ip6-localhost ip6-loopback\n")
                .Append("fe00::0\tip6-localnet\n")
                .Append("fe00::0\tip6-mcastprefix\n")
                .Append("fe00::1\tip6-allnodes\n")
                .Append("fe00::2\tip6-allrouters\n");
            foreach (var address in addresses)
            {
                text.Append(address).Append('\t');
                if (hostname.Domain.Length > 0) text.Append(hostname.Name).Append('.').Append(hostname.Domain).Append('\t');
                text.Append(hostname.Name).Append('\n');
            }
        }
        if (pod.Spec.HostAliases is { Count: > 0 } aliases)
        {
            text.Append("\n# Entries added by HostAliases.\n");
            foreach (var alias in aliases) text.Append(alias.IP).Append('\t').AppendJoin('\t', alias.Hostnames ?? []).Append('\n');
        }
        return text.ToString();
    }
}
