using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Cri;
using Tiphys.Kubelet.Events;
using Tiphys.Kubelet.Nodes;
using Tiphys.Kubelet.Pods;
using Tiphys.Kubelet.Volumes;

namespace Tiphys.Kubelet.Eviction;

/// <summary>Keeps the node from running out of memory and disk: it tells of the pressure, tidies up, and at last evicts pods.</summary>
internal sealed partial class EvictionManager(
    KubeletOptions options, PodManager pods, IRuntimeService runtime, ImageCollector images, PodDirectories directories,
    NodeAgent node, IEventRecorder events, TimeProvider time, ILogger<EvictionManager> logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PressureLasts = TimeSpan.FromMinutes(5);
    private DateTimeOffset? _memoryPressed;
    private DateTimeOffset? _diskPressed;

    /// <summary>The conditions that keep further pods away.</summary>
    public (bool Memory, bool Disk) Pressure { get; private set; }

    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await Task.Delay(Period, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!cancel.IsCancellationRequested) await CheckAsync(cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    internal async Task CheckAsync(CancellationToken cancel)
    {
        if (await EvictOverLimitAsync(cancel).ConfigureAwait(false)) return;
        var now = time.GetUtcNow();
        var disk = new DriveInfo(options.RootDirectory);
        var memory = Shortage("memory.available", MachineInfo.Memory, MachineInfo.MemoryAvailable);
        var files = Shortage("nodefs.available", disk.TotalSize, disk.AvailableFreeSpace);
        if (memory is not null) _memoryPressed = now;
        if (files is not null) _diskPressed = now;
        // A condition that comes and goes would only send pods back and forth.
        Pressure = (now - _memoryPressed < PressureLasts, now - _diskPressed < PressureLasts);
        if (node.Pressure != (Pressure.Memory, Pressure.Disk, false))
        {
            node.Pressure = (Pressure.Memory, Pressure.Disk, false);
            node.Wake();
        }
        if (files is not null)
        {
            await images.FreeAsync(long.MaxValue, cancel).ConfigureAwait(false);
            disk = new DriveInfo(options.RootDirectory);
            files = Shortage("nodefs.available", disk.TotalSize, disk.AvailableFreeSpace);
        }
        if (memory is { } m) await EvictOneAsync(ResourceName.Memory, m.Threshold, m.Available, cancel).ConfigureAwait(false);
        else if (files is { } f) await EvictOneAsync(ResourceName.EphemeralStorage, f.Threshold, f.Available, cancel).ConfigureAwait(false);
    }

    private (long Threshold, long Available)? Shortage(string signal, long capacity, long available)
    {
        if (!options.EvictionHard.TryGetValue(signal, out var text)) return null;
        var threshold = Threshold.Parse(text).Of(capacity);
        return available < threshold ? (threshold, available) : null;
    }

    private async Task EvictOneAsync(string resource, long threshold, long available, CancellationToken cancel)
    {
        var usages = await UsagesAsync(resource, cancel).ConfigureAwait(false);
        if (EvictionRanking.Order(usages, resource) is not [var first, ..]) return;
        var message = $"The node was low on resource: {resource}. Threshold quantity: {Quantity.FromBytes(threshold)}, available: {Quantity.FromBytes(available / 1024 * 1024)}. ";
        foreach (var container in first.Pod.Spec.Containers)
        {
            if (!first.ByContainer.TryGetValue(container.Name, out var usage)) continue;
            var request = container.Resources.Requests?.GetValueOrDefault(resource) ?? Quantity.Zero;
            if (usage <= request.Value) continue;
            message += $"Container {container.Name} was using {Quantity.FromBytes(usage / 1024 * 1024)}, request is {request}, has larger consumption of {resource}. ";
        }
        Evict(first.Pod, message, isDisruption: true);
    }

    private async Task<bool> EvictOverLimitAsync(CancellationToken cancel)
    {
        var running = Running().Where(p => HasLocalLimit(p)).ToList();
        if (running.Count == 0) return false;
        var usages = (await UsagesAsync(ResourceName.EphemeralStorage, cancel).ConfigureAwait(false)).ToDictionary(u => u.Pod.Metadata.Uid);
        var evicted = false;
        foreach (var pod in running)
        {
            if (OverLimit(pod, usages.GetValueOrDefault(pod.Metadata.Uid)) is not { } message) continue;
            Evict(pod, message, isDisruption: false);
            evicted = true;
        }
        return evicted;
    }

    private static bool HasLocalLimit(Pod pod) =>
        (pod.Spec.Volumes ?? []).Any(v => v.EmptyDir?.SizeLimit is { IsZero: false }) ||
        pod.Spec.Containers.Any(c => c.Resources.Limits?.ContainsKey(ResourceName.EphemeralStorage) is true);

    private string? OverLimit(Pod pod, PodUsage? usage)
    {
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            if (volume.EmptyDir is not { SizeLimit: { IsZero: false } limit, Medium: "" }) continue;
            if (DiskUsage.Of(directories.Volume(pod.Metadata.Uid, "empty-dir", volume.Name)) > limit.Value)
                return $"Usage of EmptyDir volume \"{volume.Name}\" exceeds the limit \"{limit}\". ";
        }
        if (usage is not null && PodResources.Limits(pod).TryGetValue(ResourceName.EphemeralStorage, out var whole) &&
            PodLimits.IsDeclared(pod, ResourceName.EphemeralStorage) && usage.Usage > whole.Value)
            return $"Pod ephemeral local storage usage exceeds the total limit of containers {whole}. ";
        foreach (var container in pod.Spec.Containers)
        {
            if (container.Resources.Limits?.TryGetValue(ResourceName.EphemeralStorage, out var limit) is true && !limit.IsZero &&
                usage?.ByContainer.GetValueOrDefault(container.Name) > limit.Value)
                return $"Container {container.Name} exceeded its local ephemeral storage limit \"{limit}\". ";
        }
        return null;
    }

    private void Evict(Pod pod, string message, bool isDisruption)
    {
        if (EvictionRanking.IsCritical(pod) || pods.Get(pod.Metadata.Uid) is not { } worker) return;
        LogEvicting(logger, PodNames.Format(pod), message);
        events.Warning(pod, "Evicted", message);
        worker.Evict(new PodVerdict("Evicted", message) { Grace = TimeSpan.FromSeconds(1), IsDisruption = isDisruption });
    }

    private IEnumerable<Pod> Running() => pods.Pods.Where(p => p.Stage == PodStage.Running).Select(p => p.Pod);

    private async Task<List<PodUsage>> UsagesAsync(string resource, CancellationToken cancel)
    {
        var stats = await runtime.ListContainerStatsAsync(null, cancel).ConfigureAwait(false);
        var byPod = stats.Where(s => s.Attributes.Labels.ContainsKey(RuntimeLabels.PodUid)).ToLookup(s => s.Attributes.Labels[RuntimeLabels.PodUid]);
        return [.. Running().Select(pod =>
        {
            var logs = directories.Logs(pod);
            var containers = byPod[pod.Metadata.Uid].GroupBy(s => s.Attributes.Metadata.Name).ToDictionary(g => g.Key, g => g.Max(s =>
                resource == ResourceName.Memory
                    ? (long)(s.Memory?.WorkingSetBytes?.Value ?? 0)
                    : (long)(s.WritableLayer?.UsedBytes?.Value ?? 0) + DiskUsage.Of(Path.Combine(logs, g.Key))));
            var shared = resource == ResourceName.Memory ? 0 : EmptyDirs(pod);
            return new PodUsage(pod, containers.Values.Sum() + shared, containers);
        })];
    }

    private long EmptyDirs(Pod pod) => (pod.Spec.Volumes ?? []).Where(v => v.EmptyDir is { Medium: "" })
        .Sum(v => DiskUsage.Of(directories.Volume(pod.Metadata.Uid, "empty-dir", v.Name)));

    [LoggerMessage(1, LogLevel.Warning, "Evicting pod {Pod}: {Reason}")]
    private static partial void LogEvicting(ILogger logger, string pod, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Usage could not be looked at: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
