using Tiphys.Api.Rbac.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of roles.</summary>
internal static class RoleValidation
{
    public static KindRules<Role> Roles { get; } = new(static (item, errors) => Policies(item.Rules, namespaced: true, errors)) { NameErrors = Names.PathSegmentErrors };

    public static KindRules<ClusterRole> ClusterRoles { get; } = new(static (item, errors) =>
    {
        Policies(item.Rules, namespaced: false, errors);
        if (item.AggregationRule is { } aggregation) Aggregation(aggregation, FieldPath.Of("aggregationRule")["clusterRoleSelectors"], errors);
    }) { NameErrors = Names.PathSegmentErrors };

    private static void Policies(List<PolicyRule>? rules, bool namespaced, FieldErrors errors)
    {
        for (var i = 0; i < (rules?.Count ?? 0); i++)
        {
            var rule = rules![i];
            var path = FieldPath.Of("rules")[i];
            if (rule.Verbs.Count == 0) errors.Required(path["verbs"], "verbs must contain at least one value");
            if (rule.NonResourceURLs is { Count: > 0 } urls)
            {
                if (namespaced) errors.Invalid(path["nonResourceURLs"], urls, "namespaced rules cannot apply to non-resource URLs");
                if (rule.ApiGroups is { Count: > 0 } || rule.Resources is { Count: > 0 } || rule.ResourceNames is { Count: > 0 })
                    errors.Invalid(path["nonResourceURLs"], urls, "rules cannot apply to both regular resources and non-resource URLs");
                continue;
            }

            if (rule.ApiGroups is not { Count: > 0 }) errors.Required(path["apiGroups"], "resource rules must supply at least one api group");
            if (rule.Resources is not { Count: > 0 }) errors.Required(path["resources"], "resource rules must supply at least one resource");
        }
    }

    private static void Aggregation(AggregationRule rule, FieldPath path, FieldErrors errors)
    {
        if (rule.ClusterRoleSelectors is not { Count: > 0 } selectors)
        {
            errors.Required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil");
            return;
        }

        for (var i = 0; i < selectors.Count; i++)
        {
            if (SelectorValidation.Compile(selectors[i], path[i], errors) is null) errors.Invalid(path[i], null, "invalid label selector.");
        }
    }
}
