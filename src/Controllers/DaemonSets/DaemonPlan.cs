using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;

namespace Tiphys.Controllers;

/// <summary>Which pods of a daemon set have to come and go.</summary>
internal sealed class DaemonPlan
{
    private readonly DaemonSet _set;
    private readonly string _hash;
    private readonly DateTimeOffset _now;
    private readonly Dictionary<string, List<Pod>> _byNode = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (bool Run, bool Stay)> _fit = new(StringComparer.Ordinal);
    private readonly int _maxSurge;
    private readonly int _maxUnavailable;

    public DaemonPlan(DaemonSet set, string hash, IReadOnlyList<Node> nodes, List<Pod> pods, DateTimeOffset now)
    {
        _set = set;
        _hash = hash;
        _now = now;
        foreach (var node in nodes) _fit[node.Metadata.Name] = NodeFit.Of(set, node);
        foreach (var pod in pods)
        {
            var node = NodeFit.Target(pod);
            if (!_byNode.TryGetValue(node, out var list)) _byNode[node] = list = [];
            list.Add(pod);
        }

        var desired = _fit.Values.Count(static f => f.Run);
        var rolling = set.Spec.UpdateStrategy.RollingUpdate;
        if (set.Spec.UpdateStrategy.Type == DaemonSetUpdateStrategyType.OnDelete) return;
        _maxSurge = (rolling?.MaxSurge ?? new IntOrString(0)).Scale(desired, roundUp: true);
        _maxUnavailable = (rolling?.MaxUnavailable ?? new IntOrString(1)).Scale(desired, roundUp: true);
        if (_maxSurge == 0 && _maxUnavailable == 0) _maxUnavailable = 1;
    }

    /// <summary>Nodes to start a pod on.</summary>
    public List<string> Create { get; } = [];

    /// <summary>Pods to delete.</summary>
    public List<Pod> Delete { get; } = [];

    /// <summary>Pods that ended by themselves, with their nodes.</summary>
    public List<(string Node, Pod Pod)> Ended { get; } = [];

    /// <summary>Nothing has to happen.</summary>
    public bool IsEmpty => Create.Count == 0 && Delete.Count == 0 && Ended.Count == 0;

    /// <summary>Time until a pod that is ready counts as available, or null.</summary>
    public TimeSpan? NextAvailable { get; private set; }

    /// <summary>Brings one pod onto each node that should have one, and none onto others.</summary>
    public void Place()
    {
        foreach (var (node, (run, stay)) in _fit)
        {
            var pods = _byNode.GetValueOrDefault(node) ?? [];
            if (run && pods.Count == 0) Create.Add(node);
            else if (!stay) Delete.AddRange(pods.Where(static p => p.Metadata.DeletionTimestamp is null));
            else KeepOne(node, pods);
        }

        // Pods pinned to nodes that are gone will never be scheduled.
        foreach (var (node, pods) in _byNode)
            if (!_fit.ContainsKey(node)) Delete.AddRange(pods.Where(static p => p.Metadata.DeletionTimestamp is null && p.Spec.NodeName.Length == 0));
    }

    private void KeepOne(string node, List<Pod> pods)
    {
        var live = pods.FindAll(static p => p.Metadata.DeletionTimestamp is null);
        foreach (var pod in live.Where(static p => p.IsFinished())) Ended.Add((node, pod));
        live.RemoveAll(static p => p.IsFinished());
        live = [.. live.OrderByDescending(static p => p.Spec.NodeName.Length > 0).ThenBy(static p => p.Metadata.CreationTimestamp).ThenBy(static p => p.Metadata.Name, StringComparer.Ordinal)];
        if (_maxSurge == 0)
        {
            Delete.AddRange(live.Skip(1));
            return;
        }

        // While it surges a node may have an old pod and a new one.
        Delete.AddRange(live.Where(IsNew).Skip(1));
        Delete.AddRange(live.Where(p => !IsNew(p)).Skip(1));
    }

    /// <summary>Replaces pods of older templates, within the bounds of the strategy.</summary>
    public void Roll()
    {
        if (_maxSurge == 0) RollInPlace();
        else RollWithSurge();
    }

    private void RollInPlace()
    {
        var unavailable = 0;
        var candidates = new List<Pod>();
        foreach (var (node, (run, _)) in _fit)
        {
            if (!run) continue;
            var (fresh, old) = Pair(node);
            if (old is null)
            {
                if (fresh is null || !IsAvailable(fresh)) unavailable++;
            }
            else if (fresh is not null)
            {
                unavailable++;
            }
            else if (!IsAvailable(old))
            {
                Delete.Add(old); // it serves nobody: replacing it costs nothing
                unavailable++;
            }
            else
            {
                candidates.Add(old);
            }
        }

        Delete.AddRange(candidates.Take(Math.Max(0, _maxUnavailable - unavailable)));
    }

    private void RollWithSurge()
    {
        var surge = 0;
        var candidates = new List<string>();
        foreach (var (node, (run, _)) in _fit)
        {
            var (fresh, old) = Pair(node);
            if (old is null) continue;
            if (fresh is not null)
            {
                if (IsAvailable(fresh)) Delete.Add(old);
                else surge++;
            }
            else if (!run)
            {
                Delete.Add(old);
            }
            else if (!IsAvailable(old))
            {
                Create.Add(node);
            }
            else
            {
                candidates.Add(node);
            }
        }

        Create.AddRange(candidates.Take(Math.Max(0, _maxSurge - surge)));
    }

    /// <summary>Counts for the status.</summary>
    public DaemonSetStatus Status(int collisions)
    {
        var status = new DaemonSetStatus { ObservedGeneration = _set.Metadata.Generation, CollisionCount = collisions == 0 ? _set.Status.CollisionCount : collisions, Conditions = _set.Status.Conditions };
        foreach (var (node, (run, _)) in _fit)
        {
            var pods = _byNode.GetValueOrDefault(node) ?? [];
            if (!run)
            {
                if (pods.Count > 0) status.NumberMisscheduled++;
                continue;
            }

            status.DesiredNumberScheduled++;
            if (pods.Count == 0) continue;
            status.CurrentNumberScheduled++;
            var pod = pods.OrderByDescending(static p => p.Metadata.DeletionTimestamp is null).ThenByDescending(static p => p.IsReady()).ThenByDescending(static p => p.Metadata.CreationTimestamp).First();
            if (pod.IsReady())
            {
                status.NumberReady++;
                var rest = pod.AvailableIn(_set.Spec.MinReadySeconds, _now);
                if (rest == TimeSpan.Zero) status.NumberAvailable++;
                else if (NextAvailable is null || rest < NextAvailable) NextAvailable = rest;
            }

            if (pods.Exists(IsNew)) status.UpdatedNumberScheduled++;
        }

        status.NumberUnavailable = status.DesiredNumberScheduled - status.NumberAvailable;
        return status;
    }

    private (Pod? New, Pod? Old) Pair(string node)
    {
        var pods = (_byNode.GetValueOrDefault(node) ?? []).FindAll(static p => p.Metadata.DeletionTimestamp is null);
        return (pods.Find(IsNew), pods.Find(p => !IsNew(p)));
    }

    private bool IsNew(Pod pod) => pod.Metadata.Labels?.GetValueOrDefault(AppsLabels.ControllerRevisionHash) == _hash;

    private bool IsAvailable(Pod pod) => pod.IsAvailable(_set.Spec.MinReadySeconds, _now);
}
