using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Tiphys.ApiServer;

/// <summary>Random tokens for components that run in the server's own process; they live as long as it does.</summary>
public sealed class ComponentTokens : ITokenAuthenticator
{
    private readonly ConcurrentDictionary<string, TokenIdentity> _tokens = new(StringComparer.Ordinal);

    /// <summary>Makes a token for a component.</summary>
    /// <param name="user">User name, for example <c>system:kube-controller-manager</c>.</param>
    /// <param name="groups">Groups besides <c>system:authenticated</c>.</param>
    public string Issue(string user, params IReadOnlyList<string> groups)
    {
        // 256 random bits: looking one up by its text gives nothing away that would help guessing.
        var token = "tiphys." + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        _tokens[token] = new TokenIdentity(new UserInfo(user, [.. groups, UserInfo.Authenticated]));
        return token;
    }

    /// <summary>Ends a token's validity.</summary>
    public void Revoke(string token) => _tokens.TryRemove(token, out _);

    /// <inheritdoc/>
    public ValueTask<TokenIdentity?> AuthenticateAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancel) => new(_tokens.GetValueOrDefault(token));
}
