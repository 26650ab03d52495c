using Tiphys.Api.Batch.V1;
using Tiphys.Api.Core.V1;

namespace Tiphys.Controllers;

/// <summary>What a job's podFailurePolicy says about a failed pod.</summary>
/// <param name="Action">One of <see cref="PodFailurePolicyAction"/>, or null when no rule matches.</param>
/// <param name="Message">Why, for FailJob.</param>
internal readonly record struct FailureVerdict(string? Action, string Message)
{
    /// <summary>Whether the failure counts towards the limit.</summary>
    public bool Counts => Action != PodFailurePolicyAction.Ignore;
}

/// <summary>Applies podFailurePolicy rules.</summary>
internal static class FailurePolicy
{
    /// <summary>The first rule that matches decides.</summary>
    public static FailureVerdict Judge(PodFailurePolicy? policy, Pod pod)
    {
        for (var i = 0; i < (policy?.Rules.Count ?? 0); i++)
        {
            var rule = policy!.Rules[i];
            var name = $"{pod.Metadata.Namespace}/{pod.Metadata.Name}";
            if (rule.OnExitCodes is { } codes)
            {
                if (Exited(codes, pod) is { } status)
                    return new(rule.Action, $"Container {status.Name} for pod {name} failed with exit code {status.State.Terminated!.ExitCode} matching {rule.Action} rule at index {i}");
            }
            else if (rule.OnPodConditions?.Find(p => pod.Condition(p.Type) is { } c && c.Status == p.Status) is { } pattern)
            {
                return new(rule.Action, $"Pod {name} has condition {pattern.Type} matching {rule.Action} rule at index {i}");
            }
        }

        return new(null, "");
    }

    private static ContainerStatus? Exited(PodFailurePolicyOnExitCodesRequirement codes, Pod pod)
    {
        foreach (var status in (pod.Status.ContainerStatuses ?? []).Concat(pod.Status.InitContainerStatuses ?? []))
        {
            if (status.State.Terminated is not { ExitCode: not 0 } ended || (codes.ContainerName is { } only && only != status.Name)) continue;
            if (codes.Values.Contains(ended.ExitCode) == (codes.Operator == PodFailurePolicyOnExitCodesOperator.In)) return status;
        }

        return null;
    }
}
