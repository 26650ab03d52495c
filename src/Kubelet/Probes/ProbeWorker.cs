using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Events;

namespace Tiphys.Kubelet.Probes;

/// <summary>What a probe is for.</summary>
internal enum ProbeKind
{
    Startup,
    Liveness,
    Readiness,
}

/// <summary>One container to be probed.</summary>
internal sealed record ProbeTarget(Pod Pod, Container Container, string ContainerId, string PodAddress, DateTimeOffset StartedAt);

/// <summary>Probes one container in one respect, again and again, and tells when the answer changes.</summary>
internal sealed class ProbeWorker(
    ProbeTarget target, ProbeKind kind, Probe probe, IProber prober, Func<bool> hasStarted, IEventRecorder events, TimeProvider time, Action changed)
{
    private const int Attempts = 3;
    private bool? _last;
    private int _run;

    /// <summary>The answer after enough equal outcomes; null before the first.</summary>
    public bool? Result { get; private set; }

    /// <summary>Probes until cancelled, or until a verdict that only a restart can change.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            var firstAt = target.StartedAt + TimeSpan.FromSeconds(probe.InitialDelaySeconds);
            if (firstAt > time.GetUtcNow()) await Task.Delay(firstAt - time.GetUtcNow(), time, cancel).ConfigureAwait(false);
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(Math.Max(1, probe.PeriodSeconds)), time);
            do
            {
                // Until it has started a container is asked nothing else; once it has, never whether it has again.
                if (kind != ProbeKind.Startup && !hasStarted()) continue;
                await ProbeOnceAsync(cancel).ConfigureAwait(false);
                if (kind == ProbeKind.Startup && Result is not null) return;
                if (kind == ProbeKind.Liveness && Result is false) return;
            }
            while (await timer.WaitForNextTickAsync(cancel).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The container ended.
        }
    }

    internal async Task ProbeOnceAsync(CancellationToken cancel)
    {
        ProbeOutcome outcome = default;
        for (var i = 0; i < Attempts; i++)
        {
            outcome = await prober.ProbeAsync(probe, target.Container, target.ContainerId, target.PodAddress, cancel).ConfigureAwait(false);
            if (outcome.Success is not null) break;
        }
        if (outcome.Success is null)
            events.Warning(target.Pod, target.Container.Name, "Unhealthy", $"{kind} probe errored and resulted in unknown state: {outcome.Output}");
        else if (outcome.Success is false)
            events.Warning(target.Pod, target.Container.Name, "Unhealthy", $"{kind} probe failed: {outcome.Output}");
        if (outcome.Success is { } success) Count(success);
    }

    private void Count(bool success)
    {
        _run = _last == success ? _run + 1 : 1;
        _last = success;
        var threshold = success ? Math.Max(1, probe.SuccessThreshold) : Math.Max(1, probe.FailureThreshold);
        if (_run < threshold || Result == success) return;
        Result = success;
        changed();
    }
}
