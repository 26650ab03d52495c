using System.Collections.Concurrent;
using System.Diagnostics;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Load;

/// <summary>The things that are measured. Everything is made in a namespace of its own, which is removed at the end.</summary>
internal static class Scenarios
{
    private const string Ns = "tiphys-load";

    public static readonly string[] Names = ["create", "get", "list", "update", "watch", "bind", "ready", "service", "nodeport"];

    public static async Task RunAsync(ClientConfig config, LoadSettings settings, string[] wanted, CancellationToken cancel)
    {
        using var client = config.CreateClient("tiphys-load");
        await EnsureNamespaceAsync(client, cancel);
        try
        {
            foreach (var name in wanted.Length == 0 ? Names[..5] : wanted)
            {
                switch (name)
                {
                    case "create": await CreateAsync(client, settings, cancel); break;
                    case "get": await GetAsync(client, settings, cancel); break;
                    case "list": await ListAsync(client, settings, cancel); break;
                    case "update": await UpdateAsync(client, settings, cancel); break;
                    case "watch": await WatchAsync(client, settings, cancel); break;
                    case "bind": await BindAsync(client, settings, cancel); break;
                    case "ready": await ReadyAsync(client, settings, cancel); break;
                    case "service": await ServiceAsync(client, settings, ServiceType.ClusterIP, cancel); break;
                    case "nodeport": await ServiceAsync(client, settings, ServiceType.NodePort, cancel); break;
                    default: throw new ArgumentException($"there is no scenario \"{name}\"; use {string.Join(", ", Names)}");
                }
            }
        }
        finally
        {
            await client.Resource<Namespace>().DeleteAsync(null, Ns, null, CancellationToken.None);
        }
    }

    private static Task CreateAsync(KubernetesClient client, LoadSettings settings, CancellationToken cancel) =>
        Meter.RunAsync("create configmap", settings.Count, settings.Parallel, i => client.Resource<ConfigMap>().CreateAsync(Map($"c-{i}"), cancel));

    private static Task ServiceAsync(KubernetesClient client, LoadSettings settings, string type, CancellationToken cancel)
    {
        const int ports = 2000; // of the 2,768 node ports there are
        return Meter.RunAsync($"create {type} service", Math.Min(settings.Count, type == ServiceType.NodePort ? ports : settings.Count), settings.Parallel, i =>
        {
            var name = $"{type.ToLowerInvariant()}-{i}";
            return client.Resource<Service>().CreateAsync(new() { Metadata = new() { Name = name, Namespace = Ns }, Spec = new() { Type = type, Ports = [new() { Port = 80 }] } }, cancel);
        });
    }

    private static async Task GetAsync(KubernetesClient client, LoadSettings settings, CancellationToken cancel)
    {
        await MakeAsync(client, "g-0", cancel);
        var path = ResourcePath.Of(ConfigMap.Info, Ns, "g-0");
        await Meter.RunAsync("get configmap", settings.Count, settings.Parallel, async _ =>
        {
            using var response = await client.SendAsync(HttpMethod.Get, path, null, null, cancel);
            await response.Content.ReadAsByteArrayAsync(cancel);
        });
    }

    private static async Task ListAsync(KubernetesClient client, LoadSettings settings, CancellationToken cancel)
    {
        var path = ResourcePath.Of(ConfigMap.Info, Ns) + "?resourceVersion=0";
        await Meter.RunAsync("list configmaps", Math.Max(10, settings.Count / 200), Math.Min(4, settings.Parallel), async _ =>
        {
            using var response = await client.SendAsync(HttpMethod.Get, path, null, null, cancel);
            await response.Content.CopyToAsync(Stream.Null, cancel);
        });
    }

    private static async Task UpdateAsync(KubernetesClient client, LoadSettings settings, CancellationToken cancel)
    {
        // Each worker its own object: this measures updates, not conflicts.
        for (var i = 0; i < settings.Parallel; i++) await MakeAsync(client, $"u-{i}", cancel);
        await Meter.RunAsync("update configmap", settings.Count, settings.Parallel, i =>
        {
            var map = Map($"u-{i % settings.Parallel}");
            map.Data!["i"] = $"{i}";
            return client.Resource<ConfigMap>().UpdateAsync(map, cancel);
        });
    }

    private static async Task WatchAsync(KubernetesClient client, LoadSettings settings, CancellationToken cancel)
    {
        await MakeAsync(client, "w", cancel);
        var changes = Math.Max(100, settings.Count / 20);
        var latencies = new ConcurrentBag<long>();
        var sent = new ConcurrentDictionary<string, long>();
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var revision = (await client.Resource<ConfigMap>().GetAsync(Ns, "w", cancel)).Metadata.ResourceVersion;
        var last = $"{changes - 1}";
        var watching = Enumerable.Range(0, settings.Watchers).Select(_ => Task.Run(async () =>
        {
            var query = new ListQuery { FieldSelector = "metadata.name=w", ResourceVersion = revision, TimeoutSeconds = 300 };
            await foreach (var change in client.Resource<ConfigMap>().WatchAsync(Ns, query, done.Token))
            {
                if (change.Object.Data?.GetValueOrDefault("i") is not { } i) continue;
                if (sent.TryGetValue(i, out var at)) latencies.Add(Stopwatch.GetTimestamp() - at);
                if (i == last) return;
            }
        })).ToList();
        await Task.Delay(500, cancel); // the watches are open before the first change
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < changes; i++)
        {
            var map = Map("w");
            map.Data!["i"] = $"{i}";
            sent[$"{i}"] = Stopwatch.GetTimestamp();
            await client.Resource<ConfigMap>().UpdateAsync(map, cancel);
        }

        await Task.WhenAll(watching).WaitAsync(TimeSpan.FromMinutes(1), cancel);
        var elapsed = Stopwatch.GetElapsedTime(started);
        await done.CancelAsync();
        Meter.Print($"watch x{settings.Watchers}", latencies.Count, elapsed, [.. latencies]);
    }

    private static async Task BindAsync(KubernetesClient client, LoadSettings settings, CancellationToken cancel)
    {
        await FakeNodes.CreateAsync(client, settings.Nodes, cancel);
        try
        {
            await EnsureAccountAsync(client, cancel);
            var created = new ConcurrentDictionary<string, long>();
            var latencies = new ConcurrentBag<long>();
            var all = new TaskCompletionSource();
            using var done = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var revision = (await client.Resource<Pod>().ListAsync(Ns, ListQuery.All, cancel)).Metadata.ResourceVersion;
            var watching = Task.Run(async () =>
            {
                var bound = new HashSet<string>();
                await foreach (var change in client.Resource<Pod>().WatchAsync(Ns, new ListQuery { ResourceVersion = revision, TimeoutSeconds = 600 }, done.Token))
                {
                    if (change.Object.Spec.NodeName.Length == 0 || !bound.Add(change.Object.Metadata.Name)) continue;
                    if (created.TryGetValue(change.Object.Metadata.Name, out var at)) latencies.Add(Stopwatch.GetTimestamp() - at);
                    if (bound.Count == settings.Count) all.TrySetResult();
                }
            }, CancellationToken.None);
            var started = Stopwatch.GetTimestamp();
            await Meter.RunAsync("create pod", settings.Count, settings.Parallel, i =>
            {
                created[$"p-{i}"] = Stopwatch.GetTimestamp();
                return client.Resource<Pod>().CreateAsync(FakeNodes.Pod(Ns, $"p-{i}"), cancel);
            });
            await all.Task.WaitAsync(TimeSpan.FromMinutes(5), cancel);
            Meter.Print("created and bound", settings.Count, Stopwatch.GetElapsedTime(started), [.. latencies]);
            await done.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            using var response = await client.SendRawAsync(HttpMethod.Delete, ResourcePath.Of(Pod.Info, Ns) + "?gracePeriodSeconds=0", null, null, CancellationToken.None);
            await FakeNodes.DeleteAsync(client, CancellationToken.None);
        }
    }

    /// <summary>From a pod's creation to its readiness on a real node, one pod after the other; the image must be present.</summary>
    private static async Task ReadyAsync(KubernetesClient client, LoadSettings settings, CancellationToken cancel)
    {
        await EnsureAccountAsync(client, cancel);
        await Meter.RunAsync("pod ready", Math.Min(settings.Count, 20), 1, async i =>
        {
            var name = $"r-{i}";
            var pod = await client.Resource<Pod>().CreateAsync(new Pod
            {
                Metadata = new() { Namespace = Ns, Name = name },
                Spec = new() { TerminationGracePeriodSeconds = 0, Containers = [new() { Name = "c", Image = settings.Image, ImagePullPolicy = PullPolicy.IfNotPresent, Command = ["sleep", "1000"] }] },
            }, cancel);
            await foreach (var change in client.Resource<Pod>().WatchAsync(Ns, new ListQuery { ResourceVersion = pod.Metadata.ResourceVersion, FieldSelector = "metadata.name=" + name, TimeoutSeconds = 60 }, cancel))
                if (change.Object.Status.Conditions?.Exists(static c => c is { Type: "Ready", Status: "True" }) == true) break;
        });
    }

    private static ConfigMap Map(string name) => new() { Metadata = new() { Namespace = Ns, Name = name }, Data = new() { ["key"] = "value", ["text"] = "a config map of ordinary size, with a line or two of text in it" } };

    private static async Task MakeAsync(KubernetesClient client, string name, CancellationToken cancel)
    {
        if (await client.Resource<ConfigMap>().FindAsync(Ns, name, cancel) is null) await client.Resource<ConfigMap>().CreateAsync(Map(name), cancel);
    }

    private static async Task EnsureNamespaceAsync(KubernetesClient client, CancellationToken cancel)
    {
        if (await client.Resource<Namespace>().FindAsync(null, Ns, cancel) is null) await client.Resource<Namespace>().CreateAsync(new() { Metadata = new() { Name = Ns } }, cancel);
    }

    private static async Task EnsureAccountAsync(KubernetesClient client, CancellationToken cancel)
    {
        if (await client.Resource<ServiceAccount>().FindAsync(Ns, "default", cancel) is not null) return;
        try
        {
            await client.Resource<ServiceAccount>().CreateAsync(new() { Metadata = new() { Namespace = Ns, Name = "default" } }, cancel);
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            // The controller was quicker.
        }
    }
}
