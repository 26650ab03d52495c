using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>Warns of node labels that have other names now.</summary>
internal static class NodeLabelWarnings
{
    private static readonly Dictionary<string, string> s_deprecated = new()
    {
        ["beta.kubernetes.io/arch"] = "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
        ["beta.kubernetes.io/os"] = "deprecated since v1.14; use \"kubernetes.io/os\" instead",
        ["failure-domain.beta.kubernetes.io/region"] = "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
        ["failure-domain.beta.kubernetes.io/zone"] = "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
        ["beta.kubernetes.io/instance-type"] = "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
        ["app.kubernetes.io/created-by"] = "deprecated since v1.9",
        ["scheduler.alpha.kubernetes.io/preferAvoidPods"] = "deprecated since v1.22; use Taints and Tolerations instead",
        ["node-role.kubernetes.io/master"] = "use \"node-role.kubernetes.io/control-plane\" instead",
    };

    /// <summary>What to say of a label, or null when there is nothing wrong with it.</summary>
    public static string? Of(string label) => s_deprecated.GetValueOrDefault(label);

    /// <summary>The labels among some, in order, with what to say of each.</summary>
    public static IEnumerable<(string Label, string Text)> Among(IReadOnlyDictionary<string, string>? labels) =>
        from label in labels?.Keys.Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>()
        let text = Of(label)
        where text is not null
        select (label, text);

    /// <summary>Warns of the labels of a term.</summary>
    /// <param name="term">The term.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="values">Whether to look at the values, too: terms that only prefer are not validated for them.</param>
    public static IEnumerable<string> Term(NodeSelectorTerm term, FieldPath path, bool values = false)
    {
        for (var i = 0; i < (term.MatchExpressions?.Count ?? 0); i++)
        {
            var requirement = term.MatchExpressions![i];
            var at = path["matchExpressions"][i];
            if (Of(requirement.Key) is { } text) yield return $"{at["key"]}: {requirement.Key} is {text}";
            for (var j = 0; values && j < (requirement.Values?.Count ?? 0); j++)
                foreach (var error in LabelSyntax.ValueErrors(requirement.Values![j])) yield return $"{at["values"][j]}: {requirement.Values[j]} is invalid, {error}";
        }
    }

    /// <summary>Warns of the labels of a selector.</summary>
    public static IEnumerable<string> Selector(LabelSelector? selector, FieldPath path)
    {
        for (var i = 0; i < (selector?.MatchExpressions?.Count ?? 0); i++)
        {
            var key = selector!.MatchExpressions![i].Key;
            if (Of(key) is { } text) yield return $"{path["matchExpressions"][i]["key"]}: {key} is {text}";
        }

        foreach (var (label, text) in Among(selector?.MatchLabels)) yield return $"{path["matchLabels"][label]}: {text}";
    }
}
