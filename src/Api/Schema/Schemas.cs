namespace Tiphys.Api;

/// <summary>The schemas of plain values, shared by all generated field tables.</summary>
public static class Schemas
{
    /// <summary>Text.</summary>
    public static readonly ValueSchema String = new() { Kind = ValueKind.String };

    /// <summary>32-bit number.</summary>
    public static readonly ValueSchema Int32 = new() { Kind = ValueKind.Integer, Format = "int32" };

    /// <summary>64-bit number.</summary>
    public static readonly ValueSchema Int64 = new() { Kind = ValueKind.Integer, Format = "int64" };

    /// <summary>Floating-point number.</summary>
    public static readonly ValueSchema Double = new() { Kind = ValueKind.Number, Format = "double" };

    /// <summary>True or false.</summary>
    public static readonly ValueSchema Boolean = new() { Kind = ValueKind.Boolean };

    /// <summary>Time in seconds.</summary>
    public static readonly ValueSchema Time = new() { Kind = ValueKind.Time, Format = "date-time" };

    /// <summary>Time in microseconds.</summary>
    public static readonly ValueSchema MicroTime = new() { Kind = ValueKind.MicroTime, Format = "date-time" };

    /// <summary>Go duration.</summary>
    public static readonly ValueSchema Duration = new() { Kind = ValueKind.Duration };

    /// <summary>Resource quantity.</summary>
    public static readonly ValueSchema Quantity = new() { Kind = ValueKind.Quantity };

    /// <summary>Number or string.</summary>
    public static readonly ValueSchema IntOrString = new() { Kind = ValueKind.IntOrString, Format = "int-or-string" };

    /// <summary>Base64 bytes.</summary>
    public static readonly ValueSchema Bytes = new() { Kind = ValueKind.Bytes, Format = "byte" };

    /// <summary>Any JSON.</summary>
    public static readonly ValueSchema Raw = new() { Kind = ValueKind.Raw };

    /// <summary>Any JSON, under a name of its own.</summary>
    public static ValueSchema RawType(string name) => new() { Kind = ValueKind.Raw, Name = name };

    /// <summary>A string that takes one of these values.</summary>
    public static ValueSchema OneOf(params string[] values) => new() { Kind = ValueKind.String, Enum = values };

    /// <summary>A message.</summary>
    public static ValueSchema Message(Func<ObjectSchema> resolve, bool atomic = false, bool granular = false) =>
        new MessageSchema(resolve) { Kind = ValueKind.Object, Atomic = atomic, Granular = granular };

    /// <summary>A list.</summary>
    public static ValueSchema List(ValueSchema items, ListType type = ListType.Atomic, params string[] keys) =>
        new() { Kind = ValueKind.List, Items = items, ListType = type, ListMapKeys = keys };

    /// <summary>A map.</summary>
    public static ValueSchema Map(ValueSchema values, bool atomic = false, bool granular = false) =>
        new() { Kind = ValueKind.Map, Items = values, Atomic = atomic, Granular = granular };
}
