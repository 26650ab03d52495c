using Tiphys.Kubelet;

namespace Tiphys.Server;

/// <summary>Where a node keeps its state below the data directory.</summary>
internal static class NodePaths
{
    /// <summary>A kubelet's options with all paths set.</summary>
    public static KubeletOptions KubeletOptions(string dataDir)
    {
        var agent = Path.Combine(Path.GetFullPath(dataDir), "agent");
        return new KubeletOptions
        {
            RootDirectory = Path.Combine(agent, "kubelet"),
            PodLogsDirectory = Path.Combine(agent, "pod-logs"),
            ContainerLogsDirectory = Path.Combine(agent, "container-logs"),
            Containerd = new()
            {
                Directory = Path.Combine(agent, "containerd"),
                ImagesDirectory = Path.Combine(agent, "images"),
                CniConfigDirectory = Path.Combine(agent, "cni"),
            },
        };
    }
}
