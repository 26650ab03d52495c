using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Cri;
using Tiphys.Kubelet.Pods;

namespace Tiphys.Kubelet.Server;

/// <summary>Serves metrics in Prometheus' text format, under upstream's names.</summary>
internal sealed class MetricsHandler(KubeletOptions options, PodManager pods, IRuntimeService runtime, TimeProvider time)
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Answers a path under which this agent has nothing to tell.</summary>
    public static Task EmptyAsync(HttpContext context)
    {
        context.Response.ContentType = ContentType;
        return Task.CompletedTask;
    }

    /// <summary>Containers' figures under cAdvisor's names, which dashboards know.</summary>
    public async Task CadvisorAsync(HttpContext context)
    {
        var stats = (await runtime.ListContainerStatsAsync(null, context.RequestAborted).ConfigureAwait(false))
            .Where(s => s.Attributes.Labels.ContainsKey(RuntimeLabels.PodUid)).ToList();
        var text = new StringBuilder();
        Column("container_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed in seconds.",
            s => (s.Cpu?.UsageCoreNanoSeconds?.Value ?? 0) / 1e9, s => s.Cpu?.Timestamp, ",cpu=\"total\"");
        Column("container_memory_working_set_bytes", "gauge", "Current working set in bytes.",
            s => s.Memory?.WorkingSetBytes?.Value ?? 0, s => s.Memory?.Timestamp);
        Column("container_memory_usage_bytes", "gauge", "Current memory usage in bytes, including all memory regardless of when it was accessed.",
            s => s.Memory?.UsageBytes?.Value ?? s.Memory?.WorkingSetBytes?.Value ?? 0, s => s.Memory?.Timestamp);
        Column("container_memory_rss", "gauge", "Size of RSS in bytes.", s => s.Memory?.RssBytes?.Value ?? 0, s => s.Memory?.Timestamp);
        Column("container_fs_usage_bytes", "gauge", "Number of bytes that are consumed by the container on this filesystem.",
            s => s.WritableLayer?.UsedBytes?.Value ?? 0, s => s.WritableLayer?.Timestamp);
        context.Response.ContentType = ContentType;
        await context.Response.WriteAsync(text.ToString(), context.RequestAborted).ConfigureAwait(false);

        void Column(string name, string type, string help, Func<Cri.V1.ContainerStats, IFormattable> value, Func<Cri.V1.ContainerStats, long?> at, string extra = "")
        {
            Head(text, name, type, help);
            foreach (var s in stats)
            {
                var labels = s.Attributes.Labels;
                Row(text, name,
                    $"{{container=\"{s.Attributes.Metadata.Name}\"{extra},id=\"{s.Attributes.Id}\",name=\"{s.Attributes.Id}\",namespace=\"{labels[RuntimeLabels.PodNamespace]}\",pod=\"{labels[RuntimeLabels.PodName]}\"}}",
                    Text(value(s)), at(s) / 1_000_000);
            }
        }
    }

    /// <summary>The agent's own figures.</summary>
    public Task KubeletAsync(HttpContext context)
    {
        var text = new StringBuilder();
        var all = pods.Pods;
        Head(text, "kubelet_node_name", "gauge", "[ALPHA] The node's name. The count is always 1.");
        text.Append("kubelet_node_name{node=\"").Append(options.NodeName).AppendLine("\"} 1");
        Head(text, "kubelet_running_pods", "gauge", "[ALPHA] Number of pods that have a running pod sandbox");
        text.Append("kubelet_running_pods ").AppendLine(Text(all.Count(p => p.Status.Phase == PodPhase.Running)));
        Head(text, "kubelet_running_containers", "gauge", "[ALPHA] Number of containers currently running");
        text.Append("kubelet_running_containers{container_state=\"running\"} ")
            .AppendLine(Text(all.Sum(p => p.Status.ContainerStatuses?.Count(s => s.State.Running is not null) ?? 0)));
        using var self = Process.GetCurrentProcess();
        Head(text, "process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.");
        text.Append("process_cpu_seconds_total ").AppendLine(Text(self.TotalProcessorTime.TotalSeconds));
        Head(text, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.");
        text.Append("process_resident_memory_bytes ").AppendLine(Text(self.WorkingSet64));
        Head(text, "process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.");
        text.Append("process_start_time_seconds ").AppendLine(Text(new DateTimeOffset(self.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1000.0));
        context.Response.ContentType = ContentType;
        return context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }

    /// <summary>What the node, its pods and their containers use, as the metrics API's source.</summary>
    public async Task ResourceAsync(HttpContext context)
    {
        var stats = await runtime.ListContainerStatsAsync(null, context.RequestAborted).ConfigureAwait(false);
        var rows = stats.Where(s => s.Attributes.Labels.ContainsKey(RuntimeLabels.PodUid)).Select(s => (
            Container: s.Attributes.Metadata.Name, Pod: s.Attributes.Labels[RuntimeLabels.PodName], Namespace: s.Attributes.Labels[RuntimeLabels.PodNamespace],
            At: (s.Cpu?.Timestamp ?? 0) / 1_000_000, Cpu: (s.Cpu?.UsageCoreNanoSeconds?.Value ?? 0) / 1e9, Memory: s.Memory?.WorkingSetBytes?.Value ?? 0)).ToList();
        var byPod = rows.GroupBy(r => (r.Pod, r.Namespace)).ToList();
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var text = new StringBuilder();
        Head(text, "container_cpu_usage_seconds_total", "counter", "[STABLE] Cumulative cpu time consumed by the container in core-seconds");
        foreach (var r in rows) Row(text, "container_cpu_usage_seconds_total", Labels(r.Container, r.Namespace, r.Pod), Text(r.Cpu), r.At);
        Head(text, "container_memory_working_set_bytes", "gauge", "[STABLE] Current working set of the container in bytes");
        foreach (var r in rows) Row(text, "container_memory_working_set_bytes", Labels(r.Container, r.Namespace, r.Pod), Text(r.Memory), r.At);
        Head(text, "container_start_time_seconds", "gauge", "[STABLE] Start time of the container since unix epoch in seconds");
        foreach (var (pod, status, _) in pods.Pods)
        {
            foreach (var s in status.ContainerStatuses?.Where(s => s.State.Running?.StartedAt is not null) ?? [])
                Row(text, "container_start_time_seconds", Labels(s.Name, pod.Metadata.Namespace, pod.Metadata.Name), Text(s.State.Running!.StartedAt!.Value.ToUnixTimeMilliseconds() / 1000.0), null);
        }
        Head(text, "node_cpu_usage_seconds_total", "counter", "[STABLE] Cumulative cpu time consumed by the node in core-seconds");
        Row(text, "node_cpu_usage_seconds_total", "", Text(NodeUsage.CpuNanoseconds() / 1e9), now);
        Head(text, "node_memory_working_set_bytes", "gauge", "[STABLE] Current working set of the node in bytes");
        Row(text, "node_memory_working_set_bytes", "", Text(NodeUsage.Memory("MemTotal") - NodeUsage.Memory("MemAvailable")), now);
        Head(text, "pod_cpu_usage_seconds_total", "counter", "[STABLE] Cumulative cpu time consumed by the pod in core-seconds");
        foreach (var p in byPod) Row(text, "pod_cpu_usage_seconds_total", Labels(null, p.Key.Namespace, p.Key.Pod), Text(p.Sum(r => r.Cpu)), p.Max(r => r.At));
        Head(text, "pod_memory_working_set_bytes", "gauge", "[STABLE] Current working set of the pod in bytes");
        foreach (var p in byPod) Row(text, "pod_memory_working_set_bytes", Labels(null, p.Key.Namespace, p.Key.Pod), Text((ulong)p.Sum(r => (decimal)r.Memory)), p.Max(r => r.At));
        Head(text, "resource_scrape_error", "gauge", "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise");
        Row(text, "resource_scrape_error", "", "0", null);
        context.Response.ContentType = ContentType;
        await context.Response.WriteAsync(text.ToString(), context.RequestAborted).ConfigureAwait(false);
    }

    private static void Head(StringBuilder text, string name, string type, string help) => text
        .Append("# HELP ").Append(name).Append(' ').AppendLine(help).Append("# TYPE ").Append(name).Append(' ').AppendLine(type);

    private static void Row(StringBuilder text, string name, string labels, string value, long? at)
    {
        text.Append(name).Append(labels).Append(' ').Append(value);
        if (at is { } time) text.Append(' ').Append(time.ToString(CultureInfo.InvariantCulture));
        text.AppendLine();
    }

    private static string Labels(string? container, string podNamespace, string pod) =>
        (container is null ? "{" : $"{{container=\"{container}\",") + $"namespace=\"{podNamespace}\",pod=\"{pod}\"}}";

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
