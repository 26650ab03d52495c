using Tiphys.Api;
using Tiphys.Api.Authorization.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary><c>subjectaccessreviews</c>: whether somebody may do something.</summary>
/// <param name="authorizer">Decides.</param>
public sealed class SubjectAccessReviewResource(IAuthorizer authorizer) : ReviewResource<SubjectAccessReview>
{
    /// <inheritdoc/>
    protected override async ValueTask<SubjectAccessReview> AnswerAsync(SubjectAccessReview review, ApiRequest request)
    {
        var errors = new FieldErrors();
        AccessReviews.Validate(review.Spec, errors);
        AccessReviews.ValidateMetadata(review.Metadata, errors);
        AccessReviews.Refuse(errors);
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
        var errors = new FieldErrors();
        AccessReviews.Validate(review.Spec, errors);
        AccessReviews.ValidateMetadata(review.Metadata, errors, review.Metadata.Namespace);
        if (review.Spec.ResourceAttributes is { } resource && resource.Namespace != review.Metadata.Namespace)
            errors.Invalid(FieldPath.Of("spec")["resourceAttributes"]["namespace"], resource.Namespace, "must match metadata.namespace");
        if (review.Spec.NonResourceAttributes is { } path) errors.Invalid(FieldPath.Of("spec")["nonResourceAttributes"], new GoStructure(path), "disallowed on this kind of request");
        AccessReviews.Refuse(errors);
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
        var errors = new FieldErrors();
        AccessReviews.ValidateAttributes(review.Spec.ResourceAttributes, review.Spec.NonResourceAttributes, errors);
        AccessReviews.ValidateSelectors(review.Spec.ResourceAttributes, errors);
        AccessReviews.ValidateMetadata(review.Metadata, errors);
        AccessReviews.Refuse(errors);
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

        return new(new SelfSubjectRulesReview { Status = review.Status }); // without the question
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
            EvaluationError = SelectorFaults.Of(resource),
        };
    }

    public static UserInfo UserOf(SubjectAccessReviewSpec spec) => new(spec.User, spec.Uid, spec.Groups ?? [], spec.Extra ?? []);

    public static void Validate(SubjectAccessReviewSpec spec, FieldErrors errors)
    {
        ValidateAttributes(spec.ResourceAttributes, spec.NonResourceAttributes, errors);
        if (spec.User.Length == 0 && spec.Groups is not { Count: > 0 }) errors.Invalid(FieldPath.Of("spec")["user"], "", "at least one of user or group must be specified");
        ValidateSelectors(spec.ResourceAttributes, errors);
    }

    public static void ValidateAttributes(ResourceAttributes? resource, NonResourceAttributes? path, FieldErrors errors)
    {
        if (resource is not null && path is not null)
            errors.Invalid(FieldPath.Of("spec")["nonResourceAttributes"], new GoStructure(path), "cannot be specified in combination with resourceAttributes");
        if (resource is null && path is null)
            errors.Invalid(FieldPath.Of("spec")["resourceAttributes"], null, "exactly one of nonResourceAttributes or resourceAttributes must be specified");
    }

    /// <summary>Selectors are a text or requirements. Operators that nobody knows may come from newer clients.</summary>
    public static void ValidateSelectors(ResourceAttributes? resource, FieldErrors errors)
    {
        var path = FieldPath.Of("spec")["resourceAttributes"];
        if (resource?.FieldSelector is { } fields)
        {
            var all = fields.Requirements ?? [];
            Form(path["fieldSelector"], fields.RawSelector, all.Count);
            for (var i = 0; i < all.Count; i++)
            {
                var at = path["fieldSelector"]["requirements"][i];
                if (all[i].Key.Length == 0) errors.Required(at["key"], "must be specified");
                Values(at, all[i].Operator, all[i].Values);
            }
        }

        if (resource?.LabelSelector is { } labels)
        {
            var all = labels.Requirements ?? [];
            Form(path["labelSelector"], labels.RawSelector, all.Count);
            for (var i = 0; i < all.Count; i++)
            {
                var at = path["labelSelector"]["requirements"][i];
                Values(at, all[i].Operator, all[i].Values);
                errors.Invalid(at["key"], all[i].Key, LabelSyntax.KeyErrors(all[i].Key));
                for (var j = 0; j < all[i].Values?.Count; j++) errors.Invalid(at["values"][j], all[i].Values![j], LabelSyntax.ValueErrors(all[i].Values![j]));
            }
        }

        void Form(FieldPath field, string raw, int requirements)
        {
            if (raw.Length > 0 && requirements > 0) errors.Invalid(field["rawSelector"], raw, "may not specified at the same time as requirements");
            if (raw.Length == 0 && requirements == 0) errors.Required(field["requirements"], $"when {field} is specified, requirements or rawSelector is required");
        }

        void Values(FieldPath field, string relation, List<string>? values)
        {
            var isSome = values is { Count: > 0 };
            if (relation is "In" or "NotIn" && !isSome) errors.Required(field["values"], "must be specified when `operator` is 'In' or 'NotIn'");
            if (relation is "Exists" or "DoesNotExist" && isSome) errors.Forbidden(field["values"], "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
    }

    /// <summary>Reviews are not stored and have no names.</summary>
    public static void ValidateMetadata(ObjectMeta metadata, FieldErrors errors, string? ns = null)
    {
        if (!ApiJson.Same(metadata, new ObjectMeta { Namespace = ns ?? "", ManagedFields = metadata.ManagedFields }))
            errors.Invalid(FieldPath.Of("metadata"), metadata, ns is null ? "must be empty" : "must be empty except for namespace");
    }

    public static void Refuse(FieldErrors errors)
    {
        if (errors.Count > 0) throw ApiErrors.Invalid(new("authorization.k8s.io", ""), "", errors); // upstream names no kind
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
