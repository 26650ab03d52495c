using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Load;

/// <summary>Nodes that exist only as objects, and pods for them. Nobody runs the pods: only placing them is measured.</summary>
internal static class FakeNodes
{
    private const string Label = "tiphys-load/node";

    public static async Task CreateAsync(KubernetesClient client, int count, CancellationToken cancel)
    {
        var resources = new Dictionary<string, Quantity> { ["cpu"] = new(64), ["memory"] = Quantity.FromBytes(256L << 30), ["pods"] = new(1000), ["ephemeral-storage"] = Quantity.FromBytes(1L << 40) };
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancel }, async (i, token) =>
        {
            var name = $"load-{i}";
            if (await client.Resource<Node>().FindAsync(null, name, token) is not null) return;
            var now = DateTimeOffset.UtcNow;
            await client.Resource<Node>().CreateAsync(new Node
            {
                Metadata = new() { Name = name, Labels = new() { [Label] = "true", ["kubernetes.io/hostname"] = name } },
                Status = new()
                {
                    Capacity = resources,
                    Allocatable = resources,
                    Conditions = [new() { Type = "Ready", Status = "True", Reason = "KubeletReady", LastHeartbeatTime = now, LastTransitionTime = now }],
                },
            }, token);

            // Admission taints every new node until somebody says that it is ready.
            await client.Resource<Node>().PatchAsync(null, name, PatchType.Merge, "{\"spec\":{\"taints\":null}}", null, token);
        });
    }

    public static async Task DeleteAsync(KubernetesClient client, CancellationToken cancel)
    {
        using var response = await client.SendAsync(HttpMethod.Delete, ResourcePath.Of(Node.Info, null) + $"?labelSelector={Uri.EscapeDataString(Label)}", null, null, cancel);
    }

    public static Pod Pod(string ns, string name) => new()
    {
        Metadata = new() { Namespace = ns, Name = name, Labels = new() { ["app"] = "load" } },
        Spec = new()
        {
            TerminationGracePeriodSeconds = 0,
            NodeSelector = new() { [Label] = "true" },
            Containers = [new() { Name = "c", Image = "load:1", Resources = new() { Requests = new() { ["cpu"] = Quantity.FromMilli(10), ["memory"] = Quantity.FromBytes(16 << 20) } } }],
        },
    };
}
