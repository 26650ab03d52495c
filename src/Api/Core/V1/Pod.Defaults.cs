namespace Tiphys.Api.Core.V1;

public sealed partial class Pod
{
    // These hold for pods only, not for the templates of workloads.
    partial void OnDefaulting()
    {
        RequestWhatIsLimited(Spec.Containers);
        RequestWhatIsLimited(Spec.InitContainers);
        if (Spec.Resources is { } podLevel)
        {
            LimitHugePages(podLevel);
            RequestForPod(podLevel);
        }

        Spec.EnableServiceLinks ??= true;
        if (!Spec.HostNetwork) return;
        ExposeOnHost(Spec.Containers);
        ExposeOnHost(Spec.InitContainers);
    }

    private static void RequestWhatIsLimited(List<Container>? containers)
    {
        if (containers is null) return;
        foreach (var container in containers)
        {
            if (container.Resources.Limits is not { } limits) continue;
            var requests = container.Resources.Requests ??= new(StringComparer.Ordinal);
            foreach (var (name, quantity) in limits) requests.TryAdd(name, quantity);
        }
    }

    private static void ExposeOnHost(List<Container>? containers)
    {
        if (containers is null) return;
        foreach (var container in containers)
        {
            foreach (var port in container.Ports ?? [])
            {
                if (port.HostPort == 0) port.HostPort = port.Port;
            }
        }
    }

    private void LimitHugePages(ResourceRequirements podLevel)
    {
        if (podLevel is { Limits: null or { Count: 0 }, Requests: null or { Count: 0 } }) return;
        foreach (var (name, quantity) in PodResources.ContainerLimits(this))
        {
            if (!ResourceNames.IsHugePages(name) || podLevel.Requests?.ContainsKey(name) is true) continue;
            (podLevel.Limits ??= new(StringComparer.Ordinal)).TryAdd(name, quantity);
        }
    }

    private void RequestForPod(ResourceRequirements podLevel)
    {
        if (podLevel.Limits is not { Count: > 0 } limits) return;
        var requests = podLevel.Requests ?? new(StringComparer.Ordinal);
        foreach (var (name, quantity) in PodResources.ContainerRequests(this))
        {
            if (ResourceNames.IsPodLevel(name) && ResourceNames.IsOvercommitAllowed(name)) requests.TryAdd(name, quantity);
        }

        foreach (var (name, quantity) in limits)
        {
            if (ResourceNames.IsPodLevel(name)) requests.TryAdd(name, quantity);
        }

        if (requests.Count > 0) podLevel.Requests = requests;
    }
}

public sealed partial class PodSpec
{
    partial void OnDefaulting()
    {
        SecurityContext ??= new();
        ResourceRounding.RoundUp(Overhead);
    }
}
