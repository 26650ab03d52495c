using Tiphys.Api.Rbac.V1;

namespace Tiphys.ApiServer;

/// <summary>Asks authorizers in order until one decides.</summary>
/// <param name="authorizers">The authorizers.</param>
public sealed class UnionAuthorizer(IReadOnlyList<IAuthorizer> authorizers) : IAuthorizer, IRuleLister
{
    /// <inheritdoc/>
    public async ValueTask<AuthorizationDecision> AuthorizeAsync(UserInfo user, RequestInfo request, CancellationToken cancel)
    {
        List<string>? reasons = null;
        foreach (var authorizer in authorizers)
        {
            var decision = await authorizer.AuthorizeAsync(user, request, cancel);
            if (decision.Verdict == AuthorizationVerdict.Allow) return decision;
            if (decision.Reason.Length > 0) (reasons ??= []).Add(decision.Reason);
            if (decision.Verdict == AuthorizationVerdict.Deny) return decision with { Reason = Joined(reasons) };
        }

        return new(AuthorizationVerdict.NoOpinion, Joined(reasons));
    }

    /// <inheritdoc/>
    public (IEnumerable<PolicyRule> Rules, string? Error) RulesOf(UserInfo user, string ns)
    {
        var rules = new List<PolicyRule>();
        var errors = new List<string>();
        foreach (var lister in authorizers.OfType<IRuleLister>())
        {
            var (more, error) = lister.RulesOf(user, ns);
            rules.AddRange(more);
            if (error is not null) errors.Add(error);
        }

        return (rules, errors.Count == 0 ? null : string.Join(", ", errors));
    }

    private static string Joined(List<string>? reasons) => reasons is null ? "" : string.Join("\n", reasons);
}

/// <summary>Authorizers that need not look.</summary>
public static class FixedAuthorizers
{
    /// <summary>Mode AlwaysAllow.</summary>
    public static IAuthorizer AlwaysAllow { get; } = new Always(AuthorizationDecision.Allow(""), [Everything(), AllPaths()]);

    /// <summary>Mode AlwaysDeny.</summary>
    public static IAuthorizer AlwaysDeny { get; } = new Always(new(AuthorizationVerdict.NoOpinion, "Everything is forbidden."), []);

    /// <summary>Members of <c>system:masters</c> may do everything, so that no rule can lock the cluster's owner out.</summary>
    public static IAuthorizer Masters { get; } = new MastersAuthorizer();

    private static PolicyRule Everything() => new() { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"] };

    private static PolicyRule AllPaths() => new() { Verbs = ["*"], NonResourceURLs = ["*"] };

    private sealed class Always(AuthorizationDecision decision, PolicyRule[] rules) : IAuthorizer, IRuleLister
    {
        public ValueTask<AuthorizationDecision> AuthorizeAsync(UserInfo user, RequestInfo request, CancellationToken cancel) => new(decision);

        public (IEnumerable<PolicyRule> Rules, string? Error) RulesOf(UserInfo user, string ns) => (rules, null);
    }

    // It lists no rules: that of RBAC for the same group does.
    private sealed class MastersAuthorizer : IAuthorizer
    {
        public ValueTask<AuthorizationDecision> AuthorizeAsync(UserInfo user, RequestInfo request, CancellationToken cancel) =>
            new(user.Groups.Contains(UserInfo.Masters) ? AuthorizationDecision.Allow("") : AuthorizationDecision.NoOpinion);
    }
}
