using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Authentication.V1;

/// <summary>Asks for a token of a service account.</summary>
[ApiKind("authentication.k8s.io", "v1")]
public sealed partial class TokenRequest : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What the token is for.</summary>
    [Field(2)]
    public TokenRequestSpec Spec { get; set; } = new();

    /// <summary>The token.</summary>
    [Field(3)]
    public TokenRequestStatus Status { get; set; } = new();
}

/// <summary>What a token is for.</summary>
[ApiType]
public sealed partial class TokenRequestSpec
{
    /// <summary>Who shall accept the token.</summary>
    [Field(1), AlwaysShown, Atomic]
    public List<string> Audiences { get; set; } = [];

    /// <summary>Seconds the token should be valid.</summary>
    [Field(4), AlwaysShown, Default(3600L)]
    public long? ExpirationSeconds { get; set; }

    /// <summary>Object whose end makes the token invalid.</summary>
    [Field(3), AlwaysShown]
    public BoundObjectReference? BoundObjectRef { get; set; }
}

/// <summary>A token.</summary>
[ApiType]
public sealed partial class TokenRequestStatus
{
    /// <summary>The token.</summary>
    [Field(1), AlwaysShown]
    public string Token { get; set; } = "";

    /// <summary>When it ends.</summary>
    [Field(2), AlwaysShown, NullWhenUnset]
    public DateTimeOffset? ExpirationTimestamp { get; set; }
}

/// <summary>Points to the object a token is bound to.</summary>
[ApiType]
public sealed partial class BoundObjectReference
{
    /// <summary>Kind: Pod, Secret or Node.</summary>
    [Field(1)]
    public string Kind { get; set; } = "";

    /// <summary>Group and version.</summary>
    [Field(2)]
    public string ApiVersion { get; set; } = "";

    /// <summary>Name.</summary>
    [Field(3)]
    public string Name { get; set; } = "";

    /// <summary>Identity.</summary>
    [Field(4)]
    public string Uid { get; set; } = "";
}
