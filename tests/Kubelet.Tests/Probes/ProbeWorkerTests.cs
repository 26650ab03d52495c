using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Kubelet.Events;
using Tiphys.Kubelet.Probes;
using Tiphys.Kubelet.Tests.Harness;

namespace Tiphys.Kubelet.Tests.Probes;

public class ProbeWorkerTests
{
    private readonly ManualTime _time = new();
    private readonly Script _script = new();
    private int _changes;

    private ProbeWorker Worker(ProbeKind kind, Probe probe, Func<bool>? started = null) => new(
        new ProbeTarget(new Pod { Metadata = new ObjectMeta { Name = "p" } }, new Container { Name = "c" }, "id", "10.0.0.1", _time.GetUtcNow()),
        kind, probe, _script, started ?? (() => true), _script, _time, () => _changes++);

    [Fact]
    public async Task Thresholds_count_outcomes_in_a_row()
    {
        var worker = Worker(ProbeKind.Readiness, new Probe { FailureThreshold = 2, SuccessThreshold = 2 });
        foreach (var (outcome, expected) in new (bool, bool?)[] { (true, null), (true, true), (false, true), (true, true), (false, true), (false, false) })
        {
            _script.Next = new ProbeOutcome(outcome, "why");
            await worker.ProbeOnceAsync(TestContext.Current.CancellationToken);
            Assert.Equal(expected, worker.Result);
        }
        Assert.Equal(2, _changes);
        Assert.Contains("Unhealthy Readiness probe failed: why", _script.Events);
    }

    [Fact]
    public async Task The_first_probe_waits_for_the_initial_delay_and_the_rest_for_the_period()
    {
        using var cancel = new CancellationTokenSource();
        var running = Worker(ProbeKind.Liveness, new Probe { InitialDelaySeconds = 5, PeriodSeconds = 10, FailureThreshold = 3 }).RunAsync(cancel.Token);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(0, _script.Count);
        _time.Advance(TimeSpan.FromSeconds(1));
        await _script.WaitAsync(1);
        _time.Advance(TimeSpan.FromSeconds(10));
        await _script.WaitAsync(2);
        await cancel.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Liveness_is_not_asked_before_the_container_has_started()
    {
        var (started, asked) = (false, 0);
        using var cancel = new CancellationTokenSource();
        var running = Worker(ProbeKind.Liveness, new Probe { PeriodSeconds = 1 }, Started).RunAsync(cancel.Token);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Patience.UntilAsync(() => Volatile.Read(ref asked) == 2, "it has looked at the start and after a second");
        Assert.Equal(0, _script.Count);
        Volatile.Write(ref started, true);
        _time.Advance(TimeSpan.FromSeconds(1));
        await _script.WaitAsync(1);
        await cancel.CancelAsync();
        await running;

        bool Started()
        {
            Interlocked.Increment(ref asked);
            return Volatile.Read(ref started);
        }
    }

    [Fact]
    public async Task A_startup_probe_ends_with_its_first_verdict()
    {
        var running = Worker(ProbeKind.Startup, new Probe { PeriodSeconds = 1, FailureThreshold = 3 }).RunAsync(TestContext.Current.CancellationToken);
        await running.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.Equal(1, _script.Count);
    }

    private sealed class Script : IProber, IEventRecorder
    {
        private int _count;

        public ProbeOutcome Next { get; set; } = new(true, "");
        public int Count => _count;
        public List<string> Events { get; } = [];

        public Task<ProbeOutcome> ProbeAsync(Probe probe, Container container, string containerId, string podAddress, CancellationToken cancel)
        {
            Interlocked.Increment(ref _count);
            return Task.FromResult(Next);
        }

        public void Record(ObjectReference about, string type, string reason, string message) => Events.Add($"{reason} {message}");

        public async Task WaitAsync(int count)
        {
            await Patience.UntilAsync(() => Count >= count, $"{count} probes");
            Assert.Equal(count, Count);
        }
    }
}
