using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tiphys.ApiServer;

/// <summary>
/// Finds the bearer token of a request (in the Authorization header, or for browsers in a WebSocket subprotocol) and asks those
/// who know tokens. What they say is remembered for some seconds.
/// </summary>
/// <param name="tokens">Asked in order.</param>
/// <param name="audiences">The audiences the API server stands for; the first is its issuer.</param>
/// <param name="time">Clock.</param>
public sealed class BearerTokenAuthenticator(IReadOnlyList<ITokenAuthenticator> tokens, IReadOnlyList<string> audiences, TimeProvider time) : IAuthenticator
{
    private const string WebSocketPrefix = "base64url.bearer.authorization.k8s.io.";
    private const int MostRemembered = 32 * 1024;
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<Digest, (UserInfo? User, long Until)> _answers = new();

    /// <summary>The audiences of the API server.</summary>
    public IReadOnlyList<string> Audiences { get; } = audiences;

    /// <inheritdoc/>
    public async ValueTask<UserInfo?> AuthenticateAsync(HttpContext http)
    {
        if (TokenOf(http) is not { } token) return null;
        var key = Digest.Of(token);
        var now = time.GetTimestamp();
        if (_answers.TryGetValue(key, out var known) && known.Until > now) return known.User ?? throw ApiErrors.Unauthorized();
        UserInfo? user = null;
        try
        {
            user = (await AuthenticateTokenAsync(token, Audiences, http.RequestAborted))?.User;
        }
        catch (InvalidTokenException)
        {
            // The client learns no more than that it is not let in; a TokenReview tells why.
        }

        if (_answers.Count >= MostRemembered) _answers.Clear();
        _answers[key] = (user, now + (long)(Remembered.TotalSeconds * time.TimestampFrequency));
        return user ?? throw ApiErrors.Unauthorized();
    }

    /// <summary>Whose token it is; null when nobody knows it.</summary>
    /// <exception cref="InvalidTokenException">Somebody knows it and it is not valid.</exception>
    public async ValueTask<TokenIdentity?> AuthenticateTokenAsync(string token, IReadOnlyList<string> wanted, CancellationToken cancel)
    {
        List<string>? errors = null;
        foreach (var candidate in tokens)
        {
            try
            {
                if (await candidate.AuthenticateAsync(token, wanted, cancel) is not { } identity) continue;
                if (identity.Audiences is not null) return identity;

                // A token that names no audience is for the API server alone.
                var shared = wanted.Intersect(Audiences, StringComparer.Ordinal).ToList();
                if (shared.Count > 0) return identity with { Audiences = shared };
            }
            catch (InvalidTokenException e)
            {
                (errors ??= ["invalid bearer token"]).Add(e.Message);
            }
        }

        return errors is null ? null : throw new InvalidTokenException(Aggregate.Text(errors));
    }

    private static string? TokenOf(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString().AsSpan().Trim();
        if (header.Length > 0)
        {
            var space = header.IndexOf(' ');
            if (space < 0 || !header[..space].Equals("bearer", StringComparison.OrdinalIgnoreCase)) return null;
            var token = header[(space + 1)..].Trim();
            var end = token.IndexOf(' ');
            if (end >= 0) token = token[..end];
            return token.Length > 0 ? token.ToString() : null;
        }

        if (http.Request.Headers.SecWebSocketProtocol.Count == 0) return null;
        return WebSocketToken(http);
    }

    private static string? WebSocketToken(HttpContext http)
    {
        string? found = null;
        var others = new List<string>();
        foreach (var protocol in http.Request.Headers.SecWebSocketProtocol.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!protocol.StartsWith(WebSocketPrefix, StringComparison.Ordinal)) others.Add(protocol);
            else if (Base64Url.IsValid(protocol.AsSpan(WebSocketPrefix.Length))) found = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(protocol.AsSpan(WebSocketPrefix.Length)));
        }

        // The token must not be taken for a protocol, nor travel on.
        if (found is not null) http.Request.Headers.SecWebSocketProtocol = string.Join(", ", others);
        return found is { Length: > 0 } ? found : null;
    }

    /// <summary>Tokens are not kept in memory longer than their requests: a digest stands for them.</summary>
    private readonly record struct Digest(UInt128 High, UInt128 Low)
    {
        public static Digest Of(string token)
        {
            Span<byte> hash = stackalloc byte[32];
            SHA256.HashData(Encoding.UTF8.GetBytes(token), hash);
            return new(System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash), System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash[16..]));
        }
    }
}
