namespace Tiphys.Client.Tests;

public sealed class WorkQueueTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_key_waits_at_most_once()
    {
        using var queue = new WorkQueue<string>(_time);
        queue.Add("a");
        queue.Add("a");
        Assert.Equal(1, queue.Count);
        Assert.Equal("a", await queue.TakeAsync(CancellationToken.None));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task A_key_added_while_it_is_worked_on_comes_again_afterwards()
    {
        using var queue = new WorkQueue<string>(_time);
        queue.Add("a");
        var key = await queue.TakeAsync(CancellationToken.None);
        queue.Add("a");
        Assert.Equal(0, queue.Count);
        queue.Done(key);
        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public async Task Failures_double_the_delay_up_to_the_longest()
    {
        using var queue = new WorkQueue<string>(_time, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
        foreach (var delay in new[] { 1, 2, 3, 3 })
        {
            queue.AddRateLimited("a");
            _time.Advance(TimeSpan.FromSeconds(delay) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(0, queue.Count);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal(1, queue.Count);
            queue.Done(await queue.TakeAsync(CancellationToken.None));
        }

        queue.Forget("a");
        Assert.Equal(0, queue.Failures("a"));
    }

    [Fact]
    public void The_earliest_of_several_delays_counts()
    {
        using var queue = new WorkQueue<string>(_time);
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        queue.AddAfter("a", TimeSpan.FromSeconds(2));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, queue.Count);
        _time.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public async Task A_closed_queue_wakes_those_who_wait()
    {
        var queue = new WorkQueue<string>(_time);
        var waiting = queue.TakeAsync(CancellationToken.None).AsTask();
        queue.Dispose();
        await Assert.ThrowsAsync<OperationCanceledException>(() => waiting);
    }
}
