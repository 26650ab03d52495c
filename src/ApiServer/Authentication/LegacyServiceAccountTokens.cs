using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.ApiServer;

/// <summary>Checks tokens that are kept in secrets of service accounts. Once a day the secret is labelled with the day of its token's use.</summary>
/// <param name="keys">Keys that verify.</param>
/// <param name="stores">Where accounts and secrets are.</param>
/// <param name="time">Clock.</param>
public sealed class LegacyServiceAccountTokens(IReadOnlyList<ServiceAccountKey> keys, ApiResources stores, TimeProvider time) : ITokenAuthenticator
{
    private const string LastUsed = "kubernetes.io/legacy-token-last-used";
    private const string InvalidSince = "kubernetes.io/legacy-token-invalid-since";

    /// <inheritdoc/>
    public async ValueTask<TokenIdentity?> AuthenticateAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancel)
    {
        if (Jwt.PeekClaims(token) is not { } claims || Jwt.Text(claims, "iss") != LegacyTokenClaims.Issuer) return null;
        if (!Jwt.Verify(token, keys)) throw new InvalidTokenException("failed to verify the signature");
        var ns = Claim(claims, LegacyTokenClaims.NamespaceClaim, "namespace");
        var secretName = Claim(claims, LegacyTokenClaims.SecretClaim, "secretName");
        var name = Claim(claims, LegacyTokenClaims.AccountClaim, "serviceAccountName");
        var uid = Claim(claims, LegacyTokenClaims.AccountUidClaim, "serviceAccountUID");
        if (Jwt.Text(claims, "sub") != ServiceAccountNames.User(ns, name)) throw new InvalidTokenException("sub claim is invalid");

        var secret = await stores.FindAsync<Secret>(ns, secretName, cancel);
        if (secret is null || secret.Metadata.DeletionTimestamp is not null) throw new InvalidTokenException("Token has been invalidated");
        if (secret.Data?.TryGetValue(LegacyTokenClaims.TokenKey, out var kept) != true || !CryptographicOperations.FixedTimeEquals(kept, Encoding.UTF8.GetBytes(token)))
            throw new InvalidTokenException("Token does not match server's copy");
        var account = await stores.FindAsync<ServiceAccount>(ns, name, cancel) ?? throw new InvalidTokenException($"serviceaccounts \"{name}\" not found");
        if (account.Metadata.DeletionTimestamp is not null) throw new InvalidTokenException($"ServiceAccount {ns}/{name} has been deleted");
        if (account.Metadata.Uid != uid) throw new InvalidTokenException($"ServiceAccount UID ({account.Metadata.Uid}) does not match claim ({uid})");
        await NoteUseAsync(secret, cancel);
        if (secret.Metadata.Labels?.GetValueOrDefault(InvalidSince) is { Length: > 0 })
        {
            throw new InvalidTokenException($"the token in secret {ns}/{secretName} for service account {ns}/{name} has been marked invalid. Use tokens from the TokenRequest API or manually created "
                + $"secret-based tokens, or remove the '{InvalidSince}' label from the secret to temporarily allow use of this token");
        }

        return new TokenIdentity(new UserInfo(ServiceAccountNames.User(ns, name), uid, [.. ServiceAccountNames.Groups(ns), UserInfo.Authenticated], new Dictionary<string, List<string>>()));
    }

    private async ValueTask NoteUseAsync(Secret secret, CancellationToken cancel)
    {
        var today = time.GetUtcNow();
        var last = secret.Metadata.Labels?.GetValueOrDefault(LastUsed);

        // Another server may be a day ahead of this one's clock.
        if (last == Day(today) || last == Day(today.AddDays(1))) return;
        try
        {
            await stores.Of<Secret>().UpdateAsync(
                secret.Metadata.Name,
                current =>
                {
                    (current!.Metadata.Labels ??= [])[LastUsed] = Day(today);
                    return current;
                },
                new UpdateBehavior(RetryOnConflict: true),
                WriteContext.OfServer(secret.Metadata.Namespace, cancel));
        }
        catch (StatusException)
        {
            // The token is as good without the note; the next use makes it again.
        }
    }

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Claim(JsonObject claims, string name, string shown) => Jwt.Text(claims, name) is { Length: > 0 } text ? text : throw new InvalidTokenException($"{shown} claim is missing");
}
