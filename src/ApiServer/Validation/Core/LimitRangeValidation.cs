using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of limit ranges: for every resource, the limits must leave room for each other.</summary>
internal static class LimitRangeValidation
{
    private static readonly FieldPath Limits = FieldPath.Of("spec")["limits"];
    private static readonly string[] s_types = ["Pod", "Container", "PersistentVolumeClaim"];

    public static KindRules<LimitRange> Rules { get; } = new(static (item, errors) =>
    {
        var types = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < item.Spec.Limits.Count; i++)
        {
            var limit = item.Spec.Limits[i];
            var path = Limits[i];
            Type(limit.Type, path["type"], errors);
            if (!types.Add(limit.Type)) errors.Duplicate(path["type"], limit.Type);
            One(limit, path, errors);
        }
    })
    {
        Prepare = static (item, _) =>
        {
            if (item.Metadata.Name.Length == 0 && item.Metadata.GenerateName.Length == 0) item.Metadata.Name = Guid.NewGuid().ToString();
        },
    };

    private static void Type(string type, FieldPath path, FieldErrors errors)
    {
        var problems = LabelSyntax.KeyErrors(type);
        errors.Invalid(path, type, problems);
        if (problems.Count == 0 && !type.Contains('/', StringComparison.Ordinal) && !s_types.Contains(type)) errors.Invalid(path, type, "must be a standard limit type or fully qualified");
    }

    private static void One(LimitRangeItem limit, FieldPath path, FieldErrors errors)
    {
        var pod = limit.Type == "Pod";
        var names = new SortedSet<string>(StringComparer.Ordinal);
        Collect(limit.Max, "max");
        Collect(limit.Min, "min");
        if (pod)
        {
            if (limit.Default is { Count: > 0 }) errors.Forbidden(path["default"], "may not be specified when `type` is 'Pod'");
            if (limit.DefaultRequest is { Count: > 0 }) errors.Forbidden(path["defaultRequest"], "may not be specified when `type` is 'Pod'");
        }
        else
        {
            Collect(limit.Default, "default");
            Collect(limit.DefaultRequest, "defaultRequest");
        }

        if (limit.Type == "PersistentVolumeClaim" && limit.Min?.ContainsKey("storage") != true && limit.Max?.ContainsKey("storage") != true)
            errors.Required(path["limits"], "either minimum or maximum storage value is required, but neither was provided");
        Collect(limit.MaxLimitRequestRatio, "maxLimitRequestRatio");
        foreach (var name in names)
        {
            Bounds(name, Get(limit.Min, name), Get(limit.Max, name), pod ? null : Get(limit.Default, name), pod ? null : Get(limit.DefaultRequest, name), path, errors);
            if (Get(limit.MaxLimitRequestRatio, name) is { } ratio) Ratio(name, ratio, Get(limit.Min, name), Get(limit.Max, name), path["maxLimitRequestRatio"].Key(name), errors);
        }

        void Collect(Dictionary<string, Quantity>? amounts, string field)
        {
            foreach (var name in (amounts ?? []).Keys)
            {
                if (limit.Type is "Pod" or "Container") ResourceValidation.ContainerName(name, path[field].Key(name), errors);
                else ResourceValidation.Name(name, path[field].Key(name), errors);
                names.Add(name);
            }
        }
    }

    private static Quantity? Get(Dictionary<string, Quantity>? amounts, string name) => amounts?.TryGetValue(name, out var amount) == true ? amount : null;

    private static void Bounds(string name, Quantity? min, Quantity? max, Quantity? limit, Quantity? request, FieldPath path, FieldErrors errors)
    {
        if (min > max) errors.Invalid(path["min"].Key(name), min, $"min value {min} is greater than max value {max}");
        if (min > request) errors.Invalid(path["defaultRequest"].Key(name), request, $"min value {min} is greater than default request value {request}");
        if (request > max) errors.Invalid(path["defaultRequest"].Key(name), request, $"default request value {request} is greater than max value {max}");
        if (request > limit) errors.Invalid(path["defaultRequest"].Key(name), request, $"default request value {request} is greater than default limit value {limit}");
        if (min > limit) errors.Invalid(path["default"].Key(name), min, $"min value {min} is greater than default value {limit}");
        if (limit > max) errors.Invalid(path["default"].Key(name), max, $"default value {limit} is greater than max value {max}");
        if (!ResourceNames.IsOvercommitAllowed(name) && limit is { } most && request is { } wanted && most.Amount != wanted.Amount)
            errors.Invalid(path["defaultRequest"].Key(name), request, $"default value {limit} must equal to defaultRequest value {request} in {name}");
    }

    private static void Ratio(string name, Quantity ratio, Quantity? min, Quantity? max, FieldPath path, FieldErrors errors)
    {
        if (ratio.Amount < 1) errors.Invalid(path, ratio, $"ratio {ratio} is less than 1");
        if (min is not { } least || max is not { } most) return;
        var bound = (double)most.Amount / (double)least.Amount;
        if ((double)ratio.Amount > bound) errors.Invalid(path, ratio, string.Create(CultureInfo.InvariantCulture, $"ratio {ratio} is greater than max/min = {bound:F6}"));
    }
}
