using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tiphys.Kubelet.Cri;
using Tiphys.Kubelet.Cri.V1;
using Tiphys.Kubelet.Nodes;
using Tiphys.Kubelet.Pods;

namespace Tiphys.Kubelet.Server;

/// <summary>Serves <c>/stats/summary</c>: what the node and its pods use.</summary>
internal sealed class StatsHandler(KubeletOptions options, PodManager pods, IRuntimeService runtime, TimeProvider time)
{
    private readonly Lock _lock = new();
    private (ulong Nanoseconds, DateTimeOffset At)? _lastCpu;

    public async Task SummaryAsync(HttpContext context)
    {
        var stats = await runtime.ListContainerStatsAsync(null, context.RequestAborted).ConfigureAwait(false);
        var byPod = stats.Where(s => s.Attributes.Labels.ContainsKey(RuntimeLabels.PodUid)).ToLookup(s => s.Attributes.Labels[RuntimeLabels.PodUid]);
        var summary = new JsonObject
        {
            ["node"] = Node(),
            ["pods"] = new JsonArray([.. pods.Pods.Where(p => byPod.Contains(p.Pod.Metadata.Uid)).Select(p => Pod(p.Pod, p.Status, byPod[p.Pod.Metadata.Uid]))]),
        };
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(summary.ToJsonString(), context.RequestAborted).ConfigureAwait(false);
    }

    private JsonObject Node()
    {
        var now = time.GetUtcNow();
        var cpu = NodeUsage.CpuNanoseconds();
        ulong perSecond = 0;
        lock (_lock)
        {
            if (_lastCpu is { } last && now > last.At) perSecond = (ulong)((cpu - last.Nanoseconds) / (now - last.At).TotalSeconds);
            _lastCpu = (cpu, now);
        }
        var total = NodeUsage.Memory("MemTotal");
        var available = NodeUsage.Memory("MemAvailable");
        var disk = new DriveInfo(options.RootDirectory);
        return new JsonObject
        {
            ["nodeName"] = options.NodeName,
            ["startTime"] = Time(NodeUsage.BootTime()),
            ["cpu"] = new JsonObject { ["time"] = Time(now), ["usageNanoCores"] = perSecond, ["usageCoreNanoSeconds"] = cpu },
            ["memory"] = new JsonObject
            {
                ["time"] = Time(now), ["availableBytes"] = available, ["usageBytes"] = total - NodeUsage.Memory("MemFree"),
                ["workingSetBytes"] = total - available, ["rssBytes"] = NodeUsage.Memory("AnonPages"),
            },
            ["fs"] = new JsonObject
            {
                ["time"] = Time(now), ["availableBytes"] = disk.AvailableFreeSpace, ["capacityBytes"] = disk.TotalSize,
                ["usedBytes"] = disk.TotalSize - disk.TotalFreeSpace,
            },
        };
    }

    private static JsonObject Pod(Api.Core.V1.Pod pod, Api.Core.V1.PodStatus status, IEnumerable<ContainerStats> stats)
    {
        var containers = stats.ToList();
        var result = new JsonObject
        {
            ["podRef"] = new JsonObject { ["name"] = pod.Metadata.Name, ["namespace"] = pod.Metadata.Namespace, ["uid"] = pod.Metadata.Uid },
            ["startTime"] = Time(status.StartTime ?? DateTimeOffset.UnixEpoch),
            ["containers"] = new JsonArray([.. containers.Select(c => Container(c, status))]),
        };
        if (containers.Count == 0) return result;
        var now = Time(Nanoseconds(containers.Max(c => c.Cpu?.Timestamp ?? 0)));
        result["cpu"] = new JsonObject
        {
            ["time"] = now,
            ["usageNanoCores"] = (ulong)containers.Sum(c => (decimal)(c.Cpu?.UsageNanoCores?.Value ?? 0)),
            ["usageCoreNanoSeconds"] = (ulong)containers.Sum(c => (decimal)(c.Cpu?.UsageCoreNanoSeconds?.Value ?? 0)),
        };
        result["memory"] = new JsonObject
        {
            ["time"] = now,
            ["usageBytes"] = (ulong)containers.Sum(c => (decimal)Usage(c)),
            ["workingSetBytes"] = (ulong)containers.Sum(c => (decimal)(c.Memory?.WorkingSetBytes?.Value ?? 0)),
        };
        return result;
    }

    private static JsonObject Container(ContainerStats stats, Api.Core.V1.PodStatus status)
    {
        var name = stats.Attributes.Metadata.Name;
        var started = status.ContainerStatuses?.Find(s => s.Name == name)?.State.Running?.StartedAt;
        var result = new JsonObject { ["name"] = name, ["startTime"] = Time(started ?? DateTimeOffset.UnixEpoch) };
        if (stats.Cpu is { } cpu)
        {
            result["cpu"] = new JsonObject
            {
                ["time"] = Time(Nanoseconds(cpu.Timestamp)), ["usageNanoCores"] = cpu.UsageNanoCores?.Value ?? 0,
                ["usageCoreNanoSeconds"] = cpu.UsageCoreNanoSeconds?.Value ?? 0,
            };
        }
        if (stats.Memory is { } memory)
        {
            result["memory"] = new JsonObject
            {
                ["time"] = Time(Nanoseconds(memory.Timestamp)), ["usageBytes"] = Usage(stats),
                ["workingSetBytes"] = memory.WorkingSetBytes?.Value ?? 0, ["rssBytes"] = memory.RssBytes?.Value ?? 0,
                ["pageFaults"] = memory.PageFaults?.Value ?? 0, ["majorPageFaults"] = memory.MajorPageFaults?.Value ?? 0,
            };
        }
        if (stats.WritableLayer is { } layer)
        {
            result["rootfs"] = new JsonObject
            {
                ["time"] = Time(Nanoseconds(layer.Timestamp)), ["usedBytes"] = layer.UsedBytes?.Value ?? 0, ["inodesUsed"] = layer.InodesUsed?.Value ?? 0,
            };
        }
        return result;
    }

    private static ulong Usage(ContainerStats stats) => stats.Memory?.UsageBytes?.Value is > 0 and var usage ? usage : stats.Memory?.WorkingSetBytes?.Value ?? 0;

    private static DateTimeOffset Nanoseconds(long value) => DateTimeOffset.UnixEpoch.AddTicks(value / TimeSpan.NanosecondsPerTick);

    private static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
