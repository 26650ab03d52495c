using System.Collections.Concurrent;
using System.Text;
using Tiphys.Api;
using Tiphys.Api.Coordination.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>
/// Notices nodes that fall silent, taints nodes by their conditions, and takes readiness from pods on nodes that are not
/// ready (upstream's nodelifecycle controller). A node is looked at when it changes, and when its silence gets too long.
/// </summary>
internal sealed class NodeLifecycleController : KeyedController
{
    private static readonly string[] s_conditions = [NodeConditionType.Ready, NodeConditionType.MemoryPressure, NodeConditionType.DiskPressure, NodeConditionType.PidPressure];
    private readonly IInformer<Node> _nodes;
    private readonly IInformer<Pod> _pods;
    private readonly EventRecorder _events;
    private readonly NodeZones _zones;
    private readonly ConcurrentDictionary<string, long> _heard = new(StringComparer.Ordinal);

    public NodeLifecycleController(ControllerContext context) : base(context, 4)
    {
        _nodes = context.Informer<Node>();
        _pods = context.Informer<Pod>().WithNodeIndex();
        _events = context.Recorder("node-controller");
        _zones = new(context.Options, context.Time);
        _nodes.On(Added, Updated, Removed);
        context.Informer<Lease>().On(Renewed, (_, after) => Renewed(after));
        _pods.On(PodSeen, (before, after) =>
        {
            if (before.Spec.NodeName != after.Spec.NodeName || before.IsReady() != after.IsReady()) PodSeen(after);
        });
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_nodes.Get(key) is not { } node) return Requeue.None;
        var silent = Context.Time.GetElapsedTime(_heard.GetOrAdd(key.Name, _ => Context.Time.GetTimestamp()));
        var posted = node.Status.Conditions?.Exists(static c => c.Type == NodeConditionType.Ready) == true;
        var grace = posted ? Context.Options.NodeMonitorGracePeriod : Context.Options.NodeStartupGracePeriod;
        if (silent > grace) node = await MarkUnknownAsync(node, cancel);
        var next = silent > grace ? (TimeSpan?)null : grace - silent + TimeSpan.FromMilliseconds(100);
        var wait = await TaintAsync(node, cancel);
        if (wait is not null && (next is null || wait < next)) next = wait;
        if (posted && !NodeZones.IsReady(node)) await TakeReadinessAsync(node, cancel);
        return new Requeue(next);
    }

    private async Task<Node> MarkUnknownAsync(Node node, CancellationToken cancel)
    {
        var now = Context.Now;
        var copy = node.DeepCopy();
        var conditions = copy.Status.Conditions ??= [];
        foreach (var type in s_conditions)
        {
            var condition = conditions.Find(c => c.Type == type);
            if (condition is null)
            {
                conditions.Add(new() { Type = type, Status = ConditionStatus.Unknown, Reason = "NodeStatusNeverUpdated", Message = "Kubelet never posted node status.", LastHeartbeatTime = node.Metadata.CreationTimestamp, LastTransitionTime = now });
            }
            else if (condition.Status != ConditionStatus.Unknown)
            {
                condition.Status = ConditionStatus.Unknown;
                condition.Reason = "NodeStatusUnknown";
                condition.Message = "Kubelet stopped posting node status.";
                condition.LastTransitionTime = now;
            }
        }

        return ApiJson.Same(copy.Status, node.Status) ? node : await Client.Resource<Node>().UpdateStatusAsync(copy, cancel);
    }

    /// <summary>Brings the taints up to date; returns the time to wait before the node may be emptied.</summary>
    private async Task<TimeSpan?> TaintAsync(Node node, CancellationToken cancel)
    {
        // The cache may still show the node as it was before we wrote it down as silent.
        IReadOnlyList<Node> nodes = [.. _nodes.List().Where(n => n.Metadata.Name != node.Metadata.Name), node];
        var noExecute = NodeTaintRules.NoExecute(node);
        var there = (node.Spec.Taints ?? []).Find(static t => t.Effect == TaintEffect.NoExecute && t.Key is WellKnownTaints.NotReady or WellKnownTaints.Unreachable);
        TimeSpan? wait = null;
        if (noExecute is not null && NodeZones.AllDown(nodes))
        {
            noExecute = null; // the trouble is ours: leave the pods alone, and look again when a node comes back
            wait = TimeSpan.FromSeconds(5);
        }
        else if (noExecute is not null && there is null)
        {
            var (taken, delay) = _zones.Take(NodeZones.Of(node), nodes);
            if (!taken)
            {
                noExecute = null;
                wait = delay ?? TimeSpan.FromSeconds(5);
            }
        }

        if (NodeTaintRules.Apply(node, NodeTaintRules.NoSchedule(node), noExecute, Context.Now) is not { } taints) return wait;
        var list = taints.Count == 0 ? "null" : $"[{string.Join(',', taints.Select(static t => Encoding.UTF8.GetString(ApiJson.Encode(t))))}]";
        await Client.Resource<Node>().PatchAsync(null, node.Metadata.Name, PatchType.Merge, $"{{\"metadata\":{{\"resourceVersion\":\"{node.Metadata.ResourceVersion}\"}},\"spec\":{{\"taints\":{list}}}}}", null, cancel);
        return wait;
    }

    private async Task TakeReadinessAsync(Node node, CancellationToken cancel)
    {
        foreach (var pod in _pods.OnNode(node.Metadata.Name))
        {
            if (!pod.IsReady() || pod.IsFinished()) continue;
            _events.Warning(pod, "NodeNotReady", "Node is not ready");
            await PodPatches.NotReadyAsync(Client, pod, Context.Now, cancel);
        }
    }

    private void Added(Node node)
    {
        _heard.TryAdd(node.Metadata.Name, Context.Time.GetTimestamp());
        _events.Normal(node, "RegisteredNode", $"Node {node.Metadata.Name} event: Registered Node {node.Metadata.Name} in Controller");
        Enqueue(node);
    }

    private void Updated(Node before, Node after)
    {
        var was = before.Status.Conditions?.Find(static c => c.Type == NodeConditionType.Ready);
        var now = after.Status.Conditions?.Find(static c => c.Type == NodeConditionType.Ready);

        // What we wrote ourselves is no sign of life; only the kubelet moves the heartbeat.
        if (now is not null && now.LastHeartbeatTime != was?.LastHeartbeatTime && now.Status != ConditionStatus.Unknown) Heard(after.Metadata.Name);
        if (was?.Status == ConditionStatus.True && now?.Status != ConditionStatus.True) _events.Normal(after, "NodeNotReady", $"Node {after.Metadata.Name} status is now: NodeNotReady");
        if (was?.Status != now?.Status && now?.Status == ConditionStatus.True)
        {
            foreach (var other in _nodes.List())
                if (!NodeZones.IsReady(other)) Enqueue(other);
        }

        Enqueue(after);
    }

    private void Removed(Node node)
    {
        _heard.TryRemove(node.Metadata.Name, out _);
        _events.Normal(node, "RemovingNode", $"Node {node.Metadata.Name} event: Removing Node {node.Metadata.Name} from Controller");
    }

    private void Renewed(Lease lease)
    {
        if (lease.Metadata.Namespace == WellKnownNamespaces.NodeLease) Heard(lease.Metadata.Name);
    }

    private void Heard(string node) => _heard[node] = Context.Time.GetTimestamp();

    private void PodSeen(Pod pod)
    {
        if (pod.Spec.NodeName.Length > 0 && pod.IsReady() && _nodes.Get("", pod.Spec.NodeName) is { } node && !NodeZones.IsReady(node)) Enqueue(node);
    }
}
