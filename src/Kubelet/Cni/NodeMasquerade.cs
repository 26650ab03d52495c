using System.Text;
using Tiphys.Client;

namespace Tiphys.Kubelet.Cni;

/// <summary>Has pods' traffic to places outside the cluster leave with the node's address.</summary>
internal static class NodeMasquerade
{
    private const string Table = "tiphys-node";

    /// <summary>Replaces the rules with ones for the given ranges.</summary>
    /// <param name="podCidrs">The node's own pod ranges.</param>
    /// <param name="clusterCidrs">Ranges that are reached with the pod's own address: those of all pods of the cluster.</param>
    /// <param name="cancel">Stops the wait for the command.</param>
    /// <exception cref="InvalidOperationException">The rules could not be set.</exception>
    public static async Task ApplyAsync(IReadOnlyList<string> podCidrs, IReadOnlyList<string> clusterCidrs, CancellationToken cancel)
    {
        var nft = await HostProgram.RunAsync("nft", ["-f", "-"], Rules(podCidrs, clusterCidrs), cancel: cancel).ConfigureAwait(false);
        if (!nft.Succeeded) throw new InvalidOperationException($"nft refused the masquerade rules: {nft.Errors.Trim()}");
    }

    internal static string Rules(IReadOnlyList<string> podCidrs, IReadOnlyList<string> clusterCidrs)
    {
        var rules = new StringBuilder();
        rules.Append("add table inet ").AppendLine(Table);
        rules.Append("delete table inet ").AppendLine(Table);
        rules.Append("table inet ").Append(Table).AppendLine(" {");
        rules.AppendLine("  chain postrouting {");
        rules.AppendLine("    type nat hook postrouting priority srcnat; policy accept;");
        foreach (var pods in podCidrs)
        {
            var family = pods.Contains(':') ? "ip6" : "ip";
            var inside = clusterCidrs.Where(c => c.Contains(':') == pods.Contains(':')).Append(pods).Distinct();
            var multicast = family == "ip" ? "224.0.0.0/4" : "ff00::/8";
            foreach (var range in inside.Append(multicast))
                rules.Append("    ").Append(family).Append(" saddr ").Append(pods).Append(' ').Append(family).Append(" daddr ").Append(range).AppendLine(" return");
            rules.Append("    ").Append(family).Append(" saddr ").Append(pods).AppendLine(" masquerade");
        }
        rules.AppendLine("  }").AppendLine("}");
        return rules.ToString();
    }
}
