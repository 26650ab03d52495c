using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>What workloads with a selector and a pod template have in common.</summary>
internal static class TemplateRules
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <summary>Checks the selector, that the template's labels satisfy it, and the template.</summary>
    public static void Validate(LabelSelector? selector, PodTemplateSpec? template, string restartPolicy, FieldErrors errors)
    {
        Selector(selector, Spec["selector"], errors);
        if (template is null)
        {
            errors.Required(Spec["template"]);
            return;
        }

        if (selector is not null && TryCompile(selector) is { } query)
        {
            if (query.IsEverything) errors.Invalid(Spec["selector"], selector, "empty selector is invalid for deployment");
            else if (!query.Matches(template.Metadata.Labels)) errors.Invalid(Spec["template"]["metadata"]["labels"], template.Metadata.Labels ?? [], "`selector` does not match template `labels`");
        }

        Template(template, Spec["template"], errors);
        if (template.Spec.RestartPolicy != restartPolicy) errors.NotSupported(Spec["template"]["spec"]["restartPolicy"], template.Spec.RestartPolicy, [restartPolicy]);
    }

    /// <summary>Checks a template's labels and pod spec.</summary>
    public static void Template(PodTemplateSpec template, FieldPath path, FieldErrors errors)
    {
        MetadataValidation.Labels(template.Metadata.Labels, path["metadata"]["labels"], errors);
        PodValidation.ValidateSpec(template.Spec, path["spec"], errors);
    }

    /// <summary>Checks that a selector is there and well-formed.</summary>
    public static void Selector(LabelSelector? selector, FieldPath path, FieldErrors errors)
    {
        if (selector is null)
        {
            errors.Required(path);
            return;
        }

        MetadataValidation.Labels(selector.MatchLabels, path["matchLabels"], errors);
        for (var i = 0; i < (selector.MatchExpressions?.Count ?? 0); i++)
        {
            var expression = selector.MatchExpressions![i];
            var at = path["matchExpressions"][i];
            if (LabelSyntax.KeyError(expression.Key) is { } keyError) errors.Invalid(at["key"], expression.Key, keyError);
            switch (expression.Operator)
            {
                case "In" or "NotIn":
                    if (expression.Values is not { Count: > 0 }) errors.Required(at["values"], "must be specified when `operator` is 'In' or 'NotIn'");
                    break;
                case "Exists" or "DoesNotExist":
                    if (expression.Values is { Count: > 0 }) errors.Forbidden(at["values"], "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                    break;
                default:
                    errors.Invalid(at["operator"], expression.Operator, "not a valid selector operator");
                    break;
            }
        }
    }

    /// <summary>A selector that may never change.</summary>
    public static void Immutable(IApiMessage? now, IApiMessage? before, string field, FieldErrors errors)
    {
        if (!ApiJson.Same(now, before)) errors.Invalid(Spec[field], now, "field is immutable");
    }

    public static void Replicas(int? replicas, FieldErrors errors)
    {
        if (replicas < 0) errors.Invalid(Spec["replicas"], replicas, "must be greater than or equal to 0");
    }

    private static LabelQuery? TryCompile(LabelSelector selector)
    {
        try
        {
            return LabelQuery.Of(selector);
        }
        catch (FormatException)
        {
            return null; // reported already
        }
    }
}
