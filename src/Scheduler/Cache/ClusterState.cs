using Tiphys.Api.Core.V1;

namespace Tiphys.Scheduler;

/// <summary>
/// The scheduler's picture of the cluster: what the watches tell, plus the pods it has placed whose binding has not come back
/// through the watch yet (upstream's scheduler cache with its assumed pods).
/// </summary>
internal sealed class ClusterState
{
    private readonly Dictionary<string, NodeState> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _podNodes = new(StringComparer.Ordinal);
    private NodeState[]? _list;

    /// <summary>Guards everything here; the scheduling loop holds it while it looks.</summary>
    public Lock Lock { get; } = new();

    /// <summary>The nodes that exist, in a stable order.</summary>
    public NodeState[] Nodes => _list ??= [.. _nodes.Values.Where(static n => n.Node is not null)];

    /// <summary>Whether any pod on any node has required anti-affinity.</summary>
    public int PodsWithAntiAffinity { get; private set; }

    /// <summary>Whether any pod on any node has affinity of any kind.</summary>
    public int PodsWithAffinity { get; private set; }

    /// <summary>Pods that are promised room.</summary>
    public Nominations Nominations { get; } = new();

    public NodeState? Find(string name) => _nodes.GetValueOrDefault(name);

    public void SetNode(Node node)
    {
        lock (Lock)
        {
            var state = Ensure(node.Metadata.Name);
            if (state.Node is null) _list = null;
            state.SetNode(node);
        }
    }

    public void RemoveNode(string name)
    {
        lock (Lock)
        {
            if (!_nodes.TryGetValue(name, out var state)) return;
            state.SetNode(null);
            _list = null;
            if (state.PodCount == 0) _nodes.Remove(name);
        }
    }

    /// <summary>Puts a pod on a node, in place of what was known of it.</summary>
    public void AddPod(PodInfo pod, string node)
    {
        lock (Lock)
        {
            RemovePodLocked(pod.Uid);
            Nominations.Remove(pod.Uid);
            _podNodes[pod.Uid] = node;
            var state = Ensure(node);
            Change(state, static (s, p) => s.Add(p), pod);
        }
    }

    public void RemovePod(string uid)
    {
        lock (Lock) RemovePodLocked(uid);
    }

    /// <summary>Looks at the cluster as it will be once some pods are on a node. Call with the lock held.</summary>
    public T With<T>(IReadOnlyList<PodInfo> pods, NodeState node, Func<T> look)
    {
        foreach (var pod in pods) Change(node, static (s, p) => s.Add(p), pod);
        try
        {
            return look();
        }
        finally
        {
            foreach (var pod in pods) Change(node, static (s, u) => s.Remove(u), pod.Uid);
        }
    }

    private void RemovePodLocked(string uid)
    {
        if (!_podNodes.Remove(uid, out var node) || !_nodes.TryGetValue(node, out var state)) return;
        Change(state, static (s, u) => s.Remove(u), uid);
        if (state.Node is null && state.PodCount == 0) _nodes.Remove(node);
    }

    private void Change<T>(NodeState state, Action<NodeState, T> change, T argument)
    {
        PodsWithAntiAffinity -= state.PodsWithAntiAffinity;
        PodsWithAffinity -= state.PodsWithAffinity;
        change(state, argument);
        PodsWithAntiAffinity += state.PodsWithAntiAffinity;
        PodsWithAffinity += state.PodsWithAffinity;
    }

    private NodeState Ensure(string name)
    {
        if (!_nodes.TryGetValue(name, out var state)) _nodes[name] = state = new NodeState(name);
        return state;
    }
}
