namespace Tiphys.Api.Meta.V1;

/// <summary>Rows and columns for display, as kubectl asks for when it prints.</summary>
[ApiKind("meta.k8s.io", "v1")]
public sealed partial class Table
{
    /// <summary>List metadata.</summary>
    [Field(1)]
    public ListMeta Metadata { get; set; } = new();

    /// <summary>The columns, in the order of each row's cells.</summary>
    [Field(2), Required, Atomic]
    public List<TableColumnDefinition> ColumnDefinitions { get; set; } = [];

    /// <summary>The rows.</summary>
    [Field(3), Required, Atomic]
    public List<TableRow> Rows { get; set; } = [];
}

/// <summary>Describes one column.</summary>
[ApiType]
public sealed partial class TableColumnDefinition
{
    /// <summary>Heading of the column.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>OpenAPI type of the cells.</summary>
    [Field(2), Required]
    public string Type { get; set; } = "";

    /// <summary>OpenAPI format of the cells; the format name marks the column that names the object.</summary>
    [Field(3), Required]
    public string Format { get; set; } = "";

    /// <summary>What the column shows.</summary>
    [Field(4), Required]
    public string Description { get; set; } = "";

    /// <summary>Zero for columns always shown; the higher, the sooner it is left out.</summary>
    [Field(5), Required]
    public int Priority { get; set; }
}

/// <summary>One row, as a rule for one object.</summary>
[ApiType]
public sealed partial class TableRow
{
    /// <summary>Values in the order of the columns.</summary>
    [Field(1), Required, Atomic]
    public List<RawJson> Cells { get; set; } = [];

    /// <summary>Conditions that change how the row is shown.</summary>
    [Field(2), Atomic]
    public List<TableRowCondition>? Conditions { get; set; }

    /// <summary>The object, or its metadata, the row was made from, as far as it was asked for.</summary>
    [Field(3)]
    public RawJson? Object { get; set; }
}

/// <summary>Something about a row that a printer may show.</summary>
[ApiType]
public sealed partial class TableRowCondition
{
    /// <summary>Aspect the condition speaks of.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>Whether the aspect holds.</summary>
    [Field(2), Required]
    public string Status { get; set; } = "";

    /// <summary>Machine-readable cause.</summary>
    [Field(3)]
    public string Reason { get; set; } = "";

    /// <summary>Explanation for people.</summary>
    [Field(4)]
    public string Message { get; set; } = "";
}

/// <summary>How much of the object a table row carries.</summary>
public static class IncludeObjectPolicy
{
    /// <summary>Nothing.</summary>
    public const string None = "None";

    /// <summary>The object's metadata.</summary>
    public const string Metadata = "Metadata";

    /// <summary>The whole object.</summary>
    public const string Object = "Object";
}

/// <summary>Query parameters of a table request.</summary>
[ApiKind("meta.k8s.io", "v1")]
public sealed partial class TableOptions
{
    /// <summary>How much of the object each row carries.</summary>
    [Field(1)]
    public string IncludeObject { get; set; } = "";
}
