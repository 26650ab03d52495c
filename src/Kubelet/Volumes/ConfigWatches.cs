using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Kubelet.Volumes;

/// <summary>
/// Watches the config maps and secrets that running pods have mounted, each by its name alone, so that files follow their
/// source at once and not with the next round (upstream's watch-based config map and secret managers).
/// </summary>
internal sealed class ConfigWatches(KubernetesClient client, TimeProvider time, ILoggerFactory loggers) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ConfigReference, Followed> _followed = [];

    /// <summary>Has a pod told of changes to what its volumes show.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="changed">Called on a watch's loop: must be quick.</param>
    public void Follow(Pod pod, Action changed)
    {
        lock (_lock)
        {
            foreach (var reference in ConfigReference.OfVolumes(pod))
            {
                if (!_followed.TryGetValue(reference, out var followed)) _followed[reference] = followed = Start(reference);
                followed.Pods[pod.Metadata.Uid] = changed;
            }
        }
    }

    /// <summary>A pod is gone; what no other pod shows is watched no longer.</summary>
    public void Unfollow(Pod pod)
    {
        lock (_lock)
        {
            foreach (var reference in ConfigReference.OfVolumes(pod))
            {
                if (!_followed.TryGetValue(reference, out var followed) || !followed.Pods.Remove(pod.Metadata.Uid) || followed.Pods.Count > 0) continue;
                _followed.Remove(reference);
                followed.Dispose();
            }
        }
    }

    /// <summary>Notes what was handed out, so that a watch that only now sees it wakes nobody.</summary>
    public void Served(ConfigReference reference, string? resourceVersion)
    {
        lock (_lock)
        {
            if (_followed.TryGetValue(reference, out var followed)) followed.Served = resourceVersion;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var followed in _followed.Values) followed.Dispose();
            _followed.Clear();
        }
    }

    private Followed Start(ConfigReference reference) => reference.Kind switch
    {
        ConfigKind.ConfigMap => Start<ConfigMap>(reference, static m => m.Immutable is true),
        _ => Start<Secret>(reference, static s => s.Immutable is true),
    };

    private Followed Start<T>(ConfigReference reference, Func<T, bool> isFinal) where T : class, IKubernetesObject<T>
    {
        var followed = new Followed();
        var informers = new InformerFactory(client, time, loggers);
        informers.For<T>(reference.Namespace, new ListQuery { FieldSelector = $"metadata.name={reference.Name}" }).On(
            added: item => Tell(followed, item, isFinal(item)),
            updated: (_, item) => Tell(followed, item, isFinal(item)));
        _ = Task.Run(() => informers.RunAsync(followed.Stopped));
        return followed;
    }

    private void Tell(Followed followed, IKubernetesObject item, bool isFinal)
    {
        Action[] pods;
        lock (_lock)
        {
            // Before the first pod has read it there is nothing to bring up to date.
            pods = followed.Served is null || followed.Served == item.Metadata.ResourceVersion ? [] : [.. followed.Pods.Values];
        }

        foreach (var changed in pods) changed();
        if (isFinal) followed.Stop(); // it can never change again
    }

    /// <summary>One watched object and the pods that show it.</summary>
    private sealed class Followed : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();

        public Dictionary<string, Action> Pods { get; } = new(StringComparer.Ordinal);

        /// <summary>Version that was last handed out; null before the first time.</summary>
        public string? Served { get; set; }

        public CancellationToken Stopped => _stop.Token;

        public void Stop() => _stop.Cancel();

        public void Dispose()
        {
            _stop.Cancel();
            _stop.Dispose();
        }
    }
}
