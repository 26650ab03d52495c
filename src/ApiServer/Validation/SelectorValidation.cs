using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of label selectors.</summary>
internal static class SelectorValidation
{
    /// <summary>Checks a selector; one that is left out selects nothing and is fine.</summary>
    public static void Validate(LabelSelector? selector, FieldPath path, FieldErrors errors)
    {
        if (selector is null) return;
        MetadataValidation.Labels(selector.MatchLabels, path["matchLabels"], errors);
        for (var i = 0; i < (selector.MatchExpressions?.Count ?? 0); i++) Expression(selector.MatchExpressions![i], path["matchExpressions"][i], errors);
    }

    /// <summary>Checks a selector and makes a query of it: null when it is malformed.</summary>
    public static LabelQuery? Compile(LabelSelector selector, FieldPath path, FieldErrors errors)
    {
        var before = errors.Count;
        Validate(selector, path, errors);
        return errors.Count == before ? LabelQuery.Of(selector) : null;
    }

    private static void Expression(LabelSelectorRequirement expression, FieldPath path, FieldErrors errors)
    {
        switch (expression.Operator)
        {
            case "In" or "NotIn":
                if (expression.Values is not { Count: > 0 }) errors.Required(path["values"], "must be specified when `operator` is 'In' or 'NotIn'");
                break;
            case "Exists" or "DoesNotExist":
                if (expression.Values is { Count: > 0 }) errors.Forbidden(path["values"], "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                break;
            default:
                errors.Invalid(path["operator"], expression.Operator, "not a valid selector operator");
                break;
        }

        errors.Invalid(path["key"], expression.Key, LabelSyntax.KeyErrors(expression.Key));
        for (var i = 0; i < (expression.Values?.Count ?? 0); i++) errors.Invalid(path["values"][i], expression.Values![i], LabelSyntax.ValueErrors(expression.Values[i]));
    }
}
