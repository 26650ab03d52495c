using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Api.Storage.V1;
using Tiphys.Client;

namespace Tiphys.Scheduler;

/// <summary>One term of scheduling: informers, the loop that places one pod after the other, and bindings beside it.</summary>
internal sealed partial class PodScheduler
{
    private readonly SchedulerOptions _options;
    private readonly KubernetesClient _client;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly InformerFactory _informers;
    private readonly IInformer<Pod> _pods;
    private readonly IInformer<Node> _nodes;
    private readonly IInformer<Namespace> _namespaces;
    private readonly IInformer<PersistentVolumeClaim> _claims;
    private readonly IInformer<PersistentVolume> _volumes;
    private readonly IInformer<StorageClass> _classes;
    private readonly ClusterState _cluster = new();
    private readonly SchedulingQueue _queue;
    private readonly SchedulingAlgorithm _algorithm;
    private readonly InformedVolumes _volumeView;
    private readonly VolumePlanner _planner;
    private readonly VolumeBinder _binder;
    private readonly Preemptor _preemptor;
    private readonly EventSeriesRecorder _events;
    private readonly SemaphoreSlim _bindings;

    public PodScheduler(SchedulerOptions options, KubernetesClient client, TimeProvider time, ILoggerFactory loggers, ILogger logger)
    {
        _options = options;
        _client = client;
        _time = time;
        _logger = logger;
        _informers = new InformerFactory(client, time, loggers);

        // Pods that have ended take no room; most of a cluster's history never reaches the scheduler.
        _pods = _informers.For<Pod>(query: new ListQuery { FieldSelector = "status.phase!=Succeeded,status.phase!=Failed" });
        _nodes = _informers.For<Node>();
        _namespaces = _informers.For<Namespace>();
        _claims = _informers.For<PersistentVolumeClaim>();
        _volumes = _informers.For<PersistentVolume>();
        _classes = _informers.For<StorageClass>();
        _queue = new SchedulingQueue(time);
        _volumeView = new InformedVolumes(_claims, _volumes, _classes);
        _planner = new VolumePlanner(_volumeView);
        _binder = new VolumeBinder(client, time, _claims);
        _algorithm = new SchedulingAlgorithm(options.PercentageOfNodesToScore, _volumeView, _planner);
        _preemptor = new Preemptor(_algorithm);
        _events = new EventSeriesRecorder(client, options.SchedulerName, time, logger);
        _bindings = new SemaphoreSlim(options.ParallelBindings);
        _nodes.On(added: OnNode, updated: OnNode, deleted: node => _cluster.RemoveNode(node.Metadata.Name));
        _pods.On(added: pod => OnPod(null, pod), updated: OnPod, deleted: OnPodGone);
        _claims.OnChange(_ => _queue.Move());
        _volumes.OnChange(_ => _queue.Move());
        _classes.OnChange(_ => _queue.Move());
    }

    /// <summary>Schedules until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        Task[] beside = [_informers.RunAsync(cancel), _events.RunAsync(cancel)];
        try
        {
            await Task.WhenAll(
                _nodes.WaitForSyncAsync(cancel), _pods.WaitForSyncAsync(cancel), _namespaces.WaitForSyncAsync(cancel),
                _claims.WaitForSyncAsync(cancel), _volumes.WaitForSyncAsync(cancel), _classes.WaitForSyncAsync(cancel));
            while (!cancel.IsCancellationRequested) await ScheduleOneAsync(await _queue.TakeAsync(cancel), cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // asked to stop
        }
        finally
        {
            _queue.Dispose();
            await Task.WhenAll(beside).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void OnNode(Node node)
    {
        _cluster.SetNode(node);
        _queue.Move();
    }

    private void OnNode(Node before, Node after)
    {
        _cluster.SetNode(after);

        // Heartbeats change nothing that a waiting pod waits for.
        var matters = before.Spec.Unschedulable != after.Spec.Unschedulable
            || !ApiJson.Same(new Node { Spec = before.Spec }, new Node { Spec = after.Spec })
            || !ApiJson.Same(new ResourceRequirements { Limits = before.Status.Allocatable }, new ResourceRequirements { Limits = after.Status.Allocatable })
            || !ApiJson.Same(new LabelSelector { MatchLabels = before.Metadata.Labels }, new LabelSelector { MatchLabels = after.Metadata.Labels });
        if (matters) _queue.Move();
    }

    private void OnPod(Pod? before, Pod pod)
    {
        var info = new PodInfo(pod);
        if (pod.Spec.NodeName.Length > 0)
        {
            _queue.Remove(info.Uid);
            _cluster.AddPod(info, pod.Spec.NodeName);

            // A pod that appears may be the one another pod wants to be near.
            if (before is null || before.Spec.NodeName.Length == 0)
                if (_cluster.PodsWithAffinity > 0) _queue.Move();
            return;
        }

        if (pod.Spec.SchedulerName != _options.SchedulerName || pod.Metadata.DeletionTimestamp is not null || pod.Spec.SchedulingGates is { Count: > 0 })
        {
            _queue.Remove(info.Uid);
            Forget(info.Uid);
            return;
        }

        // Our own status writes must not count as a reason to try again.
        FollowPromise(before, info);
        var mayHelp = before is not null && (before.Metadata.Generation != pod.Metadata.Generation || !ApiJson.Same(before.Spec, pod.Spec));
        _queue.Put(info, mayHelp);
    }

    /// <summary>
    /// What the API says of a promise counts, once it says something: our own is known here before it is written, and a scheduler
    /// that starts finds those of the last one.
    /// </summary>
    private void FollowPromise(Pod? before, PodInfo info)
    {
        var (was, now) = (before?.Status.NominatedNodeName ?? "", info.Pod.Status.NominatedNodeName ?? "");
        lock (_cluster.Lock)
        {
            if (now.Length > 0) _cluster.Nominations.Set(info, now);
            else if (was.Length > 0) _cluster.Nominations.Remove(info.Uid);
            else if (_cluster.Nominations.NodeOf(info.Uid) is { } node) _cluster.Nominations.Set(info, node);
        }
    }

    /// <summary>A pod that no longer waits for room leaves it to others.</summary>
    private void Forget(string uid)
    {
        bool promised;
        lock (_cluster.Lock)
        {
            promised = _cluster.Nominations.NodeOf(uid) is not null;
            _cluster.Nominations.Remove(uid);
        }

        if (promised) _queue.Move();
    }

    private void OnPodGone(Pod pod)
    {
        _queue.Remove(pod.Metadata.Uid);
        _cluster.RemovePod(pod.Metadata.Uid);
        Forget(pod.Metadata.Uid);
        if (pod.Spec.NodeName.Length > 0) _queue.Move();
    }

    private async Task ScheduleOneAsync(QueuedPod queued, CancellationToken cancel)
    {
        var pod = queued.Pod;
        Placement placement;
        PreemptionOutcome? preemption = null;
        IReadOnlyList<PodInfo> less = [];
        VolumePlan? volumes = null;
        int nodes;
        lock (_cluster.Lock)
        {
            var context = new SchedulingContext(pod, _cluster, NamespaceLabels);
            nodes = _cluster.Nodes.Length;
            placement = _algorithm.Place(context);
            if (placement.Node is { } node)
            {
                volumes = PlanVolumes(context, node.Node!);
                _cluster.AddPod(pod, node.Name); // assumed, until the watch confirms it
            }
            else if (nodes > 0) preemption = _preemptor.Find(context, placement);
            if (preemption?.Node is { } room && queued.State != PodState.Gone) less = Promise(pod, room);
            else if (placement.Node is null && preemption is not { KeepsPromise: true }) _cluster.Nominations.Remove(pod.Uid);
        }

        if (placement.Node is { } chosen)
        {
            // One that first waits for volumes, for minutes perhaps, must not keep others from being bound.
            if (volumes is null) await _bindings.WaitAsync(cancel);
            _ = BindAsync(queued, pod, chosen.Name, volumes, cancel);
            return;
        }

        await FailAsync(queued, placement.Describe(nodes) + (preemption is { Message.Length: > 0 } ? " " + preemption.Message : ""), preemption, cancel);
        foreach (var other in less) await ClearPromiseAsync(other.Pod, cancel);
        if (less.Count > 0) _queue.Move();
    }

    /// <summary>What is to be done with a pod's claims on its node; null for nothing.</summary>
    private VolumePlan? PlanVolumes(SchedulingContext context, Node node)
    {
        if (!PodClaims.Has(context.Pod.Pod) || _planner.Plan(PodClaims.Of(context, _volumeView), node, out _) is not { IsEmpty: false } plan) return null;
        _planner.Promise(plan);
        return plan;
    }

    /// <summary>Holds room for a pod from now on. Less important ones that were promised some on the node are told to look elsewhere.</summary>
    private List<PodInfo> Promise(PodInfo pod, string node)
    {
        var less = _cluster.Nominations.On(node).Where(p => p.Priority < pod.Priority).ToList();
        foreach (var other in less) _cluster.Nominations.Remove(other.Uid);
        _cluster.Nominations.Set(pod, node);
        return less;
    }

    private async Task ClearPromiseAsync(Pod pod, CancellationToken cancel)
    {
        try
        {
            await _client.Resource<Pod>().PatchAsync(pod.Metadata.Namespace, pod.Metadata.Name, PatchType.StrategicMerge, """{"status":{"nominatedNodeName":null}}""", "status", cancel);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            if (e is not ApiException { IsNotFound: true }) LogStatusFailed(_logger, e, pod.Metadata.Name);
        }
    }

    private IReadOnlyDictionary<string, string>? NamespaceLabels(string ns) => _namespaces.Get("", ns)?.Metadata.Labels;

    private async Task BindAsync(QueuedPod queued, PodInfo pod, string node, VolumePlan? volumes, CancellationToken cancel)
    {
        var counts = volumes is null;
        try
        {
            if (volumes is not null)
            {
                await _binder.BindAsync(volumes, cancel);
                await _bindings.WaitAsync(cancel);
                counts = true;
            }

            var binding = new Binding
            {
                Metadata = new() { Name = pod.Key.Name, Namespace = pod.Key.Namespace, Uid = pod.Uid },
                Target = new() { Kind = "Node", Name = node },
            };
            await _client.Resource<Pod>().PostAsync<Status>(pod.Key.Namespace, pod.Key.Name, "binding", binding, cancel);
            _events.Record(pod.Pod, null, EventType.Normal, "Scheduled", "Binding", $"Successfully assigned {pod.Key} to {node}");
        }
        catch (Exception e) when (e is VolumeBindingException or ApiException or HttpRequestException or IOException or OperationCanceledException)
        {
            _cluster.RemovePod(pod.Uid);
            if (cancel.IsCancellationRequested) return;
            if (e is ApiException { IsNotFound: true }) _queue.Remove(pod.Uid);
            else
            {
                if (e is VolumeBindingException) _events.Record(pod.Pod, null, EventType.Warning, "FailedScheduling", "Scheduling", $"running PreBind plugin \"VolumeBinding\": {e.Message}");
                else LogBindingFailed(_logger, e, pod.Key.ToString(), node);
                if (queued.State != PodState.Gone) FollowPromise(null, pod);
                _queue.Retry(queued);
            }
        }
        finally
        {
            if (counts) _bindings.Release();
            if (volumes is not null)
                lock (_cluster.Lock) _planner.Release(volumes);
        }
    }

    private async Task FailAsync(QueuedPod queued, string message, PreemptionOutcome? preemption, CancellationToken cancel)
    {
        var pod = queued.Pod;
        _events.Record(pod.Pod, null, EventType.Warning, "FailedScheduling", "Scheduling", Shortened(message));
        try
        {
            if (preemption?.Node is { } node) await PreemptAsync(pod, node, preemption.Victims, cancel);
            var lost = preemption is not { KeepsPromise: true } && preemption?.Node is null && pod.Pod.Status.NominatedNodeName is { Length: > 0 };
            await TellAsync(pod.Pod, message, lost ? "" : preemption?.Node, cancel);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            if (e is not ApiException { IsNotFound: true }) LogStatusFailed(_logger, e, pod.Key.ToString());
        }

        _queue.Unschedulable(queued);
    }

    private async Task PreemptAsync(PodInfo pod, string node, IReadOnlyList<PodInfo> victims, CancellationToken cancel)
    {
        foreach (var victim in victims)
        {
            var now = _time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
            var why = $"{_options.SchedulerName}: preempting to accommodate a higher priority pod";
            await PatchConditionAsync(victim.Pod, $"{{\"type\":\"DisruptionTarget\",\"status\":\"True\",\"reason\":\"PreemptionByScheduler\",\"message\":{Quote(why)},\"lastTransitionTime\":\"{now}\"}}", null, cancel);
            await _client.Resource<Pod>().DeleteAsync(victim.Key.Namespace, victim.Key.Name, new DeleteOptions { Preconditions = new() { Uid = victim.Uid } }, cancel);
            _events.Record(victim.Pod, pod.Pod, EventType.Normal, "Preempted", "Preempting", $"Preempted by pod {pod.Uid} on node {node}");
        }
    }

    private Task TellAsync(Pod pod, string message, string? nominated, CancellationToken cancel)
    {
        var before = pod.Status.Conditions?.Find(static c => c.Type == "PodScheduled");
        if (before is { Status: "False", Reason: "Unschedulable" } && before.Message == message && nominated is null) return Task.CompletedTask;
        var since = before is { Status: "False" } ? before.LastTransitionTime ?? _time.GetUtcNow() : _time.GetUtcNow();
        var condition = $"{{\"type\":\"PodScheduled\",\"status\":\"False\",\"reason\":\"Unschedulable\",\"message\":{Quote(message)},\"observedGeneration\":{pod.Metadata.Generation.ToString(CultureInfo.InvariantCulture)},"
            + $"\"lastProbeTime\":null,\"lastTransitionTime\":\"{since.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}\"}}";
        return PatchConditionAsync(pod, condition, nominated, cancel);
    }

    private Task PatchConditionAsync(Pod pod, string condition, string? nominated, CancellationToken cancel)
    {
        var more = nominated switch
        {
            null => "",
            "" => ",\"nominatedNodeName\":null",
            _ => $",\"nominatedNodeName\":{Quote(nominated)}",
        };
        return _client.Resource<Pod>().PatchAsync(pod.Metadata.Namespace, pod.Metadata.Name, PatchType.StrategicMerge, $"{{\"status\":{{\"conditions\":[{condition}]{more}}}}}", "status", cancel);
    }

    /// <summary>The note of an event may have so many bytes; what names many nodes has more.</summary>
    private static string Shortened(string message)
    {
        const int most = 1024;
        const string cut = " ...";
        return message.Length <= most ? message : message[..(most - cut.Length)] + cut;
    }

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    [LoggerMessage(Level = LogLevel.Warning, Message = "binding {Pod} to {Node} failed; it is scheduled again")]
    private static partial void LogBindingFailed(ILogger logger, Exception error, string pod, string node);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the status of {Pod} could not be written")]
    private static partial void LogStatusFailed(ILogger logger, Exception error, string pod);
}
