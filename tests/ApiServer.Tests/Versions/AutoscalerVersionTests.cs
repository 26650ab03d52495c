using System.Text.Json.Nodes;

namespace Tiphys.ApiServer.Tests;

/// <summary>Autoscalers in version 1 over those of version 2.</summary>
public sealed class AutoscalerVersionTests : IAsyncLifetime
{
    private const string V1 = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
    private const string V2 = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
    private const string MergePatch = "application/merge-patch+json";
    private const string Annotations = "autoscaling.alpha.kubernetes.io/";
    private readonly TestCluster _cluster = new();

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task The_share_of_cpu_is_a_field_in_one_and_a_metric_in_the_other()
    {
        var made = await _cluster.CreateAsync(V1, """{"metadata":{"name":"a"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},"maxReplicas":5,"targetCPUUtilizationPercentage":60}}""");
        Assert.Equal(("autoscaling/v1", 60, 1), ((string?)made["apiVersion"], (int?)made["spec"]!["targetCPUUtilizationPercentage"], (int?)made["spec"]!["minReplicas"]));
        var item = (await _cluster.SendAsync("GET", V2 + "/a")).Body;
        Assert.Equal("autoscaling/v2", (string?)item["apiVersion"]);
        Assert.Equal("""[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":60}}}]""", item["spec"]!["metrics"]!.ToJsonString());
        Assert.Null(item["metadata"]!["annotations"]);
        var owner = Assert.Single(item["metadata"]!["managedFields"]!.AsArray())!;
        Assert.Equal("autoscaling/v1", (string?)owner["apiVersion"]);
        Assert.NotNull(owner["fieldsV1"]!["f:spec"]!["f:targetCPUUtilizationPercentage"]);
    }

    [Fact]
    public async Task Without_any_metric_it_is_the_default_share()
    {
        await _cluster.CreateAsync(V1, """{"metadata":{"name":"a"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},"maxReplicas":5}}""");
        Assert.Equal(80, (int?)(await _cluster.SendAsync("GET", V1 + "/a")).Body["spec"]!["targetCPUUtilizationPercentage"]);
    }

    [Fact]
    public async Task What_version_1_cannot_say_survives_a_round_trip_through_it()
    {
        await _cluster.CreateAsync(V2, """
            {"metadata":{"name":"a","annotations":{"mine":"kept"}},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},"minReplicas":2,"maxReplicas":5,
             "behavior":{"scaleDown":{"stabilizationWindowSeconds":60,"selectPolicy":"Min","policies":[{"type":"Pods","value":1,"periodSeconds":30}]}},
             "metrics":[
              {"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}},
              {"type":"Resource","resource":{"name":"memory","target":{"type":"AverageValue","averageValue":"100Mi"}}},
              {"type":"ContainerResource","containerResource":{"name":"cpu","container":"c","target":{"type":"Utilization","averageUtilization":70}}},
              {"type":"Pods","pods":{"metric":{"name":"rps","selector":{"matchLabels":{"a":"b"}}},"target":{"type":"AverageValue","averageValue":"10"}}},
              {"type":"Object","object":{"describedObject":{"kind":"Service","name":"s","apiVersion":"v1"},"metric":{"name":"hits"},"target":{"type":"Value","value":"1k"}}},
              {"type":"External","external":{"metric":{"name":"queue"},"target":{"type":"AverageValue","averageValue":"5"}}}]}}
            """);
        Assert.Equal(200, (await _cluster.SendAsync("PATCH", V2 + "/a/status", """
            {"status":{"currentReplicas":2,"desiredReplicas":3,"conditions":[{"type":"AbleToScale","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z","reason":"r","message":"m"}],
             "currentMetrics":[{"type":"Resource","resource":{"name":"cpu","current":{"averageUtilization":40,"averageValue":"40m"}}}]}}
            """, contentType: MergePatch)).Code);
        var before = (await _cluster.SendAsync("GET", V2 + "/a")).Body;
        var shown = (await _cluster.SendAsync("GET", V1 + "/a")).Body;
        Assert.Equal((50, 40), ((int?)shown["spec"]!["targetCPUUtilizationPercentage"], (int?)shown["status"]!["currentCPUUtilizationPercentage"]));
        var annotations = shown["metadata"]!["annotations"]!;
        Assert.Equal(5, JsonNode.Parse((string)annotations[Annotations + "metrics"]!)!.AsArray().Count);
        Assert.Equal(60, (int?)JsonNode.Parse((string)annotations[Annotations + "behavior"]!)!["ScaleDown"]!["StabilizationWindowSeconds"]);
        Assert.Equal("AbleToScale", (string?)JsonNode.Parse((string)annotations[Annotations + "conditions"]!)![0]!["type"]);
        Assert.Equal("40m", (string?)JsonNode.Parse((string)annotations[Annotations + "current-metrics"]!)![0]!["resource"]!["currentAverageValue"]);

        shown["spec"]!["maxReplicas"] = 9;
        var (code, answer) = await _cluster.SendAsync("PUT", V1 + "/a", shown.ToJsonString());
        Assert.True(code == 200, answer.ToJsonString());
        var after = (await _cluster.SendAsync("GET", V2 + "/a")).Body;
        Assert.Equal(9, (int?)after["spec"]!["maxReplicas"]);
        Assert.Equal(before["spec"]!["behavior"]!.ToJsonString(), after["spec"]!["behavior"]!.ToJsonString());
        Assert.Equal(before["status"]!.ToJsonString(), after["status"]!.ToJsonString());
        Assert.Equal("""{"mine":"kept"}""", after["metadata"]!["annotations"]!.ToJsonString());

        // The share of CPU goes last; all others keep their order.
        Assert.Equal(
            before["spec"]!["metrics"]!.AsArray().Skip(1).Append(before["spec"]!["metrics"]![0]).Select(static m => m!.ToJsonString()),
            after["spec"]!["metrics"]!.AsArray().Select(static m => m!.ToJsonString()));
    }

    [Fact]
    public async Task Annotations_that_cannot_be_read_are_passed_over()
    {
        await _cluster.CreateAsync(V1, """
            {"metadata":{"name":"a","annotations":{"autoscaling.alpha.kubernetes.io/metrics":"[1]","autoscaling.alpha.kubernetes.io/behavior":"nonsense","autoscaling.alpha.kubernetes.io/conditions":"{}"}},
             "spec":{"scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},"maxReplicas":5,"targetCPUUtilizationPercentage":10}}
            """);
        var item = (await _cluster.SendAsync("GET", V2 + "/a")).Body;
        Assert.Single(item["spec"]!["metrics"]!.AsArray());
        Assert.Null(item["spec"]!["behavior"]);
        Assert.Null(item["metadata"]!["annotations"]);
    }

    [Fact]
    public async Task A_field_taken_through_one_version_is_lost_by_who_set_it_through_another()
    {
        await _cluster.CreateAsync(V1 + "?fieldManager=first", """{"metadata":{"name":"a"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},"maxReplicas":5,"targetCPUUtilizationPercentage":60}}""");
        await _cluster.SendAsync("PATCH", V2 + "/a?fieldManager=second", """{"spec":{"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":70}}}]}}""", contentType: MergePatch);
        var owners = (await _cluster.SendAsync("GET", V1 + "/a")).Body["metadata"]!["managedFields"]!.AsArray().ToDictionary(static o => (string)o!["manager"]!, static o => o!);
        Assert.Equal("autoscaling/v1", (string?)owners["first"]["apiVersion"]);
        Assert.Null(owners["first"]["fieldsV1"]!["f:spec"]!["f:targetCPUUtilizationPercentage"]);
        Assert.NotNull(owners["first"]["fieldsV1"]!["f:spec"]!["f:maxReplicas"]);
        Assert.Equal("autoscaling/v2", (string?)owners["second"]["apiVersion"]);
        Assert.NotNull(owners["second"]["fieldsV1"]!["f:spec"]!["f:metrics"]);
    }

    [Fact]
    public async Task Applying_through_one_version_conflicts_with_owners_of_another()
    {
        await _cluster.CreateAsync(V2 + "?fieldManager=first", """{"metadata":{"name":"a"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},"maxReplicas":5,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":60}}}]}}""");
        const string applied = """{"apiVersion":"autoscaling/v1","kind":"HorizontalPodAutoscaler","metadata":{"name":"a"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},"maxReplicas":5,"targetCPUUtilizationPercentage":30}}""";
        var (code, refused) = await _cluster.SendAsync("PATCH", V1 + "/a?fieldManager=second", applied, contentType: "application/apply-patch+yaml");
        Assert.Equal(409, code);
        Assert.Equal("Apply failed with 1 conflict: conflict with \"first\" using autoscaling/v2: .spec.metrics", (string?)refused["message"]);
        (code, var item) = await _cluster.SendAsync("PATCH", V1 + "/a?fieldManager=second&force=true", applied, contentType: "application/apply-patch+yaml");
        Assert.True(code == 200, item.ToJsonString());
        Assert.Equal(30, (int?)item["spec"]!["targetCPUUtilizationPercentage"]);
        Assert.Equal(30, (int?)(await _cluster.SendAsync("GET", V2 + "/a")).Body["spec"]!["metrics"]![0]!["resource"]!["target"]!["averageUtilization"]);
    }

    [Fact]
    public async Task Version_2_is_preferred_and_both_are_described()
    {
        var group = (await _cluster.SendAsync("GET", "/apis/autoscaling")).Body;
        Assert.Equal("autoscaling/v2", (string?)group["preferredVersion"]!["groupVersion"]);
        Assert.Equal(["autoscaling/v2", "autoscaling/v1"], group["versions"]!.AsArray().Select(static v => (string?)v!["groupVersion"]));
        var names = (await _cluster.SendAsync("GET", "/apis/autoscaling/v1")).Body["resources"]!.AsArray().Select(static r => (string?)r!["name"]);
        Assert.Equal(["horizontalpodautoscalers", "horizontalpodautoscalers/status"], names);
        var schema = (await _cluster.SendAsync("GET", "/openapi/v3/apis/autoscaling/v1")).Body["components"]!["schemas"]!["io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec"]!;
        Assert.NotNull(schema["properties"]!["targetCPUUtilizationPercentage"]);
    }
}
