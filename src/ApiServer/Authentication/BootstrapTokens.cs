using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// Tokens with which nodes join: <c>ID.SECRET</c>, each kept in a Secret <c>bootstrap-token-ID</c> of kube-system.
/// </summary>
/// <param name="stores">Where the secrets are.</param>
/// <param name="time">Clock.</param>
public sealed partial class BootstrapTokens(ApiResources stores, TimeProvider time) : ITokenAuthenticator
{
    private const string SecretType = "bootstrap.kubernetes.io/token";
    private const string DefaultGroup = "system:bootstrappers";

    /// <inheritdoc/>
    public async ValueTask<TokenIdentity?> AuthenticateAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancel)
    {
        if (TokenForm().Match(token) is not { Success: true } match) return null;
        var (id, secret) = (match.Groups[1].Value, match.Groups[2].Value);
        var kept = await stores.FindAsync<Secret>(WellKnownNamespaces.System, "bootstrap-token-" + id, cancel);
        if (kept is null || kept.Metadata.DeletionTimestamp is not null || kept.Type != SecretType) return null;
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Value(kept, "token-secret")), Encoding.UTF8.GetBytes(secret))) return null;
        if (Value(kept, "token-id") != id || Value(kept, "usage-bootstrap-authentication") != "true" || HasExpired(kept)) return null;
        var groups = new List<string> { DefaultGroup };
        foreach (var group in Value(kept, "auth-extra-groups").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            // A group of another name could make the token anything.
            if (!GroupForm().IsMatch(group)) return null;
            groups.Add(group);
        }

        groups.Add(UserInfo.Authenticated);
        return new TokenIdentity(new UserInfo($"system:bootstrap:{id}", groups));
    }

    private bool HasExpired(Secret secret)
    {
        var text = Value(secret, "expiration");
        if (text.Length == 0) return false;
        return !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) || end <= time.GetUtcNow();
    }

    private static string Value(Secret secret, string key) =>
        secret.Data is { } data && data.TryGetValue(key, out var value) && value is not null ? Encoding.UTF8.GetString(value) : "";

    [GeneratedRegex(@"\A([a-z0-9]{6})\.([a-z0-9]{16})\z")]
    private static partial Regex TokenForm();

    [GeneratedRegex(@"\Asystem:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]\z")]
    private static partial Regex GroupForm();
}
