using Tiphys.Kubelet.Pods;
using Tiphys.Kubelet.Tests.Harness;

namespace Tiphys.Kubelet.Tests.Pods;

public sealed class WakeSignalTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly WakeSignal _signal;

    public WakeSignalTests() => _signal = new WakeSignal(_time);

    public void Dispose() => _signal.Dispose();

    [Fact]
    public void No_pause_is_no_wait() => Assert.True(Wait(TimeSpan.Zero).IsCompleted);

    [Fact]
    public async Task A_pause_ends_by_itself()
    {
        var waiting = Wait(TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await waiting;
    }

    /// <summary>Pods that have ended wait so; when they did not, each of them kept a processor busy.</summary>
    [Fact]
    public async Task A_pause_without_end_lasts_until_woken()
    {
        var waiting = Wait(Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.False(waiting.IsCompleted);
        _signal.Wake();
        await waiting;
    }

    [Fact]
    public async Task Whoever_wakes_first_is_heard_by_the_next_wait()
    {
        _signal.Wake();
        _signal.Wake();
        await Wait(Timeout.InfiniteTimeSpan);
        Assert.False(Wait(Timeout.InfiniteTimeSpan).IsCompleted);
        _signal.Wake();
    }

    private Task Wait(TimeSpan pause) => _signal.WaitAsync(pause, TestContext.Current.CancellationToken);
}
