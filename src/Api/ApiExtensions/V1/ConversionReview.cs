using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.ApiExtensions.V1;

/// <summary>What the server asks a converting webhook, and what it answers.</summary>
[ApiKind("apiextensions.k8s.io", "v1")]
public sealed partial class ConversionReview
{
    /// <summary>The question.</summary>
    [Field(1)]
    public ConversionRequest? Request { get; set; }

    /// <summary>The answer.</summary>
    [Field(2)]
    public ConversionResponse? Response { get; set; }
}

/// <summary>Objects to be converted.</summary>
[ApiType]
public sealed partial class ConversionRequest
{
    /// <summary>Identity of the question; the answer repeats it.</summary>
    [Field(1), Required]
    public string Uid { get; set; } = "";

    /// <summary>Group and version wanted.</summary>
    [Field(2), Required]
    public string DesiredAPIVersion { get; set; } = "";

    /// <summary>The objects.</summary>
    [Field(3), Required, Atomic]
    public List<RawJson> Objects { get; set; } = [];
}

/// <summary>Objects that were converted.</summary>
[ApiType]
public sealed partial class ConversionResponse
{
    /// <summary>Identity of the question.</summary>
    [Field(1), Required]
    public string Uid { get; set; } = "";

    /// <summary>The objects, in the order of the question; empty on failure.</summary>
    [Field(2), Required, Atomic]
    public List<RawJson> ConvertedObjects { get; set; } = [];

    /// <summary>Whether it worked.</summary>
    [Field(3), Required]
    public Status Result { get; set; } = new();
}
