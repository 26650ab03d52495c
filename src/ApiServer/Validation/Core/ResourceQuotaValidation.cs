using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of quotas: what they count must fit the objects they look at.</summary>
internal static class ResourceQuotaValidation
{
    private const string UnsupportedForResource = "unsupported scope applied to resource";
    private const string Conflict = "conflicting scopes";
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly string[] s_scopes = ["Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "VolumeAttributesClass", "CrossNamespacePodAffinity"];
    private static readonly string[] s_podCompute = ["cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];
    private static readonly string[] s_volumes = ["persistentvolumeclaims", "requests.storage"];

    public static KindRules<ResourceQuota> Rules { get; } = new(static (item, errors) =>
    {
        var spec = item.Spec;
        foreach (var (name, amount) in spec.Hard ?? [])
        {
            var path = Spec["hard"].Key(name);
            ResourceValidation.Name(name, path, errors);
            if (!name.Contains('/', StringComparison.Ordinal) && !WellKnownResources.IsQuota(name))
                errors.Invalid(path, name, "must be a standard resource for quota");
            ResourceValidation.Amount(name, amount, path, errors);
        }

        Scopes(spec, errors);
        Selector(spec, errors);
    })
    {
        ValidateChange = static (item, old, errors) =>
        {
            if (!(item.Spec.Scopes ?? []).ToHashSet(StringComparer.Ordinal).SetEquals(old.Spec.Scopes ?? [])) errors.Invalid(FieldPath.Of("spec")["scopes"], item.Spec.Scopes, FieldRules.Immutable);
        },
    };

    private static void Scopes(ResourceQuotaSpec spec, FieldErrors errors)
    {
        var scopes = spec.Scopes ?? [];
        foreach (var scope in scopes)
        {
            if (!s_scopes.Contains(scope)) errors.Invalid(Spec["scopes"], scopes, "unsupported scope");
            for (var i = Misfits(scope, spec.Hard); i > 0; i--) errors.Invalid(Spec["scopes"], scopes, UnsupportedForResource);
        }

        for (var i = Conflicts(scopes); i > 0; i--) errors.Invalid(Spec["scopes"], scopes, Conflict);
    }

    private static void Selector(ResourceQuotaSpec spec, FieldErrors errors)
    {
        if (spec.ScopeSelector is not { } selector) return;
        var path = Spec["scopeSelector"]["matchExpressions"];
        var expressions = selector.MatchExpressions ?? [];
        foreach (var expression in expressions)
        {
            if (!s_scopes.Contains(expression.ScopeName)) errors.Invalid(path["scopeName"], expression.ScopeName, "unsupported scope");
            for (var i = Misfits(expression.ScopeName, spec.Hard); i > 0; i--) errors.Invalid(path, selector, UnsupportedForResource);
            Operator(expression, path, errors);
        }

        for (var i = Conflicts(expressions.ConvertAll(static e => e.ScopeName)); i > 0; i--) errors.Invalid(path, spec.Scopes, Conflict);
    }

    private static void Operator(ScopedResourceSelectorRequirement expression, FieldPath path, FieldErrors errors)
    {
        if (expression.ScopeName is "BestEffort" or "NotBestEffort" or "Terminating" or "NotTerminating" or "CrossNamespacePodAffinity" && expression.Operator != "Exists")
        {
            errors.Invalid(path["operator"], expression.Operator,
                "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
        }

        switch (expression.Operator)
        {
            case "In" or "NotIn":
                if (expression.Values is not { Count: > 0 }) errors.Required(path["values"], "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
                break;
            case "Exists" or "DoesNotExist":
                if (expression.Values is { Count: > 0 } values) errors.Invalid(path["values"], values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
                break;
            default:
                errors.Invalid(path["operator"], expression.Operator, "not a valid selector operator");
                break;
        }
    }

    /// <summary>How many of the counted resources no object of the scope uses.</summary>
    private static int Misfits(string scope, Dictionary<string, Quantity>? hard) => (hard ?? []).Keys.Count(name => WellKnownResources.IsQuota(name) && !Fits(scope, name));

    private static bool Fits(string scope, string resource) => scope switch
    {
        "Terminating" or "NotTerminating" or "NotBestEffort" or "PriorityClass" or "CrossNamespacePodAffinity" => resource == "pods" || s_podCompute.Contains(resource),
        "BestEffort" => resource == "pods",
        "VolumeAttributesClass" => s_volumes.Contains(resource),
        _ => true,
    };

    private static int Conflicts(List<string> scopes) =>
        (scopes.Contains("BestEffort") && scopes.Contains("NotBestEffort") ? 1 : 0) + (scopes.Contains("Terminating") && scopes.Contains("NotTerminating") ? 1 : 0);
}
