using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of where a pod wants to run: affinity and spread over topologies.</summary>
internal static class AffinityValidation
{
    private static readonly string[] s_scheduleActions = ["DoNotSchedule", "ScheduleAnyway"];
    private static readonly string[] s_nodePolicies = ["Honor", "Ignore"];

    public static void Validate(Affinity? affinity, FieldPath path, FieldErrors errors)
    {
        if (affinity?.NodeAffinity is { } nodes) Nodes(nodes, path["nodeAffinity"], errors);
        if (affinity?.PodAffinity is { } pods)
            Pods(pods.RequiredDuringSchedulingIgnoredDuringExecution, pods.PreferredDuringSchedulingIgnoredDuringExecution, path["podAffinity"], errors);
        if (affinity?.PodAntiAffinity is { } others)
            Pods(others.RequiredDuringSchedulingIgnoredDuringExecution, others.PreferredDuringSchedulingIgnoredDuringExecution, path["podAntiAffinity"], errors);
    }

    public static void Spread(List<TopologySpreadConstraint>? constraints, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (constraints?.Count ?? 0); i++)
        {
            var constraint = constraints![i];
            var at = path[i];
            if (constraint.MaxSkew <= 0) errors.Invalid(at["maxSkew"], constraint.MaxSkew, "must be greater than zero");
            if (constraint.TopologyKey.Length == 0) errors.Required(at["topologyKey"], "can not be empty");
            FieldRules.Supported(constraint.WhenUnsatisfiable, s_scheduleActions, at["whenUnsatisfiable"], errors);
            for (var j = i + 1; j < constraints.Count; j++)
            {
                var other = constraints[j];
                if (other.TopologyKey == constraint.TopologyKey && other.WhenUnsatisfiable == constraint.WhenUnsatisfiable)
                    errors.Duplicate(at["{topologyKey, whenUnsatisfiable}"], $"{{{constraint.TopologyKey}, {constraint.WhenUnsatisfiable}}}");
            }

            if (constraint.MinDomains <= 0) errors.Invalid(at["minDomains"], constraint.MinDomains, "must be greater than zero");
            if (constraint.MinDomains is not null && constraint.WhenUnsatisfiable != "DoNotSchedule")
                errors.Invalid(at["minDomains"], constraint.MinDomains, $"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {constraint.WhenUnsatisfiable}");
            FieldRules.Supported(constraint.NodeAffinityPolicy, s_nodePolicies, at["nodeAffinityPolicy"], errors);
            FieldRules.Supported(constraint.NodeTaintsPolicy, s_nodePolicies, at["nodeTaintsPolicy"], errors);
            LabelKeys(constraint.MatchLabelKeys, constraint.LabelSelector, at["matchLabelKeys"], errors);
            SelectorValidation.Validate(constraint.LabelSelector, at["labelSelector"], errors);
        }
    }

    private static void Nodes(NodeAffinity affinity, FieldPath path, FieldErrors errors)
    {
        if (affinity.RequiredDuringSchedulingIgnoredDuringExecution is { } required)
            NodeSelectorValidation.Required(required, path["requiredDuringSchedulingIgnoredDuringExecution"], errors);
        var preferred = affinity.PreferredDuringSchedulingIgnoredDuringExecution;
        for (var i = 0; i < (preferred?.Count ?? 0); i++)
        {
            var at = path["preferredDuringSchedulingIgnoredDuringExecution"][i];
            Weight(preferred![i].Weight, at, errors);
            NodeSelectorValidation.Term(preferred[i].Preference, at["preference"], errors, values: false); // clients are warned of those
        }
    }

    private static void Pods(List<PodAffinityTerm>? required, List<WeightedPodAffinityTerm>? preferred, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (required?.Count ?? 0); i++) Term(required![i], path["requiredDuringSchedulingIgnoredDuringExecution"][i], errors);
        for (var i = 0; i < (preferred?.Count ?? 0); i++)
        {
            var at = path["preferredDuringSchedulingIgnoredDuringExecution"][i];
            Weight(preferred![i].Weight, at, errors);
            Term(preferred[i].PodAffinityTerm, at["podAffinityTerm"], errors);
        }
    }

    private static void Term(PodAffinityTerm term, FieldPath path, FieldErrors errors)
    {
        SelectorValidation.Validate(term.LabelSelector, path["labelSelector"], errors);
        SelectorValidation.Validate(term.NamespaceSelector, path["namespaceSelector"], errors);
        foreach (var name in term.Namespaces ?? []) errors.Invalid(path["namespace"], name, Names.LabelErrors(name));
        LabelKeys(term.MatchLabelKeys, term.LabelSelector, path["matchLabelKeys"], errors);
        LabelKeys(term.MismatchLabelKeys, term.LabelSelector, path["mismatchLabelKeys"], errors);
        for (var i = 0; i < (term.MatchLabelKeys?.Count ?? 0); i++)
            if (term.MismatchLabelKeys?.Contains(term.MatchLabelKeys![i]) == true) errors.Invalid(path["matchLabelKeys"][i], term.MatchLabelKeys[i], "exists in both matchLabelKeys and mismatchLabelKeys");
        if (term.TopologyKey.Length == 0) errors.Required(path["topologyKey"], "can not be empty");
        errors.Invalid(path["topologyKey"], term.TopologyKey, LabelSyntax.KeyErrors(term.TopologyKey));
    }

    private static void Weight(int weight, FieldPath path, FieldErrors errors)
    {
        if (weight is < 1 or > 100) errors.Invalid(path["weight"], weight, "must be in the range 1-100");
    }

    private static void LabelKeys(List<string>? keys, LabelSelector? selector, FieldPath path, FieldErrors errors)
    {
        if (keys is not { Count: > 0 }) return;
        if (selector is null)
        {
            errors.Forbidden(path, "must not be specified when labelSelector is not set");
            return;
        }

        for (var i = 0; i < keys.Count; i++)
        {
            errors.Invalid(path[i], keys[i], LabelSyntax.KeyErrors(keys[i]));
            if (selector.MatchLabels?.ContainsKey(keys[i]) == true || selector.MatchExpressions?.Exists(e => e.Key == keys[i]) == true)
                errors.Invalid(path[i], keys[i], "exists in both matchLabelKeys and labelSelector");
        }
    }
}
