using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Volumes;

/// <summary>Where a pod's files are. The layout is upstream's.</summary>
internal sealed class PodDirectories(string root, string logs)
{
    public string Pods => Path.Combine(root, "pods");

    /// <summary>The pods that have a directory. It is made before anything else of a pod, and removed last.</summary>
    public IEnumerable<string> Uids() => Directory.Exists(Pods) ? Directory.EnumerateDirectories(Pods).Select(static d => Path.GetFileName(d)) : [];

    public string Pod(string uid) => Path.Combine(Pods, uid);

    public string Volume(string uid, string plugin, string name) => Path.Combine(Pod(uid), "volumes", $"kubernetes.io~{plugin}", name);

    public string SubPath(string uid, string volume, string container, int index) =>
        Path.Combine(Pod(uid), "volume-subpaths", volume, container, index.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public string Container(string uid, string name) => Path.Combine(Pod(uid), "containers", name);

    public string HostsFile(string uid) => Path.Combine(Pod(uid), "etc-hosts");

    public string Logs(Pod pod) => Path.Combine(logs, $"{pod.Metadata.Namespace}_{pod.Metadata.Name}_{pod.Metadata.Uid}");

    /// <summary>The pod's log directory found by uid alone, for pods whose object is gone.</summary>
    public IEnumerable<string> LogsByUid(string uid) =>
        Directory.Exists(logs) ? Directory.EnumerateDirectories(logs, "*_" + uid) : [];
}
