using System.Text;
using System.Text.Json.Nodes;

namespace Tiphys.ApiServer.Tests;

/// <summary>Events in their two groups, over the same stored objects.</summary>
public sealed class EventVersionTests : IAsyncLifetime
{
    private const string Core = "/api/v1/namespaces/default/events";
    private const string New = "/apis/events.k8s.io/v1/namespaces/default/events";
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";
    private readonly TestCluster _cluster = new();

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task What_the_core_group_creates_events_k8s_io_reads()
    {
        await _cluster.CreateAsync(Core, """
            {"metadata":{"name":"old"},"involvedObject":{"kind":"Pod","namespace":"default","name":"p"},"reason":"Started","message":"it runs","type":"Normal","count":3,
             "source":{"component":"kubelet","host":"n"},"firstTimestamp":"2026-01-01T00:00:00Z","lastTimestamp":"2026-01-01T00:00:05Z","reportingComponent":"kubelet","reportingInstance":"n"}
            """);
        var (code, item) = await _cluster.SendAsync("GET", New + "/old");
        Assert.Equal(200, code);
        Assert.Equal(("events.k8s.io/v1", "Event"), ((string?)item["apiVersion"], (string?)item["kind"]));
        Assert.Equal("p", (string?)item["regarding"]!["name"]);
        Assert.Equal("it runs", (string?)item["note"]);
        Assert.Equal("kubelet", (string?)item["deprecatedSource"]!["component"]);
        Assert.Equal(3, (int?)item["deprecatedCount"]);
        Assert.Equal("2026-01-01T00:00:05Z", (string?)item["deprecatedLastTimestamp"]);
        Assert.Equal("kubelet", (string?)item["reportingController"]);
        Assert.Null(item["involvedObject"]);

        var list = (await _cluster.SendAsync("GET", New)).Body;
        Assert.Equal(("events.k8s.io/v1", "EventList"), ((string?)list["apiVersion"], (string?)list["kind"]));
        Assert.Equal("it runs", (string?)list["items"]![0]!["note"]);
        Assert.Null(list["items"]![0]!["kind"]);
    }

    [Fact]
    public async Task What_events_k8s_io_creates_the_core_group_reads_and_it_is_stored_as_the_core_groups()
    {
        await _cluster.CreateAsync(New, Strict("new"));
        var stored = await _cluster.Resources.Of<Api.Core.V1.Event>().GetAsync("default", "new", TestContext.Current.CancellationToken);
        Assert.StartsWith("{\"kind\":\"Event\",\"apiVersion\":\"v1\",", Encoding.UTF8.GetString(stored.Json.Span), StringComparison.Ordinal);
        var item = (await _cluster.SendAsync("GET", Core + "/new")).Body;
        Assert.Equal("v1", (string?)item["apiVersion"]);
        Assert.Equal("sailed", (string?)item["message"]);
        Assert.Equal("example.com/captain", (string?)item["reportingComponent"]);
        Assert.Equal("2026-01-01T00:00:00.123456Z", (string?)item["eventTime"]);
        Assert.Equal("ship", (string?)item["involvedObject"]!["name"]);

        // The writer's fields go by the names of its version.
        var owner = item["metadata"]!["managedFields"]![0]!;
        Assert.Equal("events.k8s.io/v1", (string?)owner["apiVersion"]);
        Assert.NotNull(owner["fieldsV1"]!["f:note"]);
        Assert.NotNull(owner["fieldsV1"]!["f:regarding"]);
        Assert.Null(owner["fieldsV1"]!["f:message"]);
    }

    [Fact]
    public async Task Watches_show_each_version_its_own_shape()
    {
        using var core = await _cluster.WatchAsync(Core + "?watch=1");
        using var renamed = await _cluster.WatchAsync(New + "?watch=1&fieldSelector=regarding.name%3Dship");
        await _cluster.CreateAsync(New, Strict("new"));
        Assert.Equal("sailed", (string?)(await core.NextAsync())["object"]!["message"]);
        var seen = await renamed.NextAsync();
        Assert.Equal(("ADDED", "events.k8s.io/v1", "sailed"), ((string?)seen["type"], (string?)seen["object"]!["apiVersion"], (string?)seen["object"]!["note"]));
    }

    [Fact]
    public async Task A_series_goes_on_by_patch_and_the_rest_is_immutable()
    {
        await _cluster.CreateAsync(New, Strict("new"));
        var (code, patched) = await _cluster.SendAsync("PATCH", New + "/new", """{"series":{"count":2,"lastObservedTime":"2026-01-01T00:01:00.000000Z"}}""", contentType: "application/merge-patch+json");
        Assert.True(code == 200, patched.ToJsonString());
        Assert.Equal(2, (int?)(await _cluster.SendAsync("GET", Core + "/new")).Body["series"]!["count"]);

        (code, var refused) = await _cluster.SendAsync("PATCH", New + "/new", """{"note":"sank"}""", contentType: "application/merge-patch+json");
        Assert.Equal(422, code);
        Assert.Contains("message: Invalid value: \"sank\": field is immutable", (string?)refused["message"], StringComparison.Ordinal);

        // The core group still may.
        (code, _) = await _cluster.SendAsync("PATCH", Core + "/new", """{"message":"sank"}""", contentType: "application/merge-patch+json");
        Assert.Equal(200, code);
    }

    [Fact]
    public async Task The_newer_group_is_stricter()
    {
        var (code, refused) = await _cluster.SendAsync("POST", New, """{"metadata":{"name":"bad"},"eventTime":null,"regarding":{"namespace":"default"},"deprecatedCount":2,"type":"Odd","deprecatedSource":{"component":"x"}}""");
        Assert.Equal(422, code);
        var message = (string)refused["message"]!;
        foreach (var part in (string[])["eventTime: Required value", "type: Invalid value: \"\": has invalid value: Odd", "count: Invalid value: \"\": needs to be unset", "source: Invalid value: \"\": needs to be unset"])
            Assert.Contains(part, message, StringComparison.Ordinal);
        (code, _) = await _cluster.SendAsync("POST", Core, """{"metadata":{"name":"fine"},"involvedObject":{"namespace":"default"},"count":2,"type":"Odd","source":{"component":"x"}}""");
        Assert.Equal(201, code);
    }

    [Fact]
    public async Task Field_selectors_go_by_the_names_of_the_version()
    {
        await _cluster.CreateAsync(New, Strict("new"));
        Assert.Single((await _cluster.SendAsync("GET", New + "?fieldSelector=regarding.kind%3DShip,reportingController%3Dexample.com/captain")).Body["items"]!.AsArray());
        Assert.Empty((await _cluster.SendAsync("GET", New + "?fieldSelector=regarding.kind%3DPod")).Body["items"]!.AsArray());
        Assert.Single((await _cluster.SendAsync("GET", Core + "?fieldSelector=involvedObject.kind%3DShip")).Body["items"]!.AsArray());
        var (code, refused) = await _cluster.SendAsync("GET", New + "?fieldSelector=involvedObject.kind%3DShip");
        Assert.Equal((400, "field label not supported: involvedObject.kind"), (code, (string?)refused["message"]));
    }

    [Fact]
    public async Task Tables_are_the_same_in_both()
    {
        await _cluster.CreateAsync(New, Strict("new"));
        var table = (await _cluster.SendAsync("GET", New, headers: ("Accept", Table))).Body;
        Assert.Equal((await _cluster.SendAsync("GET", Core, headers: ("Accept", Table))).Body["rows"]![0]!["cells"]!.ToJsonString(), table["rows"]![0]!["cells"]!.ToJsonString());
        Assert.Equal("Last Seen", (string?)table["columnDefinitions"]![0]!["name"]);
    }

    [Fact]
    public async Task Discovery_and_descriptions_have_both()
    {
        var group = (await _cluster.SendAsync("GET", "/apis/events.k8s.io")).Body;
        Assert.Equal("events.k8s.io/v1", (string?)group["preferredVersion"]!["groupVersion"]);
        var resources = (await _cluster.SendAsync("GET", "/apis/events.k8s.io/v1")).Body["resources"]!.AsArray();
        Assert.Equal("events", (string?)Assert.Single(resources)!["name"]);
        Assert.Contains("/apis/events.k8s.io/v1/namespaces/{namespace}/events", (await _cluster.SendAsync("GET", "/openapi/v3/apis/events.k8s.io/v1")).Body["paths"]!.AsObject().Select(static p => p.Key));
        Assert.NotNull((await _cluster.SendAsync("GET", "/openapi/v2")).Body["definitions"]!["io.k8s.api.events.v1.Event"]);
        var aggregated = (await _cluster.SendAsync("GET", "/apis", headers: ("Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"))).Body;
        Assert.Contains("events.k8s.io", aggregated["items"]!.AsArray().Select(static i => (string?)i!["metadata"]!["name"]));
    }

    private static string Strict(string name) => new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["eventTime"] = "2026-01-01T00:00:00.123456Z",
        ["reportingController"] = "example.com/captain",
        ["reportingInstance"] = "captain-1",
        ["action"] = "Sailing",
        ["reason"] = "Wind",
        ["regarding"] = new JsonObject { ["kind"] = "Ship", ["namespace"] = "default", ["name"] = "ship" },
        ["note"] = "sailed",
        ["type"] = "Normal",
    }.ToJsonString();
}
