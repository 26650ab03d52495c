namespace Tiphys.Api.Core.V1;

/// <summary>How the resources of a pod are summed.</summary>
public sealed record PodResourceOptions
{
    /// <summary>Counts what the node reports as allocated and in force, so that a resize is covered at both of its ends.</summary>
    public bool UseStatus { get; init; }

    /// <summary>Leaves out the overhead of the runtime class.</summary>
    public bool ExcludeOverhead { get; init; }

    /// <summary>Leaves out what is set for the pod as a whole.</summary>
    public bool SkipPodLevel { get; init; }

    /// <summary>Stands in for requests that a container does not make (the scheduler's scoring does this).</summary>
    public IReadOnlyDictionary<string, Quantity>? Missing { get; init; }
}

/// <summary>
/// Sums requests and limits of a pod: the greater of what its containers need together and what any init container needs
/// with the sidecars started before it; pod-level values take precedence.
/// </summary>
public static class PodResources
{
    private static readonly PodResourceOptions s_plain = new();

    /// <summary>What the pod asks for.</summary>
    public static Dictionary<string, Quantity> Requests(Pod pod, PodResourceOptions? options = null)
    {
        options ??= s_plain;
        var sum = ContainerRequests(pod, options);
        if (!options.SkipPodLevel && pod.Spec.Resources?.Requests is { } podLevel) Override(sum, podLevel);
        if (!options.ExcludeOverhead && pod.Spec.Overhead is { } overhead) Add(sum, overhead);
        return sum;
    }

    /// <summary>What the pod may use; resources without a limit are absent.</summary>
    public static Dictionary<string, Quantity> Limits(Pod pod, PodResourceOptions? options = null)
    {
        options ??= s_plain;
        var sum = ContainerLimits(pod, options);
        if (!options.SkipPodLevel && pod.Spec.Resources?.Limits is { } podLevel) Override(sum, podLevel);
        if (options.ExcludeOverhead || pod.Spec.Overhead is not { } overhead) return sum;
        foreach (var (name, quantity) in overhead)
        {
            if (sum.TryGetValue(name, out var limit) && !limit.IsZero) sum[name] = limit + quantity;
        }

        return sum;
    }

    /// <summary>What the containers ask for together, without overhead and pod-level values.</summary>
    public static Dictionary<string, Quantity> ContainerRequests(Pod pod, PodResourceOptions? options = null)
    {
        options ??= s_plain;
        var infeasible = options.UseStatus && IsResizeInfeasible(pod);
        return Aggregate(pod, (container, isInit) =>
        {
            var requests = container.Resources.Requests;
            if (options.UseStatus && (!isInit || IsSidecar(container)) && Status(pod, container.Name, isInit) is { Resources: { } inForce } status)
            {
                // An infeasible resize will not happen, so the wish does not count; any other may have happened already.
                requests = Greatest(infeasible ? null : requests, inForce.Requests, status.AllocatedResources);
            }

            return options.Missing is { Count: > 0 } missing ? Fill(requests, missing) : requests;
        });
    }

    /// <summary>What the containers may use together, without overhead and pod-level values.</summary>
    public static Dictionary<string, Quantity> ContainerLimits(Pod pod, PodResourceOptions? options = null)
    {
        options ??= s_plain;
        var infeasible = options.UseStatus && IsResizeInfeasible(pod);
        return Aggregate(pod, (container, isInit) =>
        {
            var limits = container.Resources.Limits;
            return options.UseStatus && (!isInit || IsSidecar(container)) && Status(pod, container.Name, isInit) is { Resources: { } inForce }
                ? Greatest(infeasible ? null : limits, inForce.Limits)
                : limits;
        });
    }

    /// <summary>An init container that keeps running beside the main ones.</summary>
    public static bool IsSidecar(Container container) => container.RestartPolicy == ContainerRestartPolicy.Always;

    /// <summary>The node said that it can never carry out the pending resize.</summary>
    public static bool IsResizeInfeasible(Pod pod) =>
        pod.Status.Conditions?.Find(static c => c.Type == PodConditionType.PodResizePending) is { Reason: PodReason.Infeasible };

    /// <summary>Adds one set of resources to another.</summary>
    public static void Add(Dictionary<string, Quantity> sum, Dictionary<string, Quantity>? more)
    {
        if (more is null) return;
        foreach (var (name, quantity) in more) sum[name] = sum.TryGetValue(name, out var have) ? have + quantity : quantity;
    }

    private static Dictionary<string, Quantity> Aggregate(Pod pod, Func<Container, bool, Dictionary<string, Quantity>?> of)
    {
        var sum = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var container in pod.Spec.Containers) Add(sum, of(container, false));
        if (pod.Spec.InitContainers is not { Count: > 0 } initContainers) return sum;

        var sidecars = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        var starting = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var container in initContainers)
        {
            var own = of(container, true);
            if (IsSidecar(container))
            {
                Add(sum, own);
                Add(sidecars, own);
                Raise(starting, sidecars);
            }
            else
            {
                var step = new Dictionary<string, Quantity>(sidecars, StringComparer.Ordinal);
                Add(step, own);
                Raise(starting, step);
            }
        }

        Raise(sum, starting);
        return sum;
    }

    private static ContainerStatus? Status(Pod pod, string name, bool isInit) =>
        (isInit ? pod.Status.InitContainerStatuses : pod.Status.ContainerStatuses)?.Find(s => s.Name == name);

    private static void Override(Dictionary<string, Quantity> sum, Dictionary<string, Quantity> podLevel)
    {
        foreach (var (name, quantity) in podLevel)
        {
            if (ResourceNames.IsPodLevel(name)) sum[name] = quantity;
        }
    }

    private static void Raise(Dictionary<string, Quantity> to, Dictionary<string, Quantity>? least)
    {
        if (least is null) return;
        foreach (var (name, quantity) in least)
        {
            if (!to.TryGetValue(name, out var have) || quantity > have) to[name] = quantity;
        }
    }

    private static Dictionary<string, Quantity> Greatest(params ReadOnlySpan<Dictionary<string, Quantity>?> lists)
    {
        var greatest = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var list in lists) Raise(greatest, list);
        return greatest;
    }

    private static Dictionary<string, Quantity> Fill(Dictionary<string, Quantity>? requests, IReadOnlyDictionary<string, Quantity> missing)
    {
        var filled = requests is null ? new Dictionary<string, Quantity>(StringComparer.Ordinal) : new Dictionary<string, Quantity>(requests, StringComparer.Ordinal);
        foreach (var (name, quantity) in missing) filled.TryAdd(name, quantity);
        return filled;
    }
}
