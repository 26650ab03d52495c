using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of selectors of nodes, in pods' affinity and in volumes.</summary>
internal static class NodeSelectorValidation
{
    private const string NeedsValues = "must be specified when `operator` is 'In' or 'NotIn'";
    private const string UnknownOperator = "not a valid selector operator";

    public static void Required(NodeSelector selector, FieldPath path, FieldErrors errors)
    {
        var at = path["nodeSelectorTerms"];
        if (selector.NodeSelectorTerms.Count == 0) errors.Required(at, "must have at least one node selector term");
        for (var i = 0; i < selector.NodeSelectorTerms.Count; i++) Term(selector.NodeSelectorTerms[i], at[i], errors);
    }

    public static void Term(NodeSelectorTerm term, FieldPath path, FieldErrors errors, bool values = true)
    {
        for (var i = 0; i < (term.MatchExpressions?.Count ?? 0); i++) Label(term.MatchExpressions![i], path["matchExpressions"][i], errors, values);
        for (var i = 0; i < (term.MatchFields?.Count ?? 0); i++) Field(term.MatchFields![i], path["matchFields"][i], errors);
    }

    private static void Label(NodeSelectorRequirement requirement, FieldPath path, FieldErrors errors, bool values)
    {
        var count = requirement.Values?.Count ?? 0;
        switch (requirement.Operator)
        {
            case "In" or "NotIn":
                if (count == 0) errors.Required(path["values"], NeedsValues);
                break;
            case "Exists" or "DoesNotExist":
                if (count > 0) errors.Forbidden(path["values"], "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                break;
            case "Gt" or "Lt":
                if (count != 1) errors.Required(path["values"], "must be specified single value when `operator` is 'Lt' or 'Gt'");
                break;
            default:
                errors.Invalid(path["operator"], requirement.Operator, UnknownOperator);
                break;
        }

        errors.Invalid(path["key"], requirement.Key, LabelSyntax.KeyErrors(requirement.Key));
        for (var i = 0; values && i < count; i++) errors.Invalid(path["values"][i], requirement.Values![i], LabelSyntax.ValueErrors(requirement.Values[i]));
    }

    // The node's name is the only field there is.
    private static void Field(NodeSelectorRequirement requirement, FieldPath path, FieldErrors errors)
    {
        if (requirement.Operator is not ("In" or "NotIn")) errors.Invalid(path["operator"], requirement.Operator, UnknownOperator);
        else if (requirement.Values is not { Count: 1 }) errors.Required(path["values"], "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
        if (requirement.Key != "metadata.name")
        {
            errors.Invalid(path["key"], requirement.Key, "not a valid field selector key");
            return;
        }

        for (var i = 0; i < (requirement.Values?.Count ?? 0); i++) errors.Invalid(path["values"][i], requirement.Values![i], Names.SubdomainErrors(requirement.Values[i]));
    }
}
