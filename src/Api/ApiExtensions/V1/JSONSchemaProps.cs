namespace Tiphys.Api.ApiExtensions.V1;

/// <summary>An OpenAPI schema, as custom resources use it.</summary>
[ApiType]
public sealed partial class JSONSchemaProps
{
    /// <summary>Identifier; not allowed.</summary>
    [Field(1)]
    public string Id { get; set; } = "";

    /// <summary>Dialect; not allowed.</summary>
    [Field(2, Name = "$schema")]
    public string Schema { get; set; } = "";

    /// <summary>Reference; not allowed.</summary>
    [Field(3, Name = "$ref")]
    public string? Ref { get; set; }

    /// <summary>What the value is.</summary>
    [Field(4)]
    public string Description { get; set; } = "";

    /// <summary>Type: object, array, string, integer, number or boolean.</summary>
    [Field(5)]
    public string Type { get; set; } = "";

    /// <summary>Format, such as date-time; unknown ones are ignored.</summary>
    [Field(6)]
    public string Format { get; set; } = "";

    /// <summary>Title.</summary>
    [Field(7)]
    public string Title { get; set; } = "";

    /// <summary>Value given where none is set.</summary>
    [Field(8)]
    public RawJson? Default { get; set; }

    /// <summary>Greatest number.</summary>
    [Field(9)]
    public double? Maximum { get; set; }

    /// <summary>The greatest number itself does not count.</summary>
    [Field(10)]
    public bool ExclusiveMaximum { get; set; }

    /// <summary>Least number.</summary>
    [Field(11)]
    public double? Minimum { get; set; }

    /// <summary>The least number itself does not count.</summary>
    [Field(12)]
    public bool ExclusiveMinimum { get; set; }

    /// <summary>Most characters.</summary>
    [Field(13)]
    public long? MaxLength { get; set; }

    /// <summary>Fewest characters.</summary>
    [Field(14)]
    public long? MinLength { get; set; }

    /// <summary>Regular expression that a string must match somewhere.</summary>
    [Field(15)]
    public string Pattern { get; set; } = "";

    /// <summary>Most items.</summary>
    [Field(16)]
    public long? MaxItems { get; set; }

    /// <summary>Fewest items.</summary>
    [Field(17)]
    public long? MinItems { get; set; }

    /// <summary>No item occurs twice; not allowed.</summary>
    [Field(18)]
    public bool UniqueItems { get; set; }

    /// <summary>Number of which the value is a multiple.</summary>
    [Field(19)]
    public double? MultipleOf { get; set; }

    /// <summary>Values that are allowed.</summary>
    [Field(20), Atomic]
    public List<RawJson>? Enum { get; set; }

    /// <summary>Most properties.</summary>
    [Field(21)]
    public long? MaxProperties { get; set; }

    /// <summary>Fewest properties.</summary>
    [Field(22)]
    public long? MinProperties { get; set; }

    /// <summary>Properties that must be there.</summary>
    [Field(23), Atomic]
    public List<string>? Required { get; set; }

    /// <summary>Schema of the items.</summary>
    [Field(24)]
    public JSONSchemaPropsOrArray? Items { get; set; }

    /// <summary>Schemas that must all hold.</summary>
    [Field(25), Atomic]
    public List<JSONSchemaProps>? AllOf { get; set; }

    /// <summary>Schemas of which exactly one must hold.</summary>
    [Field(26), Atomic]
    public List<JSONSchemaProps>? OneOf { get; set; }

    /// <summary>Schemas of which any must hold.</summary>
    [Field(27), Atomic]
    public List<JSONSchemaProps>? AnyOf { get; set; }

    /// <summary>Schema that must not hold.</summary>
    [Field(28)]
    public JSONSchemaProps? Not { get; set; }

    /// <summary>Schemas by property.</summary>
    [Field(29)]
    public Dictionary<string, JSONSchemaProps>? Properties { get; set; }

    /// <summary>Schema of other properties, or whether there may be any.</summary>
    [Field(30)]
    public JSONSchemaPropsOrBool? AdditionalProperties { get; set; }

    /// <summary>Schemas by pattern; not allowed.</summary>
    [Field(31)]
    public Dictionary<string, JSONSchemaProps>? PatternProperties { get; set; }

    /// <summary>Dependencies among properties; not allowed.</summary>
    [Field(32)]
    public Dictionary<string, JSONSchemaPropsOrStringArray>? Dependencies { get; set; }

    /// <summary>Schema of further items; not allowed.</summary>
    [Field(33)]
    public JSONSchemaPropsOrBool? AdditionalItems { get; set; }

    /// <summary>Schemas to refer to; not allowed.</summary>
    [Field(34)]
    public Dictionary<string, JSONSchemaProps>? Definitions { get; set; }

    /// <summary>Where more is written.</summary>
    [Field(35)]
    public ExternalDocumentation? ExternalDocs { get; set; }

    /// <summary>An example.</summary>
    [Field(36)]
    public RawJson? Example { get; set; }

    /// <summary>The value may be null.</summary>
    [Field(37)]
    public bool Nullable { get; set; }

    /// <summary>Fields that no schema names are kept.</summary>
    [Field(38, Name = "x-kubernetes-preserve-unknown-fields")]
    public bool? XPreserveUnknownFields { get; set; }

    /// <summary>The value is an object with kind, apiVersion and metadata.</summary>
    [Field(39, Name = "x-kubernetes-embedded-resource")]
    public bool XEmbeddedResource { get; set; }

    /// <summary>The value is an integer or a string.</summary>
    [Field(40, Name = "x-kubernetes-int-or-string")]
    public bool XIntOrString { get; set; }

    /// <summary>Fields that tell the entries of a map-like list apart.</summary>
    [Field(41, Name = "x-kubernetes-list-map-keys"), Atomic]
    public List<string>? XListMapKeys { get; set; }

    /// <summary>How a list is merged: atomic, set or map.</summary>
    [Field(42, Name = "x-kubernetes-list-type")]
    public string? XListType { get; set; }

    /// <summary>How a map is merged: granular or atomic.</summary>
    [Field(43, Name = "x-kubernetes-map-type")]
    public string? XMapType { get; set; }

    /// <summary>CEL rules that must hold.</summary>
    [Field(44, Name = "x-kubernetes-validations"), ListMap("rule"), PatchMerge("rule")]
    public List<ValidationRule>? XValidations { get; set; }
}

/// <summary>A CEL rule of a schema.</summary>
[ApiType]
public sealed partial class ValidationRule
{
    /// <summary>CEL expression, which must yield true; self is the value.</summary>
    [Field(1), Required]
    public string Rule { get; set; } = "";

    /// <summary>What a failure says.</summary>
    [Field(2)]
    public string Message { get; set; } = "";

    /// <summary>CEL expression for what a failure says; wins over the message.</summary>
    [Field(3)]
    public string MessageExpression { get; set; } = "";

    /// <summary>Kind of fault a failure is; FieldValueInvalid when unset.</summary>
    [Field(4), OneOf(typeof(FieldValueErrorReason))]
    public string? Reason { get; set; }

    /// <summary>Path, below the value, of the field at fault.</summary>
    [Field(5)]
    public string FieldPath { get; set; } = "";

    /// <summary>The rule also holds for new values; oldSelf is then optional.</summary>
    [Field(6)]
    public bool? OptionalOldSelf { get; set; }
}

/// <summary>Kinds of fault that a rule may report.</summary>
public static class FieldValueErrorReason
{
    /// <summary>The field has to be set.</summary>
    public const string FieldValueRequired = "FieldValueRequired";

    /// <summary>The value must be unique.</summary>
    public const string FieldValueDuplicate = "FieldValueDuplicate";

    /// <summary>The value has the wrong form.</summary>
    public const string FieldValueInvalid = "FieldValueInvalid";

    /// <summary>The value is not allowed here.</summary>
    public const string FieldValueForbidden = "FieldValueForbidden";
}

/// <summary>Where more is written.</summary>
[ApiType]
public sealed partial class ExternalDocumentation
{
    /// <summary>What is written there.</summary>
    [Field(1)]
    public string Description { get; set; } = "";

    /// <summary>Its address.</summary>
    [Field(2)]
    public string Url { get; set; } = "";
}
