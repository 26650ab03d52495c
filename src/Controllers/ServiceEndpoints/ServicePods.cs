using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>What makes a pod an endpoint of a service.</summary>
internal static class ServicePods
{
    /// <summary>Whether a pod is, or is about to stop being, an endpoint.</summary>
    public static bool Counts(Pod pod, bool terminating) => !pod.IsFinished() && pod.Status.PodIPs is { Count: > 0 } && (terminating || pod.Metadata.DeletionTimestamp is null);

    /// <summary>Pods a service selects.</summary>
    public static IEnumerable<Pod> Of(Service service, IInformer<Pod> pods)
    {
        var selector = LabelQuery.Of(service.Spec.Selector);
        return pods.List(service.Metadata.Namespace).Where(pod => selector.Matches(pod.Metadata.Labels));
    }

    /// <summary>Services of a pod's namespace that select its labels.</summary>
    public static IEnumerable<Service> Selecting(IInformer<Service> services, Pod pod)
    {
        foreach (var service in services.List(pod.Metadata.Namespace))
            if (service.Spec.Selector is { Count: > 0 } selector && Matches(selector, pod.Metadata.Labels)) yield return service;
    }

    /// <summary>Whether a change of a pod can change endpoints.</summary>
    public static bool Differs(Pod before, Pod after) =>
        before.IsReady() != after.IsReady() || before.IsFinished() != after.IsFinished() || before.Metadata.DeletionTimestamp is null != after.Metadata.DeletionTimestamp is null
        || before.Spec.NodeName != after.Spec.NodeName || !SameAddresses(before, after) || !Pods.SameLabels(before.Metadata.Labels, after.Metadata.Labels);

    /// <summary>Number of a service's port on a pod; null when the pod has no port of that name.</summary>
    public static int? Port(ServicePort port, Pod pod)
    {
        if (!port.TargetPort.IsString) return port.TargetPort.IntValue != 0 ? port.TargetPort.IntValue : port.Port;
        foreach (var container in pod.Spec.Containers.Concat((pod.Spec.InitContainers ?? []).Where(static c => c.RestartPolicy == RestartPolicy.Always)))
        {
            foreach (var candidate in container.Ports ?? [])
                if (candidate.Name == port.TargetPort.StringValue && candidate.Protocol == port.Protocol) return candidate.Port;
        }

        return null;
    }

    /// <summary>Whether a service has no address of its own.</summary>
    public static bool IsHeadless(Service service) => service.Spec.ClusterIP is "" or ServiceConstants.ClusterIPNone;

    /// <summary>Whether the pod's host name can be looked up below the service's name.</summary>
    public static bool HasHostname(Service service, Pod pod) => pod.Spec.Hostname.Length > 0 && pod.Spec.Subdomain == service.Metadata.Name;

    private static bool Matches(Dictionary<string, string> selector, Dictionary<string, string>? labels)
    {
        if (labels is null) return false;
        foreach (var (key, value) in selector)
            if (!labels.TryGetValue(key, out var has) || has != value) return false;
        return true;
    }

    private static bool SameAddresses(Pod before, Pod after)
    {
        var left = before.Status.PodIPs;
        var right = after.Status.PodIPs;
        if ((left?.Count ?? 0) != (right?.Count ?? 0)) return false;
        for (var i = 0; i < (left?.Count ?? 0); i++)
            if (left![i].IP != right![i].IP) return false;
        return true;
    }
}
