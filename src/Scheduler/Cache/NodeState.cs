using Tiphys.Api.Core.V1;

namespace Tiphys.Scheduler;

/// <summary>A node with the pods on it, those included whose binding is still under way. Guarded by the cache's lock.</summary>
internal sealed class NodeState(string name)
{
    private readonly Dictionary<string, PodInfo> _pods = new(StringComparer.Ordinal);

    public string Name { get; } = name;

    /// <summary>The node object; null when only its pods are known.</summary>
    public Node? Node { get; private set; }

    public ResourceAmounts Allocatable { get; private set; } = new();

    public long AllowedPods { get; private set; }

    public ResourceAmounts Requested { get; } = new();

    public ResourceAmounts Scored { get; } = new();

    public IReadOnlyCollection<PodInfo> Pods => _pods.Values;

    public int PodCount => _pods.Count;

    /// <summary>How many of its pods have anti-affinity of their own; most nodes have none, and then nobody need look.</summary>
    public int PodsWithAntiAffinity { get; private set; }

    /// <summary>How many of its pods have affinity of any kind.</summary>
    public int PodsWithAffinity { get; private set; }

    public Dictionary<string, long> ImageSizes { get; private set; } = [];

    public IReadOnlyDictionary<string, string> Labels => Node?.Metadata.Labels ?? s_noLabels;

    public List<Taint> Taints => Node?.Spec.Taints ?? s_noTaints;

    public void SetNode(Node? node)
    {
        Node = node;
        Allocatable = ResourceAmounts.Of(node?.Status.Allocatable);
        AllowedPods = node?.Status.Allocatable?.TryGetValue("pods", out var pods) == true ? pods.Value : 0;
        ImageSizes = new(StringComparer.Ordinal);
        foreach (var image in node?.Status.Images ?? [])
            foreach (var imageName in image.Names ?? []) ImageSizes[imageName] = image.SizeBytes;
    }

    public void Add(PodInfo pod)
    {
        if (_pods.Remove(pod.Uid, out var before)) Count(before, -1);
        _pods[pod.Uid] = pod;
        Count(pod, 1);
    }

    public void Remove(string uid)
    {
        if (_pods.Remove(uid, out var pod)) Count(pod, -1);
    }

    /// <summary>A copy to try things on, as preemption does.</summary>
    public NodeState Clone()
    {
        var copy = new NodeState(Name);
        copy.SetNode(Node);
        foreach (var pod in _pods.Values) copy.Add(pod);
        return copy;
    }

    private void Count(PodInfo pod, int sign)
    {
        Requested.Add(pod.Requests, sign);
        Scored.Add(pod.Scored, sign);
        if (pod.RequiredAntiAffinity.Length > 0) PodsWithAntiAffinity += sign;
        if (pod.RequiredAntiAffinity.Length + pod.RequiredAffinity.Length + pod.PreferredAffinity.Length + pod.PreferredAntiAffinity.Length > 0) PodsWithAffinity += sign;
    }

    private static readonly Dictionary<string, string> s_noLabels = [];
    private static readonly List<Taint> s_noTaints = [];
}
