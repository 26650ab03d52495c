using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Batch.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of a job's policies: which failures count, and when it is done before all of it has run.</summary>
internal static class JobPolicyValidation
{
    private const int MostRules = 20;
    private const int MostExitCodes = 255;
    private const int MostPatterns = 20;
    private const int MostIndexes = 64 * 1024;
    private static readonly string[] s_actions = ["Count", "FailIndex", "FailJob", "Ignore"];
    private static readonly string[] s_operators = ["In", "NotIn"];
    private static readonly string[] s_statuses = ["False", "True", "Unknown"];

    public static void Failure(JobSpec spec, FieldPath path, FieldErrors errors)
    {
        var rules = spec.PodFailurePolicy!.Rules;
        if (rules.Count > MostRules) errors.TooMany(path["rules"], rules.Count, MostRules);
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules[i];
            var at = path["rules"][i];
            Required(rule.Action, s_actions, at["action"], errors);
            if (rule.Action == PodFailurePolicyAction.FailIndex && spec.BackoffLimitPerIndex is null) errors.Invalid(at["action"], rule.Action, "requires the backoffLimitPerIndex to be set");
            if (rule.OnExitCodes is { } codes) ExitCodes(codes, spec, at["onExitCodes"], errors);
            var conditions = rule.OnPodConditions ?? [];
            if (conditions.Count > MostPatterns) errors.TooMany(at["onPodConditions"], conditions.Count, MostPatterns);
            for (var j = 0; j < conditions.Count; j++)
            {
                errors.Invalid(at["onPodConditions"][j]["type"], conditions[j].Type, LabelSyntax.KeyErrors(conditions[j].Type));
                Required(conditions[j].Status, s_statuses, at["onPodConditions"][j]["status"], errors);
            }

            if (rule.OnExitCodes is not null && conditions.Count > 0) errors.Invalid(at, FieldErrors.Omitted, "specifying both OnExitCodes and OnPodConditions is not supported");
            if (rule.OnExitCodes is null && conditions.Count == 0) errors.Invalid(at, FieldErrors.Omitted, "specifying one of OnExitCodes and OnPodConditions is required");
        }
    }

    public static void Success(JobSpec spec, FieldPath path, FieldErrors errors)
    {
        var rules = spec.SuccessPolicy!.Rules;
        if (rules.Count == 0) errors.Required(path["rules"], "at least one rules must be specified when the successPolicy is specified");
        if (rules.Count > MostRules) errors.TooMany(path["rules"], rules.Count, MostRules);
        for (var i = 0; i < rules.Count; i++) SuccessRule(rules[i], spec.Completions ?? 0, path["rules"][i], errors);
    }

    private static void ExitCodes(PodFailurePolicyOnExitCodesRequirement codes, JobSpec spec, FieldPath path, FieldErrors errors)
    {
        Required(codes.Operator, s_operators, path["operator"], errors);
        var containers = spec.Template.Spec.Containers.Concat(spec.Template.Spec.InitContainers ?? []);
        if (codes.ContainerName is { } name && !containers.Any(c => c.Name == name))
            errors.Invalid(path["containerName"], name, "must be one of the container or initContainer names in the pod template");
        if (codes.Values.Count == 0) errors.Invalid(path["values"], null, "at least one value is required");
        if (codes.Values.Count > MostExitCodes) errors.TooMany(path["values"], codes.Values.Count, MostExitCodes);
        var ordered = true;
        for (var i = 0; i < codes.Values.Count; i++)
        {
            if (codes.Operator == "In" && codes.Values[i] == 0) errors.Invalid(path["values"][i], 0, "must not be 0 for the In operator");
            if (codes.Values.IndexOf(codes.Values[i]) < i) errors.Duplicate(path["values"][i], codes.Values[i]);
            ordered &= i == 0 || codes.Values[i - 1] <= codes.Values[i];
        }

        if (!ordered) errors.Invalid(path["values"], codes.Values, "must be ordered");
    }

    private static void SuccessRule(SuccessPolicyRule rule, int completions, FieldPath path, FieldErrors errors)
    {
        if (rule is { SucceededCount: null, SucceededIndexes: null }) errors.Required(path, "at least one of succeededCount or succeededIndexes must be specified");
        var indexes = 0;
        if (rule.SucceededIndexes is { } text)
        {
            if (text.Length > MostIndexes) errors.TooLong(path["succeededIndexes"], MostIndexes);
            try
            {
                indexes = CountIndexes(text, completions);
            }
            catch (FormatException e)
            {
                errors.Invalid(path["succeededIndexes"], text, $"error parsing succeededIndexes: {e.Message}");
            }
        }

        if (rule.SucceededCount is not { } count) return;
        var at = path["succeededCount"];
        FieldRules.NotNegative(count, at, errors);
        if (count > completions) errors.Invalid(at, count, $"must be less than or equal to {completions} (the number of specified completions)");
        if (rule.SucceededIndexes is not null && count > indexes)
            errors.Invalid(at, count, $"must be less than or equal to {indexes} (the number of indexes in the specified succeededIndexes field)");
    }

    /// <summary>How many indexes a text such as <c>1,3-5</c> names.</summary>
    private static int CountIndexes(string text, int completions)
    {
        var (count, last) = (0, -1);
        foreach (var interval in text.Length == 0 ? [] : text.Split(','))
        {
            var limits = interval.Split('-');
            if (limits.Length > 2) throw new FormatException($"the fragment \"{interval}\" violates the requirement that an index interval can have at most two parts separated by '-'");
            var first = Index(limits[0]);
            var end = limits.Length == 2 ? Index(limits[1]) : first;
            if (limits.Length == 2 && first >= end) throw new FormatException($"non-increasing order, previous: {first}, current: {end}");
            if (last >= first) throw new FormatException($"non-increasing order, previous: {last}, current: {first}");
            (count, last) = (count + end - first + 1, end);
        }

        return count;

        int Index(string part)
        {
            if (!int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index)) throw new FormatException($"cannot convert string to integer for index: \"{part}\"");
            return index < completions ? index : throw new FormatException($"too large index: \"{part}\"");
        }
    }

    private static void Required(string value, string[] supported, FieldPath path, FieldErrors errors)
    {
        if (value.Length == 0) errors.Required(path, $"valid values: [{string.Join(' ', supported.Select(static s => $"\"{s}\""))}]");
        else FieldRules.Supported(value, supported, path, errors);
    }
}
