namespace Tiphys.Scheduler;

/// <summary>
/// Pods that are to have the room others were made to leave (upstream's nominator). Until they are placed the room counts as taken for
/// all pods that are no more important. Guarded by the cluster's lock.
/// </summary>
internal sealed class Nominations
{
    private static readonly List<PodInfo> s_none = [];
    private readonly Dictionary<string, (PodInfo Pod, string Node)> _pods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<PodInfo>> _nodes = new(StringComparer.Ordinal);

    /// <summary>The node a pod is to have, or null.</summary>
    public string? NodeOf(string uid) => _pods.TryGetValue(uid, out var found) ? found.Node : null;

    /// <summary>The pods that are to have room on a node.</summary>
    public IReadOnlyList<PodInfo> On(string node) => _nodes.GetValueOrDefault(node, s_none);

    /// <summary>Promises a pod room on a node, in place of what it was promised before.</summary>
    public void Set(PodInfo pod, string node)
    {
        Remove(pod.Uid);
        _pods[pod.Uid] = (pod, node);
        if (!_nodes.TryGetValue(node, out var pods)) _nodes[node] = pods = [];
        pods.Add(pod);
    }

    /// <summary>Takes a promise back, or sees it kept.</summary>
    public void Remove(string uid)
    {
        if (!_pods.Remove(uid, out var found)) return;
        var pods = _nodes[found.Node];
        pods.RemoveAll(p => p.Uid == uid);
        if (pods.Count == 0) _nodes.Remove(found.Node);
    }
}
