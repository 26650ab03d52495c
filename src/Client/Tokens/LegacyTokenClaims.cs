using System.Text.Json.Nodes;
using Tiphys.Api.Core.V1;

namespace Tiphys.Client;

/// <summary>
/// The claims of tokens kept in secrets of type <c>kubernetes.io/service-account-token</c>: they do not expire, and are valid as
/// long as the secret holds them.
/// </summary>
public static class LegacyTokenClaims
{
    /// <summary>Type of the secrets.</summary>
    public const string SecretType = "kubernetes.io/service-account-token";

    /// <summary>Annotation of the secret: name of the account.</summary>
    public const string NameAnnotation = "kubernetes.io/service-account.name";

    /// <summary>Annotation of the secret: uid of the account.</summary>
    public const string UidAnnotation = "kubernetes.io/service-account.uid";

    /// <summary>Key of the token.</summary>
    public const string TokenKey = "token";

    /// <summary>The tokens' issuer.</summary>
    public const string Issuer = "kubernetes/serviceaccount";

    /// <summary>Claim: namespace of account and secret.</summary>
    public const string NamespaceClaim = Prefix + "namespace";

    /// <summary>Claim: name of the secret.</summary>
    public const string SecretClaim = Prefix + "secret.name";

    /// <summary>Claim: name of the account.</summary>
    public const string AccountClaim = Prefix + "service-account.name";

    /// <summary>Claim: uid of the account.</summary>
    public const string AccountUidClaim = Prefix + "service-account.uid";

    private const string Prefix = "kubernetes.io/serviceaccount/";

    /// <summary>The claims of an account's token in a secret.</summary>
    public static JsonObject Of(ServiceAccount account, string secret)
    {
        ArgumentNullException.ThrowIfNull(account);
        return new()
        {
            ["iss"] = Issuer,
            [NamespaceClaim] = account.Metadata.Namespace,
            [SecretClaim] = secret,
            [AccountClaim] = account.Metadata.Name,
            [AccountUidClaim] = account.Metadata.Uid,
            ["sub"] = $"system:serviceaccount:{account.Metadata.Namespace}:{account.Metadata.Name}",
        };
    }
}
