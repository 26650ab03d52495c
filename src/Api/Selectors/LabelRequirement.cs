using System.Globalization;

namespace Tiphys.Api;

/// <summary>How a label requirement relates a key to its values.</summary>
public enum LabelOperator
{
    /// <summary>The value is the one given.</summary>
    Equal,

    /// <summary>The label is missing or its value is not the one given.</summary>
    NotEqual,

    /// <summary>The value is one of those given.</summary>
    In,

    /// <summary>The label is missing or its value is none of those given.</summary>
    NotIn,

    /// <summary>The label is there.</summary>
    Exists,

    /// <summary>The label is missing.</summary>
    DoesNotExist,

    /// <summary>The value is a number greater than the one given.</summary>
    GreaterThan,

    /// <summary>The value is a number less than the one given.</summary>
    LessThan,
}

/// <summary>One condition on labels.</summary>
/// <param name="Key">Label key.</param>
/// <param name="Operator">The relation.</param>
/// <param name="Values">The values; none for existence.</param>
public sealed record LabelRequirement(string Key, LabelOperator Operator, IReadOnlyList<string> Values)
{
    /// <summary>Whether the labels satisfy the condition.</summary>
    public bool Matches(IReadOnlyDictionary<string, string>? labels)
    {
        string? value = null;
        var found = labels is not null && labels.TryGetValue(Key, out value);
        return Operator switch
        {
            LabelOperator.Equal or LabelOperator.In => found && Values.Contains(value!),
            LabelOperator.NotEqual or LabelOperator.NotIn => !found || !Values.Contains(value!),
            LabelOperator.Exists => found,
            LabelOperator.DoesNotExist => !found,
            _ => found && Compare(value!),
        };
    }

    /// <summary>The condition in selector syntax.</summary>
    public override string ToString() => Operator switch
    {
        LabelOperator.Equal => $"{Key}={Values[0]}",
        LabelOperator.NotEqual => $"{Key}!={Values[0]}",
        LabelOperator.In => $"{Key} in ({string.Join(",", Values.Order(StringComparer.Ordinal))})",
        LabelOperator.NotIn => $"{Key} notin ({string.Join(",", Values.Order(StringComparer.Ordinal))})",
        LabelOperator.Exists => Key,
        LabelOperator.DoesNotExist => "!" + Key,
        LabelOperator.GreaterThan => $"{Key}>{Values[0]}",
        _ => $"{Key}<{Values[0]}",
    };

    private bool Compare(string value)
    {
        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left)) return false;
        if (!long.TryParse(Values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var right)) return false;
        return Operator == LabelOperator.GreaterThan ? left > right : left < right;
    }
}
