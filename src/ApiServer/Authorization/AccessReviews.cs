using Tiphys.Api;
using Tiphys.Api.Authorization.V1;

namespace Tiphys.ApiServer;

/// <summary><c>subjectaccessreviews</c>: whether somebody may do something.</summary>
/// <param name="authorizer">Decides.</param>
public sealed class SubjectAccessReviewResource(IAuthorizer authorizer) : ReviewResource<SubjectAccessReview>
{
    /// <inheritdoc/>
    protected override async ValueTask<SubjectAccessReview> AnswerAsync(SubjectAccessReview review, ApiRequest request)
    {
        AccessReviews.Validate(review.Spec, Kind);
        review.Status = await AccessReviews.AnswerAsync(authorizer, AccessReviews.UserOf(review.Spec), review.Spec.ResourceAttributes, review.Spec.NonResourceAttributes, request.Cancel);
        return review;
    }
}

/// <summary><c>localsubjectaccessreviews</c>: whether somebody may do something in the review's namespace.</summary>
/// <param name="authorizer">Decides.</param>
public sealed class LocalSubjectAccessReviewResource(IAuthorizer authorizer) : ReviewResource<LocalSubjectAccessReview>
{
    /// <inheritdoc/>
    protected override async ValueTask<LocalSubjectAccessReview> AnswerAsync(LocalSubjectAccessReview review, ApiRequest request)
    {
        AccessReviews.Validate(review.Spec, Kind);
        if (review.Spec.NonResourceAttributes is not null) throw AccessReviews.Invalid(Kind, static e => e.Invalid(FieldPath.Of("spec")["nonResourceAttributes"], "", "disallowed on this kind of request"));
        var ns = request.Info.Namespace;
        if (review.Spec.ResourceAttributes!.Namespace != ns)
            throw AccessReviews.Invalid(Kind, e => e.Invalid(FieldPath.Of("spec")["resourceAttributes"]["namespace"], review.Spec.ResourceAttributes.Namespace, "must match metadata.namespace"));
        review.Status = await AccessReviews.AnswerAsync(authorizer, AccessReviews.UserOf(review.Spec), review.Spec.ResourceAttributes, null, request.Cancel);
        return review;
    }
}

/// <summary><c>selfsubjectaccessreviews</c>: whether the caller may do something (<c>kubectl auth can-i</c>).</summary>
/// <param name="authorizer">Decides.</param>
public sealed class SelfSubjectAccessReviewResource(IAuthorizer authorizer) : ReviewResource<SelfSubjectAccessReview>
{
    /// <inheritdoc/>
    protected override async ValueTask<SelfSubjectAccessReview> AnswerAsync(SelfSubjectAccessReview review, ApiRequest request)
    {
        AccessReviews.ValidateAttributes(review.Spec.ResourceAttributes, review.Spec.NonResourceAttributes, Kind);
        review.Status = await AccessReviews.AnswerAsync(authorizer, request.User, review.Spec.ResourceAttributes, review.Spec.NonResourceAttributes, request.Cancel);
        return review;
    }
}

/// <summary><c>selfsubjectrulesreviews</c>: all the caller may do in a namespace (<c>kubectl auth can-i --list</c>).</summary>
/// <param name="rules">Lists rules.</param>
public sealed class SelfSubjectRulesReviewResource(IRuleLister rules) : ReviewResource<SelfSubjectRulesReview>
{
    /// <inheritdoc/>
    protected override ValueTask<SelfSubjectRulesReview> AnswerAsync(SelfSubjectRulesReview review, ApiRequest request)
    {
        if (review.Spec.Namespace.Length == 0) throw ApiErrors.BadRequest("no namespace on request");
        var (held, error) = rules.RulesOf(request.User, review.Spec.Namespace);
        review.Status = new SubjectRulesReviewStatus { Incomplete = error is not null, EvaluationError = error ?? "" };
        foreach (var rule in held)
        {
            if (rule.Resources is { Count: > 0 })
                review.Status.ResourceRules.Add(new() { Verbs = rule.Verbs, ApiGroups = rule.ApiGroups, Resources = rule.Resources, ResourceNames = rule.ResourceNames });
            if (rule.NonResourceURLs is { Count: > 0 }) review.Status.NonResourceRules.Add(new() { Verbs = rule.Verbs, NonResourceURLs = rule.NonResourceURLs });
        }

        return new(review);
    }
}

/// <summary>What the reviews have in common.</summary>
internal static class AccessReviews
{
    public static async ValueTask<SubjectAccessReviewStatus> AnswerAsync(IAuthorizer authorizer, UserInfo user, ResourceAttributes? resource, NonResourceAttributes? path, CancellationToken cancel)
    {
        var decision = await authorizer.AuthorizeAsync(user, resource is not null ? Of(resource) : new RequestInfo { Path = path!.Path, Verb = path.Verb }, cancel);
        return new()
        {
            Allowed = decision.Verdict == AuthorizationVerdict.Allow,
            Denied = decision.Verdict == AuthorizationVerdict.Deny,
            Reason = decision.Reason,
        };
    }

    public static UserInfo UserOf(SubjectAccessReviewSpec spec) => new(spec.User, spec.Uid, spec.Groups ?? [], spec.Extra ?? []);

    public static void Validate(SubjectAccessReviewSpec spec, KindInfo kind)
    {
        ValidateAttributes(spec.ResourceAttributes, spec.NonResourceAttributes, kind);
        if (spec.User.Length == 0 && spec.Groups is not { Count: > 0 })
            throw Invalid(kind, static e => e.Invalid(FieldPath.Of("spec")["user"], "", "at least one of user or group must be specified"));
    }

    public static void ValidateAttributes(ResourceAttributes? resource, NonResourceAttributes? path, KindInfo kind)
    {
        if (resource is not null && path is not null)
            throw Invalid(kind, static e => e.Invalid(FieldPath.Of("spec")["nonResourceAttributes"], "", "cannot be specified in combination with resourceAttributes"));
        if (resource is null && path is null)
            throw Invalid(kind, static e => e.Invalid(FieldPath.Of("spec")["resourceAttributes"], "", "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
    }

    public static StatusException Invalid(KindInfo kind, Action<FieldErrors> report)
    {
        var errors = new FieldErrors();
        report(errors);
        return ApiErrors.Invalid(new(kind.Group, kind.Kind), "", errors);
    }

    private static RequestInfo Of(ResourceAttributes resource) => new()
    {
        Path = "",
        IsResourceRequest = true,
        Verb = resource.Verb,
        Group = resource.Group,
        Version = resource.Version,
        Namespace = resource.Namespace,
        Resource = resource.Resource,
        Subresource = resource.Subresource,
        Name = resource.Name,
        FieldSelector = resource.FieldSelector is not { } fields ? ""
            : fields.RawSelector.Length > 0 ? fields.RawSelector
            : string.Join(',', (fields.Requirements ?? []).Where(static r => r.Operator == "In" && r.Values is { Count: 1 }).Select(static r => $"{r.Key}={r.Values![0]}")),
    };
}
