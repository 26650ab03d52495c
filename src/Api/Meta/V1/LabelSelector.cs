namespace Tiphys.Api.Meta.V1;

/// <summary>Selects objects by their labels: all parts must match, an empty selector matches everything, a missing one nothing.</summary>
[ApiType]
[Atomic]
public sealed partial class LabelSelector
{
    /// <summary>Labels that must be present with exactly these values.</summary>
    [Field(1)]
    public Dictionary<string, string>? MatchLabels { get; set; }

    /// <summary>Further requirements, all of which must hold.</summary>
    [Field(2), Atomic]
    public List<LabelSelectorRequirement>? MatchExpressions { get; set; }
}

/// <summary>One requirement on one label.</summary>
[ApiType]
public sealed partial class LabelSelectorRequirement
{
    /// <summary>Label the requirement speaks of.</summary>
    [Field(1), Required]
    public string Key { get; set; } = "";

    /// <summary>How the label's value relates to the given values.</summary>
    [Field(2), Required]
    public string Operator { get; set; } = "";

    /// <summary>Values for In and NotIn; empty for Exists and DoesNotExist.</summary>
    [Field(3), Atomic]
    public List<string>? Values { get; set; }
}

/// <summary>How a label relates to the values of a requirement.</summary>
public static class LabelSelectorOperator
{
    /// <summary>The label is present with one of the values.</summary>
    public const string In = "In";

    /// <summary>The label is absent or has another value.</summary>
    public const string NotIn = "NotIn";

    /// <summary>The label is present.</summary>
    public const string Exists = "Exists";

    /// <summary>The label is absent.</summary>
    public const string DoesNotExist = "DoesNotExist";
}

/// <summary>One requirement on one field, as an authorization check sees it.</summary>
[ApiType]
public sealed partial class FieldSelectorRequirement
{
    /// <summary>Path of the field.</summary>
    [Field(1), Required]
    public string Key { get; set; } = "";

    /// <summary>How the field's value relates to the given values.</summary>
    [Field(2), Required]
    public string Operator { get; set; } = "";

    /// <summary>Values for In and NotIn; empty for Exists and DoesNotExist.</summary>
    [Field(3), Atomic]
    public List<string>? Values { get; set; }
}

/// <summary>How a field relates to the values of a requirement.</summary>
public static class FieldSelectorOperator
{
    /// <summary>The field has one of the values.</summary>
    public const string In = "In";

    /// <summary>The field has none of the values.</summary>
    public const string NotIn = "NotIn";

    /// <summary>The field is present.</summary>
    public const string Exists = "Exists";

    /// <summary>The field is absent.</summary>
    public const string DoesNotExist = "DoesNotExist";
}
