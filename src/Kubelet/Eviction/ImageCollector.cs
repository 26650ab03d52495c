using Microsoft.Extensions.Logging;
using Tiphys.Kubelet.Containerd.Images;
using Tiphys.Kubelet.Cri;
using Tiphys.Grpc;
using Tiphys.Kubelet.Cri.V1;

namespace Tiphys.Kubelet.Eviction;

/// <summary>Removes images no container uses when the disk fills up, those longest unused first.</summary>
internal sealed partial class ImageCollector(
    KubeletOptions options, IRuntimeService runtime, IImageService images, TimeProvider time, ILogger<ImageCollector> logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MinimumAge = TimeSpan.FromMinutes(2);
    private readonly Dictionary<string, (DateTimeOffset Detected, DateTimeOffset Used)> _known = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _once = new(1);

    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await CollectAsync(cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(Period, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CollectAsync(CancellationToken cancel)
    {
        await DetectAsync(cancel).ConfigureAwait(false);
        var disk = new DriveInfo(options.Containerd?.Directory ?? options.RootDirectory);
        var used = 100 - (int)(disk.AvailableFreeSpace * 100 / disk.TotalSize);
        if (used < options.ImageGcHighThresholdPercent) return;
        var wanted = (disk.TotalSize * (100 - options.ImageGcLowThresholdPercent) / 100) - disk.AvailableFreeSpace;
        LogCollecting(logger, used, wanted);
        var freed = await FreeAsync(wanted, cancel).ConfigureAwait(false);
        if (freed < wanted) LogNotEnough(logger, freed, wanted);
    }

    /// <summary>Removes unused images until enough is freed, and returns how many bytes that was.</summary>
    public async Task<long> FreeAsync(long wanted, CancellationToken cancel)
    {
        await _once.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var inUse = await DetectAsync(cancel).ConfigureAwait(false);
            var now = time.GetUtcNow();
            long freed = 0;
            var candidates = (await images.ListImagesAsync(cancel).ConfigureAwait(false))
                .Where(i => !inUse.Contains(i.Id) && !i.Pinned && !i.RepoTags.Contains(PauseImage.Name))
                .OrderBy(i => _known[i.Id].Used).ThenBy(i => _known[i.Id].Detected);
            foreach (var image in candidates)
            {
                if (freed >= wanted) break;
                // An image that was just pulled is about to be used.
                if (now - _known[image.Id].Detected < MinimumAge) continue;
                try
                {
                    await images.RemoveImageAsync(image.Id, cancel).ConfigureAwait(false);
                    freed += (long)image.Size;
                    _known.Remove(image.Id);
                }
                catch (GrpcException e)
                {
                    LogFailed(logger, e.Message);
                }
            }
            return freed;
        }
        finally
        {
            _once.Release();
        }
    }

    private async Task<HashSet<string>> DetectAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var containers = await runtime.ListContainersAsync(null, cancel).ConfigureAwait(false);
        var inUse = new HashSet<string>(StringComparer.Ordinal);
        var all = await images.ListImagesAsync(cancel).ConfigureAwait(false);
        foreach (var image in all)
        {
            if (containers.Any(c => IsOf(c, image))) inUse.Add(image.Id);
            var known = _known.TryGetValue(image.Id, out var before) ? before : (Detected: now, Used: default);
            _known[image.Id] = inUse.Contains(image.Id) ? (known.Detected, now) : known;
        }
        foreach (var gone in _known.Keys.Except(all.Select(i => i.Id)).ToList()) _known.Remove(gone);
        return inUse;
    }

    private static bool IsOf(Container container, Image image) => container.ImageRef == image.Id || container.ImageId == image.Id ||
        container.Image?.Image == image.Id || image.RepoTags.Contains(container.ImageRef) || image.RepoDigests.Contains(container.ImageRef);

    [LoggerMessage(1, LogLevel.Information, "The disk is {Percent} % full; removing unused images to free {Bytes} bytes")]
    private static partial void LogCollecting(ILogger logger, int percent, long bytes);

    [LoggerMessage(2, LogLevel.Warning, "Only {Freed} of {Wanted} bytes could be freed by removing images")]
    private static partial void LogNotEnough(ILogger logger, long freed, long wanted);

    [LoggerMessage(3, LogLevel.Warning, "Unused images were not removed: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
