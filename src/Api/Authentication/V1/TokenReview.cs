using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Authentication.V1;

/// <summary>Asks whether a bearer token is valid and whose it is.</summary>
[ApiKind("authentication.k8s.io", "v1", Resource = "tokenreviews", Namespaced = false)]
public sealed partial class TokenReview : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The token.</summary>
    [Field(2), Required]
    public TokenReviewSpec Spec { get; set; } = new();

    /// <summary>The answer.</summary>
    [Field(3)]
    public TokenReviewStatus Status { get; set; } = new();
}

/// <summary>The token to check.</summary>
[ApiType]
public sealed partial class TokenReviewSpec
{
    /// <summary>The token.</summary>
    [Field(1), Required(OmitEmpty = true)]
    public string Token { get; set; } = "";

    /// <summary>Audiences the asker stands for; the API server's when empty.</summary>
    [Field(2), Atomic]
    public List<string>? Audiences { get; set; }
}

/// <summary>What a token is worth.</summary>
[ApiType]
public sealed partial class TokenReviewStatus
{
    /// <summary>Whether it is valid.</summary>
    [Field(1)]
    public bool Authenticated { get; set; }

    /// <summary>Whose it is.</summary>
    [Field(2)]
    public UserInfo User { get; set; } = new();

    /// <summary>Audiences of the asker that the token is meant for as well.</summary>
    [Field(4), Atomic]
    public List<string>? Audiences { get; set; }

    /// <summary>Why it could not be checked.</summary>
    [Field(3)]
    public string Error { get; set; } = "";
}

/// <summary>A user, as authentication found it.</summary>
[ApiType]
public sealed partial class UserInfo
{
    /// <summary>Name, unique among active users.</summary>
    [Field(1)]
    public string Username { get; set; } = "";

    /// <summary>Identity that tells users of one name apart over time.</summary>
    [Field(2)]
    public string Uid { get; set; } = "";

    /// <summary>Groups the user is in.</summary>
    [Field(3), Atomic]
    public List<string>? Groups { get; set; }

    /// <summary>Further facts from the authenticator, several per key.</summary>
    [Field(4)]
    public Dictionary<string, List<string>>? Extra { get; set; }
}
