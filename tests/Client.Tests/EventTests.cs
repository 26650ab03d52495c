using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Api.Core.V1;

namespace Tiphys.Client.Tests;

/// <summary>What is told of events that repeat, as client-go's correlator tells it.</summary>
public sealed class EventTests
{
    private readonly ManualTime _time = new();
    private readonly EventCorrelator _correlator;
    private int _made;

    public EventTests() => _correlator = new(_time);

    [Fact]
    public void The_same_again_is_the_first_one_counted()
    {
        var first = Tell("Pulled", "at once")!;
        _time.Advance(TimeSpan.FromMinutes(2));
        var again = Tell("Pulled", "at once")!;
        Assert.Equal((first.Metadata.Name, 2, first.FirstTimestamp), (again.Metadata.Name, again.Count, again.FirstTimestamp));
        Assert.Equal(TimeSpan.FromMinutes(2), again.LastTimestamp - again.FirstTimestamp);
        Assert.Equal(1, Tell("Pulled", "later")!.Count);
        Assert.Equal(1, Tell("Pulled", "at once", pod: "other")!.Count);
        Assert.Equal(3, Tell("Pulled", "at once")!.Count);
    }

    [Fact]
    public void The_tenth_of_many_that_differ_in_their_message_only_stands_for_all_that_follow()
    {
        for (var i = 1; i < 10; i++) Assert.Equal(($"probe {i}", 1), Said(Tell("Unhealthy", $"probe {i}")));
        var combined = Tell("Unhealthy", "probe 10")!;
        Assert.Equal(("(combined from similar events): probe 10", 1), Said(combined));
        var next = Tell("Unhealthy", "probe 11")!;
        Assert.Equal(("(combined from similar events): probe 11", 2), Said(next));
        Assert.Equal(combined.Metadata.Name, next.Metadata.Name);

        // Ten minutes of quiet, and they are few again.
        _time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        Assert.Equal(("probe 12", 1), Said(Tell("Unhealthy", "probe 12")));
    }

    [Fact]
    public void More_than_25_about_an_object_are_held_to_one_in_five_minutes_and_counted_all_the_same()
    {
        for (var i = 1; i <= 25; i++) Assert.Equal(i, Tell("BackOff", "again")!.Count);
        Assert.Null(Tell("BackOff", "again"));
        Assert.Null(Tell("BackOff", "again"));
        Assert.NotNull(Tell("Killing", "a warning's rate is its own", type: EventType.Warning));
        Assert.NotNull(Tell("BackOff", "again", pod: "other"));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(28, Tell("BackOff", "again")!.Count);
        Assert.Null(Tell("BackOff", "again"));
    }

    [Fact]
    public void What_was_not_used_for_longest_is_forgotten_first()
    {
        var table = new RecentTable<string, int>(2);
        table.Set("a", 1);
        table.Set("b", 2);
        Assert.True(table.TryGet("a", out _));
        table.Set("c", 3);
        Assert.False(table.TryGet("b", out _));
        table.Set("a", 4);
        Assert.True(table.TryGet("a", out var value) && table.TryGet("c", out _));
        Assert.Equal(4, value);
    }

    [Fact]
    public async Task Repetitions_are_patches_and_what_has_expired_is_written_again_with_its_count()
    {
        using var server = new EventServer();
        using var stop = new CancellationTokenSource();
        var (recorder, running) = Start(server, stop.Token);
        recorder.Normal(Pod("p"), "Pulled", "\"x\" was there");
        var created = await server.NextAsync();
        Assert.Equal(("POST", 1), (created.Method, (int)created.Body["count"]!));

        _time.Advance(TimeSpan.FromSeconds(90));
        recorder.Normal(Pod("p"), "Pulled", "\"x\" was there");
        var patched = await server.NextAsync();
        Assert.Equal("PATCH", patched.Method);
        Assert.EndsWith("/" + created.Body["metadata"]!["name"], patched.Path, StringComparison.Ordinal);
        Assert.Equal("""{"count":2,"lastTimestamp":"2026-01-01T00:01:30Z","message":"\u0022x\u0022 was there"}""", patched.Body.ToJsonString());

        server.Answers = static method => method == HttpMethod.Patch ? HttpStatusCode.NotFound : HttpStatusCode.OK;
        recorder.Normal(Pod("p"), "Pulled", "\"x\" was there");
        Assert.Equal("PATCH", (await server.NextAsync()).Method);
        var anew = await server.NextAsync();
        Assert.Equal(("POST", 3), (anew.Method, (int)anew.Body["count"]!));
        Assert.Equal((string?)created.Body["firstTimestamp"], (string?)anew.Body["firstTimestamp"]);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Events_wait_for_a_server_that_is_away_and_not_for_one_that_refuses_them()
    {
        using var server = new EventServer { Answers = static _ => null };
        using var stop = new CancellationTokenSource();
        var (recorder, running) = Start(server, stop.Token);
        recorder.Normal(Pod("p"), "Started", "one");
        recorder.Normal(Pod("p"), "Started", "two");
        Assert.Equal("one", (string?)(await server.NextAsync()).Body["message"]);
        await RetryAsync();
        Assert.Equal("one", (string?)(await server.NextAsync()).Body["message"]);

        server.Answers = static _ => HttpStatusCode.InternalServerError;
        await RetryAsync();
        Assert.Equal("one", (string?)(await server.NextAsync()).Body["message"]);
        Assert.Equal("two", (string?)(await server.NextAsync()).Body["message"]);
        await stop.CancelAsync();
        await running;
    }

    private static (string Message, int Count) Said(Event? item) => (item!.Message, item.Count);

    private static Pod Pod(string name) => new() { Metadata = new() { Namespace = "default", Name = name, Uid = name } };

    private (EventRecorder Recorder, Task Running) Start(EventServer server, CancellationToken stop)
    {
        var recorder = new EventRecorder(new KubernetesClient(new("http://events/"), server, "test"), "kubelet", "boat", _time, NullLogger.Instance);
        return (recorder, recorder.RunAsync(stop));
    }

    /// <summary>Lets the time pass after which the recorder asks again.</summary>
    private async Task RetryAsync()
    {
        while (_time.Timers == 0) await Task.Yield();
        _time.Advance(TimeSpan.FromSeconds(10));
    }

    private Event? Tell(string reason, string message, string pod = "p", string type = EventType.Normal) => _correlator.Correlate(new()
    {
        Metadata = new() { Name = $"{pod}.{++_made}", Namespace = "default" },
        InvolvedObject = EventRecorder.Reference(Pod(pod)),
        Type = type,
        Reason = reason,
        Message = message,
        FirstTimestamp = _time.GetUtcNow(),
        LastTimestamp = _time.GetUtcNow(),
        Count = 1,
    });
}
