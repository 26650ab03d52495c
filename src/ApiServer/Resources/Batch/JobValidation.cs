using Tiphys.Api.Batch.V1;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of jobs, alone and as templates of cron jobs.</summary>
internal static class JobValidation
{
    private const int MostParallelism = 100_000;
    private const int MostFailedIndexes = 100_000;
    private const int ManyCompletions = 100_000;
    private const int MostOfMany = 10_000;
    private const int MostManagedBy = 63;
    private static readonly string[] s_modes = [CompletionMode.NonIndexed, CompletionMode.Indexed];
    private static readonly string[] s_replacements = ["Failed", "TerminatingOrFailed"];
    private static readonly string[] s_restartPolicies = [RestartPolicy.OnFailure, RestartPolicy.Never];

    public static void Spec(JobSpec spec, FieldPath path, FieldErrors errors)
    {
        FieldRules.NotNegative(spec.Parallelism, path["parallelism"], errors);
        FieldRules.NotNegative(spec.Completions, path["completions"], errors);
        FieldRules.NotNegative(spec.ActiveDeadlineSeconds, path["activeDeadlineSeconds"], errors);
        FieldRules.NotNegative(spec.BackoffLimit, path["backoffLimit"], errors);
        FieldRules.NotNegative(spec.TtlSecondsAfterFinished, path["ttlSecondsAfterFinished"], errors);
        FieldRules.NotNegative(spec.BackoffLimitPerIndex, path["backoffLimitPerIndex"], errors);
        FieldRules.NotNegative(spec.MaxFailedIndexes, path["maxFailedIndexes"], errors);
        if (spec is { MaxFailedIndexes: not null, BackoffLimitPerIndex: null }) errors.Required(path["backoffLimitPerIndex"], "when maxFailedIndexes is specified");
        ManagedBy(spec.ManagedBy, path["managedBy"], errors);
        if (spec.CompletionMode is { } mode) FieldRules.Supported(mode, s_modes, path["completionMode"], errors);
        if (spec.CompletionMode == CompletionMode.Indexed) Indexed(spec, path, errors);
        if (spec.CompletionMode is null or CompletionMode.NonIndexed)
        {
            if (spec.BackoffLimitPerIndex is { } perIndex) errors.Invalid(path["backoffLimitPerIndex"], perIndex, "requires indexed completion mode");
            if (spec.MaxFailedIndexes is { } failed) errors.Invalid(path["maxFailedIndexes"], failed, "requires indexed completion mode");
        }

        if (spec.PodFailurePolicy is not null) JobPolicyValidation.Failure(spec, path["podFailurePolicy"], errors);
        if (spec.SuccessPolicy is { } success)
        {
            if (spec.CompletionMode != CompletionMode.Indexed) errors.Invalid(path["successPolicy"], new GoStructure(success), "requires indexed completion mode");
            else JobPolicyValidation.Success(spec, path["successPolicy"], errors);
        }

        FieldRules.Supported(spec.PodReplacementPolicy, spec.PodFailurePolicy is null ? s_replacements : ["Failed"], path["podReplacementPolicy"], errors);
        TemplateRules.Template(spec.Template, path["template"], errors);
        Restart(spec, path["template"]["spec"]["restartPolicy"], errors);
    }

    private static void Indexed(JobSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.Completions is null) errors.Required(path["completions"], "when completion mode is Indexed");
        if (spec.Parallelism > MostParallelism) errors.Invalid(path["parallelism"], spec.Parallelism, $"must be less than or equal to {MostParallelism} when completion mode is Indexed");
        if (spec.MaxFailedIndexes > spec.Completions) errors.Invalid(path["maxFailedIndexes"], spec.MaxFailedIndexes, "must be less than or equal to completions");
        if (spec.MaxFailedIndexes > MostFailedIndexes) errors.Invalid(path["maxFailedIndexes"], spec.MaxFailedIndexes, $"must be less than or equal to {MostFailedIndexes}");
        if (spec is not { Completions: > ManyCompletions, BackoffLimitPerIndex: not null }) return;
        var limit = $"must be less than or equal to {MostOfMany} when completions are above {ManyCompletions} and used with backoff limit per index";
        if (spec.MaxFailedIndexes is null) errors.Required(path["maxFailedIndexes"], $"must be specified when completions is above {ManyCompletions}");
        if (spec.Parallelism > MostOfMany) errors.Invalid(path["parallelism"], spec.Parallelism, limit);
        if (spec.MaxFailedIndexes > MostOfMany) errors.Invalid(path["maxFailedIndexes"], spec.MaxFailedIndexes, limit);
    }

    private static void ManagedBy(string? name, FieldPath path, FieldErrors errors)
    {
        if (name is null) return;
        FieldRules.DomainPath(name, path, errors);
        if (name.Length > MostManagedBy) errors.TooLong(path, MostManagedBy);
    }

    private static void Restart(JobSpec spec, FieldPath path, FieldErrors errors)
    {
        var policy = spec.Template.Spec.RestartPolicy;
        if (policy is "" or RestartPolicy.Always) errors.Required(path, "valid values: \"OnFailure\", \"Never\"");
        else if (!s_restartPolicies.Contains(policy)) errors.NotSupported(path, policy, s_restartPolicies);
        else if (spec.PodFailurePolicy is not null && policy != RestartPolicy.Never) errors.Invalid(path, policy, "only \"Never\" is supported when podFailurePolicy is specified");
    }
}
