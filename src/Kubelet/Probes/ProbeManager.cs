using System.Collections.Concurrent;
using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Events;
using Tiphys.Kubelet.Pods;

namespace Tiphys.Kubelet.Probes;

/// <summary>Runs the probes of all containers and keeps what they find.</summary>
internal sealed class ProbeManager(IProber prober, IEventRecorder events, TimeProvider time) : IProbeResults
{
    private readonly ConcurrentDictionary<(string ContainerId, ProbeKind Kind), Running> _running = new();

    public bool? Startup(string containerId) => Get(containerId, ProbeKind.Startup);
    public bool? Readiness(string containerId) => Get(containerId, ProbeKind.Readiness);
    public bool? Liveness(string containerId) => Get(containerId, ProbeKind.Liveness);

    /// <summary>Starts what probes the pod's running containers lack, and stops those of containers that ended.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="runtime">What runs of it.</param>
    /// <param name="address">Where it is reached: its own address, or the node's.</param>
    /// <param name="isTerminating">Whether it is being stopped, when only readiness still matters.</param>
    /// <param name="changed">Called when an answer changes.</param>
    public void Sync(Pod pod, RuntimePod runtime, string address, bool isTerminating, Action changed)
    {
        var wanted = new HashSet<(string, ProbeKind)>();
        foreach (var (container, kind) in PodContainers.All(pod))
        {
            if (kind is ContainerKind.Init or ContainerKind.Ephemeral || runtime.Latest(container.Name) is not { State: RunState.Running } run) continue;
            var id = ContainerStatusBuilder.ContainerUri(run.Id);
            foreach (var (probeKind, probe) in Probes(container, isTerminating))
            {
                wanted.Add((id, probeKind));
                if (_running.ContainsKey((id, probeKind))) continue;
                var target = new ProbeTarget(pod, container, run.Id, address, run.StartedAt ?? time.GetUtcNow());
                var hadStarted = pod.Status.ContainerStatuses?.Find(s => s.ContainerID == id)?.Started is true;
                var worker = new ProbeWorker(
                    target, probeKind, probe, prober,
                    () => container.StartupProbe is null || (Startup(id) ?? hadStarted), events, time, changed);
                var cancel = new CancellationTokenSource();
                _running[(id, probeKind)] = new Running(worker, pod.Metadata.Uid, cancel);
                _ = Task.Run(() => worker.RunAsync(cancel.Token), CancellationToken.None);
            }
        }
        foreach (var (key, running) in _running.Where(r => r.Value.PodUid == pod.Metadata.Uid && !wanted.Contains(r.Key))) Stop(key, running);
    }

    /// <summary>Stops all probes of a pod.</summary>
    public void Forget(string podUid)
    {
        foreach (var (key, running) in _running.Where(r => r.Value.PodUid == podUid)) Stop(key, running);
    }

    private static IEnumerable<(ProbeKind, Probe)> Probes(Container container, bool isTerminating)
    {
        if (container.ReadinessProbe is { } readiness) yield return (ProbeKind.Readiness, readiness);
        if (isTerminating) yield break;
        if (container.StartupProbe is { } startup) yield return (ProbeKind.Startup, startup);
        if (container.LivenessProbe is { } liveness) yield return (ProbeKind.Liveness, liveness);
    }

    private bool? Get(string containerId, ProbeKind kind) => _running.TryGetValue((containerId, kind), out var running) ? running.Worker.Result : null;

    private void Stop((string, ProbeKind) key, Running running)
    {
        if (!_running.TryRemove(key, out _)) return;
        running.Cancel.Cancel();
        running.Cancel.Dispose();
    }

    private sealed record Running(ProbeWorker Worker, string PodUid, CancellationTokenSource Cancel);
}
