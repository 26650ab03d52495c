using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubectl.Describe;

/// <summary>The pods of a node, and what they ask of it.</summary>
internal static class NodeResources
{
    private static readonly string[] s_standard = ["cpu", "memory", "ephemeral-storage"];

    public static void Write(Node node, List<Pod> pods, DescriptionWriter writer)
    {
        var allocatable = node.Status.Allocatable is { Count: > 0 } all ? all : node.Status.Capacity ?? [];
        writer.Field("Non-terminated Pods", $"({pods.Count} in total)");
        writer.Write(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge\n");
        writer.Write(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---\n");
        foreach (var pod in pods)
        {
            var (requests, limits) = Amounts(pod);
            writer.Write(1, $"{pod.Metadata.Namespace}\t{pod.Metadata.Name}\t\t{Share(requests, allocatable, "cpu")}\t{Share(limits, allocatable, "cpu")}\t{Share(requests, allocatable, "memory")}\t{Share(limits, allocatable, "memory")}\t{writer.Age(pod.Metadata.CreationTimestamp)}\n");
        }

        writer.Write(0, "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n");
        writer.Headings(1, "Resource", "Requests", "Limits");
        var (totalRequests, totalLimits) = (new Dictionary<string, Quantity>(), new Dictionary<string, Quantity>());
        foreach (var pod in pods)
        {
            var (requests, limits) = Amounts(pod);
            Add(totalRequests, requests);
            Add(totalLimits, limits);
        }

        var others = allocatable.Keys.Where(static k => !s_standard.Contains(k) && k != "pods").Order(StringComparer.Ordinal).ToList();
        foreach (var name in s_standard.Concat(others.Where(IsHugePages))) writer.Row(1, name, Share(totalRequests, allocatable, name), Share(totalLimits, allocatable, name));
        foreach (var name in others.Where(static k => !IsHugePages(k))) writer.Row(1, name, totalRequests.GetValueOrDefault(name), totalLimits.GetValueOrDefault(name));
    }

    /// <summary>What a pod asks for and may use: its containers together or, where that is more, an init container with the sidecars before it; and its overhead.</summary>
    private static (Dictionary<string, Quantity> Requests, Dictionary<string, Quantity> Limits) Amounts(Pod pod)
    {
        var requests = Sum(pod, static c => c.Resources.Requests);
        var limits = Sum(pod, static c => c.Resources.Limits);
        foreach (var (name, amount) in pod.Spec.Resources?.Requests ?? []) requests[name] = amount;
        foreach (var (name, amount) in pod.Spec.Resources?.Limits ?? []) limits[name] = amount;
        if (pod.Spec.Overhead is { } overhead)
        {
            Add(requests, overhead);
            foreach (var (name, amount) in overhead)
                if (limits.TryGetValue(name, out var limit) && !limit.IsZero) limits[name] = limit + amount;
        }

        return (requests, limits);
    }

    private static Dictionary<string, Quantity> Sum(Pod pod, Func<Container, Dictionary<string, Quantity>?> amounts)
    {
        var sum = new Dictionary<string, Quantity>();
        foreach (var container in pod.Spec.Containers) Add(sum, amounts(container));
        var sidecars = new Dictionary<string, Quantity>();
        var most = new Dictionary<string, Quantity>();
        foreach (var container in pod.Spec.InitContainers ?? [])
        {
            var needed = new Dictionary<string, Quantity>(sidecars);
            Add(needed, amounts(container));
            if (container.RestartPolicy == "Always")
            {
                sidecars = needed;
                Add(sum, amounts(container));
            }

            foreach (var (name, amount) in needed)
                if (!most.TryGetValue(name, out var known) || amount > known) most[name] = amount;
        }

        foreach (var (name, amount) in most)
            if (!sum.TryGetValue(name, out var known) || amount > known) sum[name] = amount;
        return sum;
    }

    private static void Add(Dictionary<string, Quantity> sum, Dictionary<string, Quantity>? amounts)
    {
        foreach (var (name, amount) in amounts ?? []) sum[name] = sum.TryGetValue(name, out var known) ? known + amount : amount;
    }

    private static bool IsHugePages(string name) => name.StartsWith("hugepages-", StringComparison.Ordinal);

    private static string Share(Dictionary<string, Quantity> amounts, Dictionary<string, Quantity> of, string name)
    {
        var amount = amounts.GetValueOrDefault(name);
        var whole = of.GetValueOrDefault(name);
        var percent = whole.Amount == 0 ? 0 : name == "cpu" ? (double)amount.MilliValue / whole.MilliValue * 100 : (double)amount.Value / whole.Value * 100;
        return string.Create(CultureInfo.InvariantCulture, $"{amount} ({(long)percent}%)");
    }
}
