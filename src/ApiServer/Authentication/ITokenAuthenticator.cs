namespace Tiphys.ApiServer;

/// <summary>Knows one sort of bearer tokens.</summary>
public interface ITokenAuthenticator
{
    /// <summary>Whose token it is; null when it is none of this sort.</summary>
    /// <param name="token">The token.</param>
    /// <param name="audiences">Who shall be able to trust it; at least one must be among the token's audiences.</param>
    /// <param name="cancel">Ends the check.</param>
    /// <exception cref="InvalidTokenException">It is of this sort, and not valid.</exception>
    ValueTask<TokenIdentity?> AuthenticateAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancel);
}

/// <summary>A token that is valid.</summary>
/// <param name="User">Whose it is.</param>
/// <param name="Audiences">Which of the wanted audiences it is meant for; null when tokens of the sort name none and so are meant for the API server.</param>
public sealed record TokenIdentity(UserInfo User, IReadOnlyList<string>? Audiences = null);

/// <summary>A token that looks right and is not valid.</summary>
/// <param name="message">Why.</param>
public sealed class InvalidTokenException(string message) : Exception(message);
