using Tiphys.Api;
using Tiphys.Api.Apps.V1;

namespace Tiphys.Controllers;

/// <summary>How far a deployment's pods may stray from the number wanted while it rolls.</summary>
internal static class Bounds
{
    /// <summary>Pods wanted.</summary>
    public static int Wanted(this Deployment deployment) => deployment.Spec.Replicas ?? 1;

    /// <summary>Whether pods are replaced gradually.</summary>
    public static bool IsRolling(this Deployment deployment) => deployment.Spec.Strategy.Type != DeploymentStrategyType.Recreate;

    /// <summary>Pods that may be there on top.</summary>
    public static int MaxSurge(this Deployment deployment) => deployment.IsRolling() ? Resolve(deployment).Surge : 0;

    /// <summary>Pods that may be missing.</summary>
    public static int MaxUnavailable(this Deployment deployment) =>
        deployment.IsRolling() && deployment.Wanted() > 0 ? Math.Min(Resolve(deployment).Unavailable, deployment.Wanted()) : 0;

    /// <summary>Whether rollouts are expected to move on within a time.</summary>
    public static bool HasDeadline(this Deployment deployment) => deployment.Spec.ProgressDeadlineSeconds is not null and not int.MaxValue;

    /// <summary>Whether the rollout is done.</summary>
    public static bool IsComplete(this Deployment deployment, DeploymentStatus status)
    {
        var wanted = deployment.Wanted();
        return status.UpdatedReplicas == wanted && status.Replicas == wanted && status.AvailableReplicas == wanted && status.ObservedGeneration >= deployment.Metadata.Generation;
    }

    private static (int Surge, int Unavailable) Resolve(Deployment deployment)
    {
        var rolling = deployment.Spec.Strategy.RollingUpdate;
        var surge = (rolling?.MaxSurge ?? new IntOrString(0)).Scale(deployment.Wanted(), roundUp: true);
        var unavailable = (rolling?.MaxUnavailable ?? new IntOrString(0)).Scale(deployment.Wanted(), roundUp: false);

        // Percentages can both come down to zero; without room on one side nothing would ever move.
        return surge == 0 && unavailable == 0 ? (0, 1) : (surge, unavailable);
    }
}
