using Tiphys.Api.Core.V1;

namespace Tiphys.Scheduler.Tests;

public sealed class SchedulingQueueTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task More_important_pods_come_first_and_equals_in_order()
    {
        using var queue = new SchedulingQueue(_time);
        queue.Put(Info("a", 0), mayHelp: false);
        queue.Put(Info("b", 0), mayHelp: false);
        queue.Put(Info("c", 10), mayHelp: false);
        Assert.Equal("c", (await queue.TakeAsync(CancellationToken.None)).Pod.Uid);
        Assert.Equal("a", (await queue.TakeAsync(CancellationToken.None)).Pod.Uid);
        Assert.Equal("b", (await queue.TakeAsync(CancellationToken.None)).Pod.Uid);
    }

    [Fact]
    public async Task A_pod_that_fits_nowhere_waits_for_a_change_and_its_back_off()
    {
        using var queue = new SchedulingQueue(_time);
        queue.Put(Info("a", 0), mayHelp: false);
        queue.Unschedulable(await queue.TakeAsync(CancellationToken.None));
        var next = queue.TakeAsync(CancellationToken.None).AsTask();
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(next.IsCompleted);
        queue.Move();
        Assert.Equal("a", (await next).Pod.Uid);
    }

    [Fact]
    public async Task A_change_during_the_attempt_is_not_missed()
    {
        using var queue = new SchedulingQueue(_time);
        queue.Put(Info("a", 0), mayHelp: false);
        var pod = await queue.TakeAsync(CancellationToken.None);
        queue.Move();
        queue.Unschedulable(pod);
        var next = queue.TakeAsync(CancellationToken.None).AsTask();
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("a", (await next).Pod.Uid);
    }

    [Fact]
    public async Task A_pod_that_is_gone_is_not_handed_out()
    {
        using var queue = new SchedulingQueue(_time);
        queue.Put(Info("a", 0), mayHelp: false);
        queue.Put(Info("b", 0), mayHelp: false);
        queue.Remove("a");
        Assert.Equal("b", (await queue.TakeAsync(CancellationToken.None)).Pod.Uid);
    }

    private static PodInfo Info(string name, int priority) => new(new Pod { Metadata = new() { Namespace = "default", Name = name, Uid = name }, Spec = new() { Priority = priority } });
}
