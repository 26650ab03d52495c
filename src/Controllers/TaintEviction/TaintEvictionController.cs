using System.Collections.Concurrent;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Deletes pods from nodes with NoExecute taints that they do not, or no longer, tolerate (upstream's taint-eviction-controller).</summary>
internal sealed class TaintEvictionController : KeyedController
{
    private readonly IInformer<Node> _nodes;
    private readonly IInformer<Pod> _pods;
    private readonly EventRecorder _events;
    private readonly ConcurrentDictionary<string, long> _since = new(StringComparer.Ordinal);

    public TaintEvictionController(ControllerContext context) : base(context, 8)
    {
        _nodes = context.Informer<Node>();
        _pods = context.Informer<Pod>().WithNodeIndex();
        _events = context.Recorder("taint-eviction-controller");
        _nodes.On(NodeSeen, (before, after) =>
        {
            if (NoExecute(before).Count > 0 || NoExecute(after).Count > 0) NodeSeen(after);
        });
        _pods.On(PodSeen, (before, after) =>
        {
            if (before.Spec.NodeName != after.Spec.NodeName || before.Spec.Tolerations?.Count != after.Spec.Tolerations?.Count) PodSeen(after);
        }, pod => _since.TryRemove(pod.Metadata.Uid, out _));
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_pods.Get(key) is not { Metadata.DeletionTimestamp: null } pod || pod.IsFinished()) return Requeue.None;
        var taints = _nodes.Get("", pod.Spec.NodeName) is { } node ? NoExecute(node) : [];
        if (taints.Count == 0)
        {
            if (_since.TryRemove(pod.Metadata.Uid, out _)) _events.Normal(pod, "TaintManagerEviction", $"Cancelling deletion of Pod {key}");
            return Requeue.None;
        }

        var tolerated = pod.Spec.Tolerations ?? [];
        var used = new List<Toleration>();
        foreach (var taint in taints)
        {
            if (tolerated.Find(t => Tolerates(t, taint)) is not { } toleration)
            {
                await EvictAsync(pod, cancel);
                return Requeue.None;
            }

            used.Add(toleration);
        }

        if (used.TrueForAll(static t => t.TolerationSeconds is null))
        {
            _since.TryRemove(pod.Metadata.Uid, out _);
            return Requeue.None;
        }

        var patience = TimeSpan.FromSeconds(Math.Max(0, used.Min(static t => t.TolerationSeconds ?? long.MaxValue)));
        var waited = Context.Time.GetElapsedTime(_since.GetOrAdd(pod.Metadata.Uid, _ => Context.Time.GetTimestamp()));
        if (waited < patience) return Requeue.In(patience - waited);
        await EvictAsync(pod, cancel);
        return Requeue.None;
    }

    /// <summary>Whether a toleration covers a taint.</summary>
    public static bool Tolerates(Toleration toleration, Taint taint)
    {
        if (toleration.Effect.Length > 0 && toleration.Effect != taint.Effect) return false;
        if (toleration.Key.Length > 0 && toleration.Key != taint.Key) return false;
        return toleration.Operator switch
        {
            "" or TolerationOperator.Equal => toleration.Value == taint.Value && toleration.Key.Length > 0,
            TolerationOperator.Exists => true,
            _ => false,
        };
    }

    private static List<Taint> NoExecute(Node node) => node.Spec.Taints?.FindAll(static t => t.Effect == TaintEffect.NoExecute) ?? [];

    private async Task EvictAsync(Pod pod, CancellationToken cancel)
    {
        _since.TryRemove(pod.Metadata.Uid, out _);
        _events.Normal(pod, "TaintManagerEviction", $"Marking for deletion Pod {ObjectKey.Of(pod)}");
        await PodPatches.DisruptAsync(Client, pod, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", Context.Now, fail: false, cancel);
        try
        {
            await Client.Resource<Pod>().DeleteAsync(pod.Metadata.Namespace, pod.Metadata.Name, new() { Preconditions = new() { Uid = pod.Metadata.Uid } }, cancel);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // already gone
        }
    }

    private void NodeSeen(Node node)
    {
        if (NoExecute(node).Count == 0 && _since.IsEmpty) return;
        foreach (var pod in _pods.OnNode(node.Metadata.Name)) Enqueue(pod);
    }

    private void PodSeen(Pod pod)
    {
        if (pod.Spec.NodeName.Length > 0 && _nodes.Get("", pod.Spec.NodeName) is { } node && NoExecute(node).Count > 0) Enqueue(pod);
    }
}
