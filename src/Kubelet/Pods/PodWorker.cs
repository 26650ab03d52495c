using Microsoft.Extensions.Logging;
using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Containers;
using Tiphys.Grpc;
using Tiphys.Kubelet.Events;
using Tiphys.Kubelet.Images;
using Tiphys.Kubelet.Volumes;

namespace Tiphys.Kubelet.Pods;

/// <summary>Where a pod stands with the kubelet. It only ever moves forward.</summary>
internal enum PodStage
{
    /// <summary>Its containers are kept as the spec wants them.</summary>
    Running,

    /// <summary>They are being stopped for good.</summary>
    Terminating,

    /// <summary>They are stopped; what is left are traces.</summary>
    Terminated,

    /// <summary>Nothing is left.</summary>
    Gone,
}

/// <summary>
/// Looks after one pod: again and again it compares what should be with what is and takes the next step. Everything that may
/// change either (the API, the runtime, a probe, the clock) only wakes it up.
/// </summary>
internal sealed partial class PodWorker : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private readonly PodServices _services;
    private readonly PodStarter _starter;
    private readonly PodStopper _stopper;
    private readonly PodResizer _resizer;
    private readonly PodStatusWriter _writer;
    private readonly Func<Pod, Action, PodVerdict?> _admit;
    private readonly Action<RuntimePod> _observed;
    private readonly ILogger _logger;
    private readonly WakeSignal _wake;
    private readonly StartFailures _failures = new();
    private readonly Lock _lock = new();
    private CancellationTokenSource _step = new();
    private Pod _pod;
    private bool _removed;
    private PodVerdict? _verdict;
    private PodStatus? _status;
    private bool _cleaned;
    private int _troubles;

    public PodWorker(Pod pod, PodServices services, Func<Pod, Action, PodVerdict?> admit, Action<RuntimePod> observed)
    {
        _pod = pod;
        _services = services;
        _admit = admit;
        _observed = observed;
        _starter = new PodStarter(services);
        _stopper = new PodStopper(services);
        _resizer = new PodResizer(services, p => admit(p, static () => { }));
        _logger = services.Loggers.CreateLogger<PodWorker>();
        _wake = new WakeSignal(services.Time);
        _writer = new PodStatusWriter(services.Client, services.Time, _logger);
    }

    /// <summary>The newest state of the pod's object.</summary>
    public Pod Pod => _pod;

    /// <summary>The status last computed.</summary>
    public PodStatus Status => _status ?? _pod.Status;

    public PodStage Stage { get; private set; }

    /// <summary>Whether the pod has its place on the node; before that it counts for nothing.</summary>
    public bool IsAdmitted { get; private set; }

    /// <summary>Has the worker look at the pod soon.</summary>
    public void Wake() => _wake.Wake();

    /// <summary>Takes over a newer state of the pod's object.</summary>
    public void Update(Pod pod)
    {
        var before = _pod;
        _pod = pod;
        _writer.Observe(pod);
        // A start in progress is pointless once the pod is to go, and so is waiting out a grace period that was cut short.
        if (pod.Metadata.DeletionTimestamp is not null &&
            (before.Metadata.DeletionTimestamp is null || pod.Metadata.DeletionGracePeriodSeconds < before.Metadata.DeletionGracePeriodSeconds))
            Interrupt();
        Wake();
    }

    /// <summary>Hears that the pod's object is gone.</summary>
    public void Remove()
    {
        _removed = true;
        if (Stage == PodStage.Running) Interrupt();
        Wake();
    }

    /// <summary>Fails the pod, as evictions do.</summary>
    public void Evict(PodVerdict verdict)
    {
        _verdict = verdict;
        Interrupt();
        Wake();
    }

    /// <summary>Works until nothing is left of the pod.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (Stage != PodStage.Gone && !cancel.IsCancellationRequested)
        {
            TimeSpan pause;
            try
            {
                CancellationTokenSource step;
                lock (_lock)
                {
                    if (_step.IsCancellationRequested)
                    {
                        _step.Dispose();
                        _step = new CancellationTokenSource();
                    }
                    step = CancellationTokenSource.CreateLinkedTokenSource(cancel, _step.Token);
                }
                using (step) pause = await StepAsync(step.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                continue;
            }
            catch (Exception e)
            {
                LogStepFailed(_logger, e, PodNames.Format(_pod));
                pause = NextPause();
            }
            await _wake.WaitAsync(pause, cancel).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _writer.Dispose();
        _wake.Dispose();
        _step.Dispose();
    }

    private Task<TimeSpan> StepAsync(CancellationToken cancel)
    {
        if (Stage == PodStage.Running && (_removed || _verdict is not null || _pod.Metadata.DeletionTimestamp is not null))
            Stage = PodStage.Terminating;
        return Stage switch
        {
            PodStage.Running => SyncAsync(cancel),
            PodStage.Terminating => TerminateAsync(cancel),
            _ => FinishAsync(cancel),
        };
    }

    /// <summary>Takes the next step towards what the spec wants; returns when to look again.</summary>
    private async Task<TimeSpan> SyncAsync(CancellationToken cancel)
    {
        var pod = _pod;
        var runtime = await ReadAsync(cancel).ConfigureAwait(false);
        if (!IsAdmitted && !Admit(pod, runtime)) return TimeSpan.Zero;
        _services.Probes.Sync(pod, runtime, Address(pod, runtime), isTerminating: false, Wake);
        _resizer.Observe(pod, runtime);
        var status = Publish(runtime, isTerminal: false);
        if (PodStatusBuilder.IsFinal(status.Phase))
        {
            Stage = PodStage.Terminating;
            return TimeSpan.Zero;
        }
        if (DeadlineIn(pod, status) is { } left && left <= TimeSpan.Zero)
        {
            _verdict = new PodVerdict("DeadlineExceeded", "Pod was active on the node longer than the specified deadline");
            _services.Events.Normal(pod, "DeadlineExceeded", _verdict.Message);
            return TimeSpan.Zero;
        }

        var plan = PodPlan.Compute(pod, runtime, _services.Probes);
        var resizes = _resizer.Version;
        if (!plan.KillPod) plan.Restart(await _resizer.ApplyAsync(pod, runtime, cancel).ConfigureAwait(false));
        if (_resizer.Version != resizes) Publish(runtime, isTerminal: false);
        if (plan.IsEmpty)
        {
            _troubles = 0;
            await _stopper.PruneAsync(runtime, cancel).ConfigureAwait(false);
            await RefreshVolumesAsync(pod, runtime, cancel).ConfigureAwait(false);
            return Shorter(DeadlineIn(pod, status), _services.Options.SyncFrequency);
        }
        if (plan.KillPod && !plan.CreateSandbox)
        {
            await _stopper.StopAsync(pod, runtime, ContainerKiller.Grace(pod), cancel).ConfigureAwait(false);
            return runtime.IsActive ? TimeSpan.Zero : NextPause();
        }
        return await ActAsync(pod, runtime, plan, cancel).ConfigureAwait(false);
    }

    private async Task<TimeSpan> ActAsync(Pod pod, RuntimePod runtime, PodPlan plan, CancellationToken cancel)
    {
        if (!pod.Spec.HostNetwork && _services.NetworkNotReady() is { } reason)
        {
            _services.Events.Warning(pod, "NetworkNotReady", $"network is not ready: {reason}");
            return TimeSpan.FromSeconds(1);
        }
        Directory.CreateDirectory(_services.Directories.Pod(pod.Metadata.Uid));
        try
        {
            _services.Cgroups?.Ensure(pod);
        }
        catch (IOException e)
        {
            _services.Events.Warning(pod, "FailedCreatePodContainer", $"unable to ensure pod container exists: {e.Message}");
            return NextPause();
        }
        IReadOnlyDictionary<string, ReadyVolume> volumes;
        try
        {
            volumes = await _services.Volumes.SetUpAsync(_starter.Facts(pod, runtime.Addresses), cancel).ConfigureAwait(false);
            _volumesDue = _services.Time.GetUtcNow() + _services.Options.SyncFrequency;
        }
        catch (VolumeException e)
        {
            _services.Events.Warning(pod, "FailedMount", e.Message);
            return NextPause();
        }

        if (plan.KillPod && runtime.Sandboxes.Count > 0)
        {
            _services.Events.Normal(pod, "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
            await _stopper.StopAsync(pod, runtime, ContainerKiller.Grace(pod), cancel).ConfigureAwait(false);
        }
        await Task.WhenAll(plan.Kills.Select(kill => _services.Killer.KillAsync(
            pod, kill.Spec, kill.Run.Id, kill.Message, ContainerKiller.Grace(pod, kill.Spec, kill.Reason), Address(pod, runtime), null, cancel))).ConfigureAwait(false);
        if (plan.Kills.Count > 0)
        {
            runtime = await ReadAsync(cancel).ConfigureAwait(false);
            Publish(runtime, isTerminal: false);
        }
        if (plan.CreateSandbox)
        {
            try
            {
                await _starter.CreateSandboxAsync(pod, plan.Attempt, cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is GrpcException or ContainerConfigException or IOException or Client.ApiException)
            {
                return NextPause();
            }
            runtime = await ReadAsync(cancel).ConfigureAwait(false);
            Publish(runtime, isTerminal: false);
        }
        if (runtime.Sandboxes.FirstOrDefault() is not { IsReady: true } sandbox) return NextPause();
        return await StartAllAsync(pod, runtime, plan, sandbox, volumes, cancel).ConfigureAwait(false);
    }

    private async Task<TimeSpan> StartAllAsync(
        Pod pod, RuntimePod runtime, PodPlan plan, RuntimeSandbox sandbox, IReadOnlyDictionary<string, ReadyVolume> volumes, CancellationToken cancel)
    {
        var started = false;
        var anyUnknown = false;
        DateTimeOffset? retryAt = null;
        foreach (var (container, kind) in plan.Starts)
        {
            try
            {
                await _starter.StartAsync(pod, runtime, container, sandbox, volumes, cancel).ConfigureAwait(false);
                _failures.Clear(container.Name);
                started = true;
            }
            catch (StartFailedException e)
            {
                LogStartFailed(_logger, container.Name, PodNames.Format(pod), e.Reason, e.Message);
                _failures.Set(container.Name, new StartFailure(e.Reason, e.Message));
                if (e.RetryAt is { } at) retryAt = retryAt is null || at < retryAt ? at : retryAt;
                else anyUnknown = true;
                // The containers after an init container wait for it.
                if (kind == ContainerKind.Init) break;
            }
        }
        if (started) return TimeSpan.Zero;
        Publish(await ReadAsync(cancel).ConfigureAwait(false), isTerminal: false);
        var pause = anyUnknown ? NextPause() : _services.Options.SyncFrequency;
        return retryAt is { } when ? Shorter(when - _services.Time.GetUtcNow(), pause) : pause;
    }

    private bool Admit(Pod pod, RuntimePod runtime)
    {
        // What already ran here was admitted by an earlier life of ours.
        var verdict = runtime.Sandboxes.Count > 0 || PodStatusBuilder.IsFinal(pod.Status.Phase) ? null : _admit(pod, () => IsAdmitted = true);
        if (verdict is null)
        {
            IsAdmitted = true;
            return true;
        }
        _services.Events.Warning(pod, verdict.Reason, verdict.Message);
        _verdict = verdict;
        return false;
    }

    private async Task<RuntimePod> ReadAsync(CancellationToken cancel)
    {
        var meta = _pod.Metadata;
        var runtime = await _services.Reader.ReadAsync(meta.Uid, meta.Namespace, meta.Name, cancel).ConfigureAwait(false);
        _observed(runtime);
        return runtime;
    }

    private PodStatus Publish(RuntimePod runtime, bool isTerminal)
    {
        var pod = _pod;
        _status = PodStatusBuilder.Build(
            new PodObservation
            {
                Pod = pod,
                Runtime = runtime,
                Previous = Status,
                Failures = _failures,
                Probes = _services.Probes,
                IsTerminal = isTerminal,
                HostAddresses = _services.HostAddresses(),
                Actuated = _resizer.Actuated,
                ResizePending = _resizer.Pending,
                Verdict = _verdict,
            },
            _services.Time.GetUtcNow());
        if (!_removed) _writer.Write(pod, _status);
        return _status;
    }

    private string Address(Pod pod, RuntimePod runtime) => (pod.Spec.HostNetwork ? _services.HostAddresses() : runtime.Addresses).FirstOrDefault() ?? "";

    private TimeSpan? DeadlineIn(Pod pod, PodStatus status) =>
        pod.Spec.ActiveDeadlineSeconds is { } seconds && status.StartTime is { } start
            ? start.AddSeconds(seconds) - _services.Time.GetUtcNow()
            : null;

    private TimeSpan NextPause()
    {
        var pause = TimeSpan.FromMilliseconds(500 * Math.Pow(2, Math.Min(_troubles++, 8)));
        return pause < LongestPause ? pause : LongestPause;
    }

    private static TimeSpan Shorter(TimeSpan? a, TimeSpan b) => a is { } value && value < b ? (value > TimeSpan.Zero ? value : TimeSpan.Zero) : b;

    private void Interrupt()
    {
        lock (_lock) _step.Cancel();
    }

    [LoggerMessage(1, LogLevel.Error, "Pod {Pod}: a step failed; trying again")]
    private static partial void LogStepFailed(ILogger logger, Exception error, string pod);

    [LoggerMessage(2, LogLevel.Information, "Container {Container} of pod {Pod} does not run: {Reason}: {Detail}")]
    private static partial void LogStartFailed(ILogger logger, string container, string pod, string reason, string detail);
}
