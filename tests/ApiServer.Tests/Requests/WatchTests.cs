using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Tiphys.Storage.Embedded;

namespace Tiphys.ApiServer.Tests;

/// <summary>Watches over HTTP: what comes, in which order, and what happens to a revision that is too old.</summary>
public sealed class WatchTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Fact]
    public async Task Changes_come_in_order_and_selection_decides_their_type()
    {
        var maps = $"/api/v1/namespaces/{await cluster.NamespaceAsync()}/configmaps";
        using var watch = await cluster.WatchAsync($"{maps}?watch=1&labelSelector=sail%3Dset");
        await cluster.CreateAsync(maps, """{"metadata":{"name":"a","labels":{"sail":"set"}}}""");
        await cluster.CreateAsync(maps, """{"metadata":{"name":"b"}}""");
        await Patch("b", """{"metadata":{"labels":{"sail":"set"}}}"""); // comes into sight
        await Patch("a", """{"data":{"k":"v"}}""");
        await Patch("a", """{"metadata":{"labels":{"sail":"struck"}}}"""); // leaves it
        await cluster.SendAsync("DELETE", maps + "/b");
        Assert.Equal(["ADDED a", "ADDED b", "MODIFIED a", "DELETED a", "DELETED b"], await watch.TakeAsync(5));

        async Task Patch(string name, string patch) => Assert.Equal(200, (await cluster.SendAsync("PATCH", $"{maps}/{name}", patch, contentType: "application/merge-patch+json")).Code);
    }

    [Fact]
    public async Task A_watch_resumes_exactly_behind_its_revision()
    {
        var maps = $"/api/v1/namespaces/{await cluster.NamespaceAsync()}/configmaps";
        var first = await cluster.CreateAsync(maps, """{"metadata":{"name":"a"}}""");
        await cluster.CreateAsync(maps, """{"metadata":{"name":"b"}}""");
        await cluster.CreateAsync(maps, """{"metadata":{"name":"c"}}""");
        using var watch = await cluster.WatchAsync($"{maps}?watch=1&resourceVersion={first["metadata"]!["resourceVersion"]}");
        Assert.Equal(["ADDED b", "ADDED c"], await watch.TakeAsync(2));
    }

    [Fact]
    public async Task Initial_events_end_with_a_marked_bookmark()
    {
        var maps = $"/api/v1/namespaces/{await cluster.NamespaceAsync()}/configmaps";
        await cluster.CreateAsync(maps, """{"metadata":{"name":"a"}}""");
        using var watch = await cluster.WatchAsync($"{maps}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        Assert.Equal("a", (string?)(await watch.NextAsync())["object"]!["metadata"]!["name"]);
        var bookmark = await watch.NextAsync();
        Assert.Equal("BOOKMARK", (string?)bookmark["type"]);
        Assert.Equal("true", (string?)bookmark["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]);
    }

    [Fact]
    public async Task A_watch_without_initial_events_begins_now()
    {
        var maps = $"/api/v1/namespaces/{await cluster.NamespaceAsync()}/configmaps";
        await cluster.CreateAsync(maps, """{"metadata":{"name":"a"}}""");
        using var watch = await cluster.WatchAsync($"{maps}?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan");
        await cluster.CreateAsync(maps, """{"metadata":{"name":"b"}}""");
        Assert.Equal(["ADDED b"], await watch.TakeAsync(1));
    }

    [Fact]
    public async Task A_watch_that_waits_for_its_next_bookmark_ends_in_time()
    {
        var time = new ManualTime();
        await using var store = EmbeddedStore.InMemory();
        await using var server = await TestServer.StartAsync(store, "10.0.0.1", time);
        using var http = new HttpClient(server.Handler()) { BaseAddress = new Uri("http://cluster") };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/namespaces?watch=1&allowWatchBookmarks=true&timeoutSeconds=91&fieldSelector=metadata.name=default");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", server.Token);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var watch = new TestWatch(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
        Assert.Equal("ADDED", (string?)(await watch.NextAsync())["type"]);
        Assert.Equal("true", (string?)(await watch.NextAsync())["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]); // as if it had asked for them

        // The bookmark of the first minute leaves less than a minute: the end comes before the next.
        await Patience.UntilAsync(() => time.IsAwaited(TimeSpan.FromSeconds(91)), "the watch runs");
        time.Advance(TimeSpan.FromMinutes(1));
        var rest = RestAsync();
        time.Advance(TimeSpan.FromSeconds(30));
        await Task.Yield();
        Assert.False(rest.IsCompleted, "it ended before its time");
        time.Advance(TimeSpan.FromSeconds(1));
        await rest.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

        async Task RestAsync()
        {
            while (await watch.NextOrEndAsync() is not null)
            {
                // bookmarks
            }
        }
    }

    [Fact]
    public async Task Initial_events_of_a_revision_that_never_comes_end_in_an_error_event()
    {
        using var watch = await cluster.WatchAsync("/api/v1/configmaps?watch=1&resourceVersion=999999999&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
        Assert.Equal(200, watch.Code);
        Assert.Equal(504, (int)(await watch.NextAsync())["object"]!["code"]!);
    }

    [Fact]
    public async Task A_revision_that_is_no_longer_kept_is_told_as_an_error_event_with_410()
    {
        var leases = $"/apis/coordination.k8s.io/v1/namespaces/{await cluster.NamespaceAsync()}/leases";
        var first = await cluster.CreateAsync(leases, """{"metadata":{"name":"a"}}""");
        for (var round = 0; round < 2; round++)
        {
            // Changes are kept for a while, and then as far as there is room.
            for (var i = 0; i < 200; i++) await cluster.CreateAsync(leases, $$"""{"metadata": {"name": "l-{{round}}-{{i}}"} }""");
            cluster.Time.Advance(TimeSpan.FromMinutes(2));
        }

        var revision = (string)first["metadata"]!["resourceVersion"]!;
        using var watch = await cluster.WatchAsync($"{leases}?watch=1&resourceVersion={revision}");
        Assert.Equal(200, watch.Code);
        var error = await watch.NextAsync();
        Assert.Equal("ERROR", (string?)error["type"]);
        Assert.Equal(410, (int)error["object"]!["code"]!);
        Assert.Equal("Expired", (string?)error["object"]!["reason"]);
        Assert.StartsWith($"too old resource version: {revision} (", (string?)error["object"]!["message"], StringComparison.Ordinal);
        Assert.Null(await watch.NextOrEndAsync());
    }
}
