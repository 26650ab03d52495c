namespace Tiphys.ApiServer;

/// <summary>Decides whether a user may do something.</summary>
public interface IAuthorizer
{
    /// <summary>The decision. Null means no opinion: another authorizer may still allow it.</summary>
    ValueTask<AuthorizationDecision> AuthorizeAsync(UserInfo user, RequestInfo request, CancellationToken cancel);
}

/// <summary>What an authorizer decided.</summary>
/// <param name="Verdict">Yes, no, or no opinion.</param>
/// <param name="Reason">Why, for the answer to the user.</param>
public readonly record struct AuthorizationDecision(AuthorizationVerdict Verdict, string Reason)
{
    /// <summary>Nothing to say.</summary>
    public static AuthorizationDecision NoOpinion { get; } = new(AuthorizationVerdict.NoOpinion, "");

    /// <summary>Yes.</summary>
    public static AuthorizationDecision Allow(string reason) => new(AuthorizationVerdict.Allow, reason);
}

/// <summary>An authorizer's answer.</summary>
public enum AuthorizationVerdict
{
    /// <summary>Ask the next one; nobody's yes is a no.</summary>
    NoOpinion,

    /// <summary>Allowed.</summary>
    Allow,

    /// <summary>Refused, whatever others say.</summary>
    Deny,
}
