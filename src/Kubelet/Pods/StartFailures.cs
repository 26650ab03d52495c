using System.Collections.Concurrent;

namespace Tiphys.Kubelet.Pods;

/// <summary>Why a container is not running although it should be: upstream's reason (such as <c>ErrImagePull</c>) and words.</summary>
internal sealed record StartFailure(string Reason, string Message);

/// <summary>Remembers, for the containers of one pod, why the last try to start them failed.</summary>
internal sealed class StartFailures
{
    private readonly ConcurrentDictionary<string, StartFailure> _byName = new(StringComparer.Ordinal);

    public StartFailure? Get(string container) => _byName.GetValueOrDefault(container);

    public void Set(string container, StartFailure failure) => _byName[container] = failure;

    public void Clear(string container) => _byName.TryRemove(container, out _);
}
