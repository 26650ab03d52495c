using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Kubelet.Containerd;
using Tiphys.Grpc;
using Tiphys.Kubelet.Cri.V1;

namespace Tiphys.Kubelet.Pods;

/// <summary>Gives every pod of the node a worker, and wakes the right one when the runtime has news.</summary>
internal sealed partial class PodManager(PodServices services, ContainerdEvents? runtimeEvents, ILogger<PodManager> logger) : IInformerHandler<Pod>
{
    private static readonly TimeSpan RelistWithEvents = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RelistWithout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Housekeeping = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, PodWorker> _workers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _owners = new(StringComparer.Ordinal);
    private readonly Lock _admitting = new();
    private readonly PodAdmission _admission = new(services);
    private Dictionary<string, string> _states = new(StringComparer.Ordinal);
    private volatile bool _eventsWork;
    private CancellationToken _cancel;

    /// <summary>The pods that are here, with the status last computed for each.</summary>
    public IReadOnlyList<(Pod Pod, PodStatus Status, PodStage Stage)> Pods => [.. _workers.Values.Select(w => (w.Pod, w.Status, w.Stage))];

    /// <summary>The worker of the pod of that name, or null.</summary>
    public PodWorker? Find(string podNamespace, string name) =>
        _workers.Values.FirstOrDefault(w => w.Pod.Metadata.Name == name && w.Pod.Metadata.Namespace == podNamespace && w.Stage != PodStage.Gone);

    /// <summary>The worker of the pod of that uid, or null.</summary>
    public PodWorker? Get(string uid) => _workers.GetValueOrDefault(uid);

    /// <summary>The newest run of a container, if it runs.</summary>
    public async Task<RuntimeContainer?> ContainerAsync(string uid, string container, CancellationToken cancel)
    {
        if (Get(uid)?.Pod.Metadata is not { } meta) return null;
        var runtime = await services.Reader.ReadAsync(uid, meta.Namespace, meta.Name, cancel).ConfigureAwait(false);
        return runtime.Latest(container) is { State: RunState.Running } run ? run : null;
    }

    /// <summary>The id of the pod's sandbox, if it is ready.</summary>
    public async Task<string?> SandboxAsync(string uid, CancellationToken cancel)
    {
        if (Get(uid)?.Pod.Metadata is not { } meta) return null;
        var runtime = await services.Reader.ReadAsync(uid, meta.Namespace, meta.Name, cancel).ConfigureAwait(false);
        return runtime.Sandboxes.FirstOrDefault(s => s.IsReady)?.Id;
    }

    public void OnAdded(Pod item) => Assign(item);

    public void OnUpdated(Pod before, Pod after)
    {
        // A pod of the same name but another uid is another pod.
        if (before.Metadata.Uid != after.Metadata.Uid) OnDeleted(before);
        Assign(after);
    }

    public void OnDeleted(Pod item)
    {
        if (_workers.TryGetValue(item.Metadata.Uid, out var worker)) worker.Remove();
    }

    /// <summary>Hears what the runtime does and keeps the node tidy, until cancelled.</summary>
    /// <param name="synced">Completes when the pods of the API are known; before that none may be taken for orphaned.</param>
    /// <param name="cancel">Ends the work. Pods go on running.</param>
    public async Task RunAsync(Task synced, CancellationToken cancel)
    {
        _cancel = cancel;
        await Task.WhenAll(WatchRuntimeAsync(cancel), RelistAsync(cancel), KeepHouseAsync(synced, cancel)).ConfigureAwait(false);
    }

    private void Assign(Pod pod)
    {
        var isNew = false;
        var worker = _workers.GetOrAdd(pod.Metadata.Uid, _ =>
        {
            isNew = true;
            return new PodWorker(pod, services, Admit, Track);
        });
        if (!isNew)
        {
            worker.Update(pod);
            return;
        }
        _ = Task.Run(() => LookAfterAsync(worker), CancellationToken.None);
        Balance();
    }

    // One at a time, or two pods could each be given the last room.
    private PodVerdict? Admit(Pod pod, Action admitted)
    {
        lock (_admitting)
        {
            var others = _workers.Values.Where(w => w.Pod.Metadata.Uid != pod.Metadata.Uid && w.Stage == PodStage.Running &&
                !PodStatusBuilder.IsFinal(w.Status.Phase) && (w.IsAdmitted || w.Pod.Status.StartTime is not null)).Select(w => w.Pod).ToList();
            if (_admission.Check(pod, others) is { } verdict) return verdict;
            admitted();
            return null;
        }
    }

    private async Task LookAfterAsync(PodWorker worker)
    {
        services.Watches.Follow(worker.Pod, worker.RefreshVolumes);
        try
        {
            await worker.RunAsync(_cancel).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogWorkerFailed(logger, e, PodNames.Format(worker.Pod));
        }
        services.Watches.Unfollow(worker.Pod);
        if (worker.Stage != PodStage.Gone) return;
        var uid = worker.Pod.Metadata.Uid;
        _workers.TryRemove(uid, out _);
        foreach (var (id, owner) in _owners)
        {
            if (owner == uid) _owners.TryRemove(id, out _);
        }
        worker.Dispose();
        Balance();
    }

    private void Balance()
    {
        try
        {
            services.Cgroups?.BalanceClasses(_workers.Values.Where(w => w.Stage == PodStage.Running).Select(w => w.Pod));
        }
        catch (IOException e)
        {
            LogBalanceFailed(logger, e);
        }
    }

    private void Track(RuntimePod runtime)
    {
        foreach (var sandbox in runtime.Sandboxes) _owners[sandbox.Id] = runtime.Uid;
        foreach (var container in runtime.Containers) _owners[container.Id] = runtime.Uid;
    }

    private async Task WatchRuntimeAsync(CancellationToken cancel)
    {
        while (runtimeEvents is not null && !cancel.IsCancellationRequested)
        {
            try
            {
                _eventsWork = true;
                await foreach (var id in runtimeEvents.WatchAsync(cancel).ConfigureAwait(false))
                {
                    if (_owners.TryGetValue(id, out var uid) && _workers.TryGetValue(uid, out var worker)) worker.Wake();
                }
            }
            catch (GrpcException e)
            {
                _eventsWork = false;
                if (e.Code == GrpcStatusCode.Unimplemented) return;
                LogEventsBroken(logger, e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(RelistWithout, services.Time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Events can be lost with the connection; what they told is also seen by looking.
    private async Task RelistAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var states = new Dictionary<string, string>(StringComparer.Ordinal);
                foreach (var sandbox in await services.Runtime.ListPodSandboxesAsync(null, cancel).ConfigureAwait(false))
                    Note(states, sandbox.Id, sandbox.State.ToString(), sandbox.Labels);
                foreach (var container in await services.Runtime.ListContainersAsync(null, cancel).ConfigureAwait(false))
                    Note(states, container.Id, container.State.ToString(), container.Labels);
                foreach (var id in _states.Keys.Where(id => !states.ContainsKey(id)))
                {
                    if (_owners.TryGetValue(id, out var uid) && _workers.TryGetValue(uid, out var worker)) worker.Wake();
                }
                _states = states;
                LastRelist = services.Time.GetUtcNow();
            }
            catch (GrpcException e)
            {
                LogRelistFailed(logger, e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(_eventsWork ? RelistWithEvents : RelistWithout, services.Time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>When the runtime last answered.</summary>
    public DateTimeOffset LastRelist { get; private set; }

    private void Note(Dictionary<string, string> states, string id, string state, Google.Protobuf.Collections.MapField<string, string> labels)
    {
        states[id] = state;
        if (_states.GetValueOrDefault(id) == state || !labels.TryGetValue(RuntimeLabels.PodUid, out var uid)) return;
        _owners[id] = uid;
        if (_workers.TryGetValue(uid, out var worker)) worker.Wake();
    }

    private async Task KeepHouseAsync(Task synced, CancellationToken cancel)
    {
        try
        {
            await synced.WaitAsync(cancel).ConfigureAwait(false);
            while (true)
            {
                try
                {
                    await AdoptOrphansAsync(cancel).ConfigureAwait(false);
                    RemoveLeftovers();
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogHousekeepingFailed(logger, e);
                }
                await Task.Delay(Housekeeping, services.Time, cancel).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The next life does the housekeeping.
        }
    }

    /// <summary>Pods that run but have no object any more get a worker that takes them down.</summary>
    private async Task AdoptOrphansAsync(CancellationToken cancel)
    {
        foreach (var (uid, podNamespace, name) in await services.Reader.ListPodsAsync(cancel).ConfigureAwait(false))
        {
            if (uid.Length == 0 || _workers.ContainsKey(uid)) continue;
            LogOrphan(logger, podNamespace, name, uid);
            var runtime = await services.Reader.ReadAsync(uid, podNamespace, name, cancel).ConfigureAwait(false);
            var grace = runtime.Containers.Select(c => c.Annotations.TryGetValue(RuntimeLabels.TerminationGracePeriod, out var text) &&
                long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var seconds) ? seconds : (long?)null).FirstOrDefault(g => g is not null);
            Assign(new Pod
            {
                Metadata = new ObjectMeta { Uid = uid, Namespace = podNamespace, Name = name },
                Spec = new PodSpec { TerminationGracePeriodSeconds = grace },
                Status = new PodStatus { QosClass = PodQosClass.BestEffort },
            });
            _workers[uid].Remove();
        }
    }

    // Only what lies in our directories is ours: other nodes on this machine have cgroups beside our pods'.
    private void RemoveLeftovers()
    {
        foreach (var uid in services.Directories.Uids().Where(u => !_workers.ContainsKey(u)))
        {
            if (services.Cgroups?.Remove(uid) is not false) services.Volumes.TearDown(uid);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The worker of pod {Pod} failed")]
    private static partial void LogWorkerFailed(ILogger logger, Exception error, string pod);

    [LoggerMessage(2, LogLevel.Warning, "The cgroups of the QoS classes were not adjusted")]
    private static partial void LogBalanceFailed(ILogger logger, Exception error);

    [LoggerMessage(3, LogLevel.Information, "The runtime's events broke off: {Reason}")]
    private static partial void LogEventsBroken(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Warning, "The runtime does not answer: {Reason}")]
    private static partial void LogRelistFailed(ILogger logger, string reason);

    [LoggerMessage(5, LogLevel.Warning, "Housekeeping failed")]
    private static partial void LogHousekeepingFailed(ILogger logger, Exception error);

    [LoggerMessage(6, LogLevel.Information, "Pod {Namespace}/{Name} ({Uid}) runs but is gone from the API; stopping it")]
    private static partial void LogOrphan(ILogger logger, string @namespace, string name, string uid);
}
