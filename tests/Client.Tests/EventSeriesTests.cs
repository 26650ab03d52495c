using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Api.Core.V1;

namespace Tiphys.Client.Tests;

/// <summary>What is told of events.k8s.io events that repeat, as client-go's newer recorder tells it.</summary>
public sealed class EventSeriesTests
{
    private readonly ManualTime _time = new();
    private readonly EventSeriesCorrelator _correlator;

    public EventSeriesTests() => _correlator = new("default-scheduler", _time);

    [Fact]
    public void The_second_makes_a_series_and_the_rest_is_counted()
    {
        var first = Tell("no room")!;
        Assert.Null(first.Series);
        Assert.Equal(("default-scheduler", "Scheduling", "no room"), (first.ReportingController, first.Action, first.Note));
        _time.Advance(TimeSpan.FromSeconds(5));
        var second = Tell("no room, still")!;
        Assert.Equal((first.Metadata.Name, "no room", 2), (second.Metadata.Name, second.Note, second.Series!.Count));
        Assert.Equal(TimeSpan.FromSeconds(5), second.Series.LastObservedTime - second.EventTime);
        Assert.Null(Tell("no room"));
        Assert.Equal(3, Assert.Single(_correlator.Series()).Series!.Count);
    }

    [Fact]
    public void What_differs_in_more_than_the_note_is_another_event()
    {
        var names = new HashSet<string> { Tell("x")!.Metadata.Name };
        Assert.True(names.Add(Tell("x", reason: "Preempted")!.Metadata.Name));
        Assert.True(names.Add(Tell("x", action: "Binding")!.Metadata.Name));
        Assert.True(names.Add(Tell("x", version: "2")!.Metadata.Name)); // the object has changed
        Assert.True(names.Add(Tell("x", related: Pod("other"))!.Metadata.Name));
        Assert.Empty(_correlator.Series());
    }

    [Fact]
    public void A_series_ends_after_six_quiet_minutes_unless_it_goes_on_while_that_is_written()
    {
        Tell("x");
        Tell("x");
        Tell("single", reason: "Scheduled");
        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.Empty(_correlator.Ended());
        _time.Advance(TimeSpan.FromSeconds(1));
        var ended = Assert.Single(_correlator.Ended());
        Assert.Null(Tell("x"));
        _correlator.Forget(ended);
        Assert.Equal(3, Assert.Single(_correlator.Series()).Series!.Count);
        Assert.Null(Tell("single", reason: "Scheduled")!.Series); // forgotten, as it was as old

        _time.Advance(TimeSpan.FromMinutes(7));
        _correlator.Forget(Assert.Single(_correlator.Ended()));
        Assert.Null(Tell("x")!.Series);
    }

    [Fact]
    public async Task The_series_is_patched_when_it_begins_when_it_lasts_and_when_it_ends()
    {
        using var server = new EventServer();
        using var stop = new CancellationTokenSource();
        var (recorder, running) = Start(server, stop.Token);
        Record(recorder);
        var created = await server.NextAsync();
        Assert.Equal(("POST", "/apis/events.k8s.io/v1/namespaces/default/events"), (created.Method, created.Path));
        Assert.Equal("FailedScheduling", (string?)created.Body["reason"]);
        _time.Advance(TimeSpan.FromSeconds(90));
        Record(recorder);
        var patched = await server.NextAsync();
        Assert.Equal(("PATCH", $"{created.Path}/{created.Body["metadata"]!["name"]}"), (patched.Method, patched.Path));
        Assert.Equal("""{"series":{"count":2,"lastObservedTime":"2026-01-01T00:01:30.000000Z"}}""", patched.Body.ToJsonString());

        // While it goes on it is written every half an hour, and no more.
        Record(recorder);
        _time.Advance(TimeSpan.FromMinutes(4.5));
        for (var i = 0; i < 4; i++)
        {
            Record(recorder);
            await UpkeepAsync();
        }

        var refreshed = await server.NextAsync();
        Assert.Equal(7, (int)refreshed.Body["series"]!["count"]!);
        Record(recorder);
        await UpkeepAsync();
        await UpkeepAsync();
        Assert.Equal(8, (int)(await server.NextAsync()).Body["series"]!["count"]!);
        while (!_time.IsAwaited(EventSeriesCorrelator.Quiet)) await Task.Yield();

        // That was its end: what comes now is new.
        Record(recorder);
        Assert.Equal("POST", (await server.NextAsync()).Method);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task What_has_expired_is_written_again_with_its_series()
    {
        using var server = new EventServer();
        using var stop = new CancellationTokenSource();
        var (recorder, running) = Start(server, stop.Token);
        Record(recorder);
        var created = await server.NextAsync();
        server.Answers = static method => method == HttpMethod.Patch ? HttpStatusCode.NotFound : HttpStatusCode.OK;
        Record(recorder);
        Assert.Equal("PATCH", (await server.NextAsync()).Method);
        var anew = await server.NextAsync();
        Assert.Equal(("POST", (string?)created.Body["metadata"]!["name"], 2), (anew.Method, (string?)anew.Body["metadata"]!["name"], (int)anew.Body["series"]!["count"]!));
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Events_wait_for_a_server_that_is_away_and_are_counted_meanwhile()
    {
        using var server = new EventServer { Answers = static _ => null };
        using var stop = new CancellationTokenSource();
        var (recorder, running) = Start(server, stop.Token);
        Record(recorder);
        Assert.Equal("POST", (await server.NextAsync()).Method);
        server.Answers = static _ => HttpStatusCode.OK;
        Record(recorder);
        Record(recorder);
        while (_time.Timers < 2) await Task.Yield(); // the retry's and the upkeep's
        _time.Advance(TimeSpan.FromSeconds(13));
        Assert.Equal("POST", (await server.NextAsync()).Method);
        Assert.Equal(2, (int)(await server.NextAsync()).Body["series"]!["count"]!);
        await stop.CancelAsync();
        await running;
    }

    private static Pod Pod(string name, string version = "1") => new() { Metadata = new() { Namespace = "default", Name = name, Uid = name, ResourceVersion = version } };

    private static void Record(EventSeriesRecorder recorder) => recorder.Record(Pod("p"), null, EventType.Warning, "FailedScheduling", "Scheduling", "no room");

    private (EventSeriesRecorder Recorder, Task Running) Start(EventServer server, CancellationToken stop)
    {
        var recorder = new EventSeriesRecorder(new KubernetesClient(new("http://events/"), server, "test"), "default-scheduler", _time, NullLogger.Instance);
        return (recorder, recorder.RunAsync(stop));
    }

    /// <summary>Lets the time pass after which the recorder looks at its series.</summary>
    private async Task UpkeepAsync()
    {
        while (!_time.IsAwaited(EventSeriesCorrelator.Quiet)) await Task.Yield();
        _time.Advance(EventSeriesCorrelator.Quiet);
    }

    private Tiphys.Api.Events.V1.Event? Tell(string note, string reason = "FailedScheduling", string action = "Scheduling", string version = "1", Pod? related = null) =>
        _correlator.Tell(Pod("p", version), related, EventType.Warning, reason, action, note);
}
