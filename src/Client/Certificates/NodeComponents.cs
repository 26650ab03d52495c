namespace Tiphys.Client;

/// <summary>Identities of the components that run beside a kubelet, the same on all nodes; each has a role of its own.</summary>
public static class NodeComponents
{
    /// <summary>The service proxy, as upstream knows it (ClusterRole system:node-proxier).</summary>
    public const string Proxy = "system:kube-proxy";

    /// <summary>The keeper of routes between nodes, which reads nodes and nothing else.</summary>
    public const string Routes = "tiphys:node-routes";

    /// <summary>Who signs their certificates.</summary>
    public const string Signer = "kubernetes.io/kube-apiserver-client";

    /// <summary>All of them.</summary>
    public static IReadOnlySet<string> Users { get; } = new HashSet<string>(StringComparer.Ordinal) { Proxy, Routes };
}
