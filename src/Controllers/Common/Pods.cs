using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Controllers;

/// <summary>Questions that every workload controller asks about pods.</summary>
internal static class Pods
{
    /// <summary>The pod has run to its end.</summary>
    public static bool IsFinished(this Pod pod) => pod.Status.Phase is PodPhase.Succeeded or PodPhase.Failed;

    /// <summary>The pod runs or will run: neither at its end nor on its way out.</summary>
    public static bool IsActive(this Pod pod) => !pod.IsFinished() && pod.Metadata.DeletionTimestamp is null;

    /// <summary>The pod is on its way out but has not ended.</summary>
    public static bool IsTerminating(this Pod pod) => !pod.IsFinished() && pod.Metadata.DeletionTimestamp is not null;

    /// <summary>The condition of a type, or null.</summary>
    public static PodCondition? Condition(this Pod pod, string type) => pod.Status.Conditions?.Find(c => c.Type == type);

    /// <summary>The pod can serve.</summary>
    public static bool IsReady(this Pod pod) => pod.Condition(PodConditionType.Ready)?.Status == ConditionStatus.True;

    /// <summary>The pod has been ready for long enough.</summary>
    public static bool IsAvailable(this Pod pod, int minReadySeconds, DateTimeOffset now) => pod.AvailableIn(minReadySeconds, now) == TimeSpan.Zero;

    /// <summary>Time until the pod counts as available if it stays ready; null when it is not ready.</summary>
    public static TimeSpan? AvailableIn(this Pod pod, int minReadySeconds, DateTimeOffset now)
    {
        if (pod.Condition(PodConditionType.Ready) is not { Status: ConditionStatus.True } ready) return null;
        if (minReadySeconds == 0) return TimeSpan.Zero;
        if (ready.LastTransitionTime is not { } since) return null;
        var rest = since.AddSeconds(minReadySeconds) - now;
        return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }

    /// <summary>The reference to the object's controller, or null.</summary>
    public static OwnerReference? ControllerOf(this IKubernetesObject item)
    {
        if (item.Metadata.OwnerReferences is not { } owners) return null;
        foreach (var owner in owners)
            if (owner.Controller == true) return owner;
        return null;
    }

    /// <summary>Whether this owner controls the object.</summary>
    public static bool IsControlledBy(this IKubernetesObject item, IKubernetesObject owner) => item.ControllerOf()?.Uid == owner.Metadata.Uid;

    /// <summary>A controller reference to an owner.</summary>
    public static OwnerReference ControllerReference(IKubernetesObject owner) => new()
    {
        ApiVersion = owner.KindInfo.ApiVersion,
        Kind = owner.KindInfo.Kind,
        Name = owner.Metadata.Name,
        Uid = owner.Metadata.Uid,
        Controller = true,
        BlockOwnerDeletion = true,
    };

    /// <summary>Whether two label maps say the same.</summary>
    public static bool SameLabels(IReadOnlyDictionary<string, string>? left, IReadOnlyDictionary<string, string>? right)
    {
        if ((left?.Count ?? 0) != (right?.Count ?? 0)) return false;
        if (left is null || right is null) return true;
        foreach (var (key, value) in left)
            if (!right.TryGetValue(key, out var other) || other != value) return false;
        return true;
    }

    /// <summary>Restarts of all containers.</summary>
    public static int Restarts(List<ContainerStatus>? statuses)
    {
        var restarts = 0;
        foreach (var status in statuses ?? []) restarts = Math.Max(restarts, status.RestartCount);
        return restarts;
    }
}
