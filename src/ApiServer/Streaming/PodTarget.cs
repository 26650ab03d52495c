using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The container of a pod that a request is about.</summary>
internal static class PodTarget
{
    /// <summary>Reads the pod.</summary>
    public static async Task<Pod> PodAsync(ApiRequest request, ResourceStore store) =>
        (Pod)store.Decode(await store.GetAsync(request.Info.Namespace, request.Info.Name, request.Cancel));

    /// <summary>The container that the request names, or the only one there is.</summary>
    /// <exception cref="StatusException">400: there are several, or none of that name.</exception>
    public static string Container(Pod pod, string named)
    {
        var name = pod.Metadata.Name;
        if (named.Length == 0)
        {
            if (pod.Spec.Containers.Count == 1) return pod.Spec.Containers[0].Name;
            var names = (pod.Spec.InitContainers ?? []).Concat(pod.Spec.Containers).Select(static c => c.Name).Concat((pod.Spec.EphemeralContainers ?? []).Select(static c => c.Name));
            throw ApiErrors.BadRequest($"a container name must be specified for pod {name}, choose one of: [{string.Join(" ", names)}]");
        }

        var known = pod.Spec.Containers.Exists(c => c.Name == named)
            || pod.Spec.InitContainers?.Exists(c => c.Name == named) == true
            || pod.Spec.EphemeralContainers?.Exists(c => c.Name == named) == true;
        return known ? named : throw ApiErrors.BadRequest($"container {named} is not valid for pod {name}");
    }

    /// <summary>The node the pod runs on.</summary>
    /// <exception cref="StatusException">400: it has none yet.</exception>
    public static string Node(Pod pod) => pod.Spec.NodeName.Length > 0 ? pod.Spec.NodeName : throw ApiErrors.BadRequest($"pod {pod.Metadata.Name} does not have a host assigned");
}
