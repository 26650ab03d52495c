using System.Collections.Concurrent;
using System.Globalization;
using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Cri;
using Tiphys.Grpc;
using Tiphys.Kubelet.Cri.V1;
using Tiphys.Kubelet.Events;
using Tiphys.Kubelet.Pods;

namespace Tiphys.Kubelet.Images;

/// <summary>A container could not be started, for a reason its status shows.</summary>
internal sealed class StartFailedException(string reason, string message, DateTimeOffset? retryAt = null) : Exception(message)
{
    public string Reason { get; } = reason;

    /// <summary>When to try again, if that is known.</summary>
    public DateTimeOffset? RetryAt { get; } = retryAt;
}

/// <summary>Sees to it that images are there before containers start.</summary>
internal sealed class ImageManager(IImageService images, IRegistryCredentials credentials, IEventRecorder events, TimeProvider time)
{
    private readonly BackOff _backOff = new(time, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5));
    private readonly ConcurrentDictionary<string, string> _lastErrors = new(StringComparer.Ordinal);

    // Upstream pulls one image at a time by default, so that pulls do not starve one another of bandwidth and disk.
    private readonly SemaphoreSlim _pulling = new(1);

    /// <summary>Makes the image present, as the pull policy asks, and returns the reference the runtime wants.</summary>
    /// <exception cref="StartFailedException">It cannot be had at present.</exception>
    public async Task<string> EnsureAsync(
        Pod pod, string container, string requested, string policy, PodSandboxConfig? sandbox, CancellationToken cancel)
    {
        string name;
        ImageName parsed;
        try
        {
            parsed = ImageName.Parse(requested);
            name = parsed.Tag is null && parsed.Digest is null ? requested + ":latest" : requested;
        }
        catch (FormatException e)
        {
            var message = $"Failed to apply default image tag \"{requested}\": {e.Message}";
            events.Warning(pod, container, "InspectFailed", message);
            throw new StartFailedException("InvalidImageName", message);
        }

        if (policy != PullPolicy.Always)
        {
            if (await FindAsync(pod, container, name, cancel).ConfigureAwait(false) is { } present)
            {
                events.Normal(pod, container, "Pulled", $"Container image \"{requested}\" already present on machine and can be accessed by the pod");
                return present.Id;
            }
            if (policy == PullPolicy.Never)
            {
                var message = $"Container image \"{requested}\" is not present with pull policy of Never";
                events.Warning(pod, container, "ErrImageNeverPull", message);
                throw new StartFailedException("ErrImageNeverPull", message);
            }
        }
        return await PullAsync(pod, container, requested, name, parsed, sandbox, cancel).ConfigureAwait(false);
    }

    /// <summary>Forgets a pod's failures.</summary>
    public void Forget(string podUid)
    {
        _backOff.Forget(podUid + "_");
        foreach (var key in _lastErrors.Keys.Where(k => k.StartsWith(podUid + "_", StringComparison.Ordinal))) _lastErrors.TryRemove(key, out _);
    }

    private async Task<Image?> FindAsync(Pod pod, string container, string name, CancellationToken cancel)
    {
        try
        {
            return await images.ImageStatusAsync(name, cancel).ConfigureAwait(false);
        }
        catch (GrpcException e)
        {
            var message = $"Failed to inspect image \"{name}\": {e.Message}";
            events.Warning(pod, container, "InspectFailed", message);
            throw new StartFailedException("ImageInspectError", message);
        }
    }

    private async Task<string> PullAsync(
        Pod pod, string container, string requested, string name, ImageName parsed, PodSandboxConfig? sandbox, CancellationToken cancel)
    {
        var key = $"{pod.Metadata.Uid}_{requested}";
        if (_backOff.EndsAfterLast(key) is { } end)
        {
            var message = $"Back-off pulling image \"{requested}\"";
            events.Normal(pod, container, "BackOff", message);
            if (_lastErrors.TryGetValue(key, out var last)) message += ": " + last;
            throw new StartFailedException("ImagePullBackOff", message, end);
        }
        events.Normal(pod, container, "Pulling", $"Pulling image \"{requested}\"");
        var asked = time.GetTimestamp();
        await _pulling.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var began = time.GetTimestamp();
            var reference = await PullWithCredentialsAsync(pod, name, parsed, sandbox, cancel).ConfigureAwait(false);
            var size = (await images.ImageStatusAsync(reference, cancel).ConfigureAwait(false))?.Size ?? 0;
            events.Normal(pod, container, "Pulled",
                $"Successfully pulled image \"{requested}\" in {Duration(time.GetElapsedTime(began))} ({Duration(time.GetElapsedTime(asked))} including waiting). Image size: {size} bytes.");
            _lastErrors.TryRemove(key, out _);
            return reference;
        }
        catch (GrpcException e)
        {
            events.Warning(pod, container, "Failed", $"Failed to pull image \"{requested}\": {e.Message}");
            _backOff.Next(key, time.GetUtcNow());
            _lastErrors[key] = $"ErrImagePull: {e.Message}";
            throw new StartFailedException("ErrImagePull", e.Message, _backOff.EndsAfterLast(key));
        }
        finally
        {
            _pulling.Release();
        }
    }

    // Several secrets may name the registry; the first that works wins, as it does upstream.
    private async Task<string> PullWithCredentialsAsync(Pod pod, string name, ImageName parsed, PodSandboxConfig? sandbox, CancellationToken cancel)
    {
        var candidates = await credentials.FindAsync(pod, parsed, cancel).ConfigureAwait(false);
        GrpcException? failure = null;
        foreach (var candidate in candidates.DefaultIfEmpty<AuthConfig?>(null))
        {
            try
            {
                return await images.PullImageAsync(new ImageSpec { Image = name }, candidate, sandbox, cancel).ConfigureAwait(false);
            }
            catch (GrpcException e)
            {
                failure = e;
            }
        }
        throw failure!;
    }

    /// <summary>A duration as Go prints it, to the millisecond.</summary>
    internal static string Duration(TimeSpan duration)
    {
        if (duration < TimeSpan.FromMilliseconds(1)) return "0s";
        if (duration < TimeSpan.FromSeconds(1)) return string.Create(CultureInfo.InvariantCulture, $"{(long)duration.TotalMilliseconds}ms");
        var seconds = string.Create(CultureInfo.InvariantCulture, $"{(duration.Ticks % TimeSpan.TicksPerMinute) / (decimal)TimeSpan.TicksPerSecond:0.###}s");
        if (duration < TimeSpan.FromMinutes(1)) return seconds;
        var minutes = string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes}m{seconds}");
        return duration < TimeSpan.FromHours(1) ? minutes : string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalHours}h{minutes}");
    }
}
