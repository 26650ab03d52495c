using Tiphys.Api.Meta.V1;

namespace Tiphys.Api;

/// <summary>
/// A compiled label selector (upstream's <c>labels.Selector</c>), made from the text of a query or from a
/// <see cref="LabelSelector"/> in an object. Immutable.
/// </summary>
public sealed class LabelQuery
{
    private readonly bool _nothing;

    private LabelQuery(IReadOnlyList<LabelRequirement> requirements, bool nothing = false)
    {
        Requirements = requirements;
        _nothing = nothing;
    }

    /// <summary>Matches every object.</summary>
    public static LabelQuery Everything { get; } = new([]);

    /// <summary>Matches no object.</summary>
    public static LabelQuery Nothing { get; } = new([], nothing: true);

    /// <summary>The conditions; all must hold.</summary>
    public IReadOnlyList<LabelRequirement> Requirements { get; }

    /// <summary>True when every object matches.</summary>
    public bool IsEverything => !_nothing && Requirements.Count == 0;

    /// <summary>Whether the labels satisfy all conditions.</summary>
    public bool Matches(IReadOnlyDictionary<string, string>? labels)
    {
        if (_nothing) return false;
        foreach (var requirement in Requirements)
            if (!requirement.Matches(labels)) return false;
        return true;
    }

    /// <summary>A selector of plain key-value pairs, such as a Service's; null matches everything.</summary>
    public static LabelQuery Of(IReadOnlyDictionary<string, string>? labels) =>
        labels is null || labels.Count == 0 ? Everything : new([.. labels.OrderBy(static l => l.Key, StringComparer.Ordinal).Select(static l => new LabelRequirement(l.Key, LabelOperator.Equal, [l.Value]))]);

    /// <summary>An object's selector: null selects nothing, an empty one everything.</summary>
    /// <exception cref="FormatException">An operator is unknown.</exception>
    public static LabelQuery Of(LabelSelector? selector)
    {
        if (selector is null) return Nothing;
        var requirements = new List<LabelRequirement>();
        foreach (var (key, value) in selector.MatchLabels ?? []) requirements.Add(new(key, LabelOperator.Equal, [value]));
        foreach (var expression in selector.MatchExpressions ?? [])
        {
            requirements.Add(new(expression.Key, expression.Operator switch
            {
                "In" => LabelOperator.In,
                "NotIn" => LabelOperator.NotIn,
                "Exists" => LabelOperator.Exists,
                "DoesNotExist" => LabelOperator.DoesNotExist,
                _ => throw new FormatException($"\"{expression.Operator}\" is not a valid label selector operator"),
            }, expression.Values ?? []));
        }

        return requirements.Count == 0 ? Everything : new([.. requirements.OrderBy(static r => r.Key, StringComparer.Ordinal)]);
    }

    /// <summary>Parses selector text such as <c>app=web,tier in (a,b),!old</c>.</summary>
    /// <exception cref="FormatException">The text is no selector; the message is in upstream's words.</exception>
    public static LabelQuery Parse(string text)
    {
        var requirements = new LabelQueryParser(text).Parse();
        return requirements.Count == 0 ? Everything : new(requirements);
    }

    /// <summary>The selector as text.</summary>
    public override string ToString() => string.Join(",", Requirements);
}
