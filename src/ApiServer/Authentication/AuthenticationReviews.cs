using Tiphys.Api.Authentication.V1;

namespace Tiphys.ApiServer;

/// <summary><c>tokenreviews</c>: whose a token is.</summary>
/// <param name="tokens">Knows tokens.</param>
public sealed class TokenReviewResource(BearerTokenAuthenticator tokens) : ReviewResource<TokenReview>
{
    /// <inheritdoc/>
    protected override async ValueTask<TokenReview> AnswerAsync(TokenReview review, ApiRequest request)
    {
        if (review.Spec.Token.Length == 0) throw ApiErrors.BadRequest("token is required for TokenReview in authentication");
        review.Status = new TokenReviewStatus();
        var audiences = review.Spec.Audiences is { Count: > 0 } asked ? asked : tokens.Audiences;
        try
        {
            if (await tokens.AuthenticateTokenAsync(review.Spec.Token, audiences, request.Cancel) is { } identity)
            {
                review.Status.Authenticated = true;
                review.Status.User = UserView.Of(identity.User);
                review.Status.Audiences = identity.Audiences?.ToList();
            }
            else review.Status.Error = "invalid bearer token";
        }
        catch (InvalidTokenException e)
        {
            review.Status.Error = e.Message;
        }

        return review;
    }
}

/// <summary><c>selfsubjectreviews</c>: who the caller is (<c>kubectl auth whoami</c>).</summary>
/// <param name="time">Clock.</param>
public sealed class SelfSubjectReviewResource(TimeProvider time) : ReviewResource<SelfSubjectReview>
{
    /// <inheritdoc/>
    protected override ValueTask<SelfSubjectReview> AnswerAsync(SelfSubjectReview review, ApiRequest request) => new(new SelfSubjectReview
    {
        Metadata = new() { CreationTimestamp = time.GetUtcNow() },
        Status = new() { UserInfo = UserView.Of(request.User) },
    });
}

/// <summary>Shows users as the API shows them.</summary>
internal static class UserView
{
    public static Api.Authentication.V1.UserInfo Of(UserInfo user) => new()
    {
        Username = user.Name,
        Uid = user.Uid,
        Groups = user.Groups.Count > 0 ? [.. user.Groups] : null,
        Extra = user.Extra.Count > 0 ? user.Extra.ToDictionary(static e => e.Key, static e => e.Value) : null,
    };
}
