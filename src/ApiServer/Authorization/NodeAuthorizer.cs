using Tiphys.Api;
using Tiphys.Api.Meta.V1;
using Tiphys.Api.Rbac.V1;

namespace Tiphys.ApiServer;

/// <summary>Names of nodes as users.</summary>
public static class NodeIdentity
{
    /// <summary>The group of all nodes.</summary>
    public const string Group = "system:nodes";

    private const string UserPrefix = "system:node:";

    /// <summary>The name of the node a user is; null for users that are no nodes, empty for a node without a name.</summary>
    public static string? Of(UserInfo user)
    {
        if (!user.Name.StartsWith(UserPrefix, StringComparison.Ordinal) || !user.Groups.Contains(Group)) return null;
        return user.Name[UserPrefix.Length..];
    }
}

/// <summary>Lets nodes do what kubelets must, and read only what their pods need.</summary>
public sealed class NodeAuthorizer : IAuthorizer, IRuleLister
{
    private static readonly CompiledRule[] s_rules = [.. BootstrapPolicy.ClusterRoles.Single(static r => r.Metadata.Name == "system:node").Rules.Select(static r => new CompiledRule(r))];
    private readonly NodeGraph _graph;

    /// <summary>Makes the authorizer over the stores of pods and volumes.</summary>
    public NodeAuthorizer(ApiResources stores) => _graph = new NodeGraph(stores);

    /// <inheritdoc/>
    public ValueTask<AuthorizationDecision> AuthorizeAsync(UserInfo user, RequestInfo request, CancellationToken cancel)
    {
        var node = NodeIdentity.Of(user);
        if (node is null) return new(AuthorizationDecision.NoOpinion);
        if (node.Length == 0) return new(No($"unknown node for user \"{user.Name}\""));
        return new(Decide(node, request));
    }

    /// <inheritdoc/>
    public (IEnumerable<PolicyRule> Rules, string? Error) RulesOf(UserInfo user, string ns) =>
        ([], NodeIdentity.Of(user) is null ? null : "node authorizer does not support user rule resolution");

    private AuthorizationDecision Decide(string node, RequestInfo request)
    {
        if (request.IsResourceRequest)
        {
            switch (request.Group, request.Resource)
            {
                case ("", "secrets"): return ReadNamed(node, NodeObject.Secret, request);
                case ("", "configmaps"): return ReadNamed(node, NodeObject.ConfigMap, request);
                case ("", "persistentvolumeclaims"): return request.Subresource == "status" ? UpdateStatus(node, NodeObject.Claim, request) : Get(node, NodeObject.Claim, request);
                case ("", "persistentvolumes"): return Get(node, NodeObject.Volume, request);
                case ("resource.k8s.io", "resourceclaims"): return Get(node, NodeObject.ResourceClaim, request);
                case ("storage.k8s.io", "volumeattachments"): return Get(node, NodeObject.Attachment, request);
                case ("", "serviceaccounts"): return ServiceAccount(node, request);
                case ("coordination.k8s.io", "leases"): return Lease(node, request);
                case ("storage.k8s.io", "csinodes"): return CsiNode(node, request);
                case ("resource.k8s.io", "resourceslices"): return ResourceSlice(node, request);
                case ("", "nodes"): return Node(node, request);
                case ("", "pods"): return Pod(node, request);
            }
        }

        foreach (var rule in s_rules)
            if (rule.Allows(request)) return Yes();
        return AuthorizationDecision.NoOpinion;
    }

    private AuthorizationDecision ReadNamed(string node, NodeObject sort, RequestInfo request)
    {
        if (request.Verb is not ("get" or "list" or "watch")) return No("can only read resources of this type");
        if (request.Subresource.Length > 0) return No("cannot read subresource");
        return request.Namespace.Length == 0 ? No("can only read namespaced object of this type") : Related(node, sort, request);
    }

    private AuthorizationDecision Get(string node, NodeObject sort, RequestInfo request)
    {
        if (request.Verb != "get") return No("can only get individual resources of this type");
        return request.Subresource.Length > 0 ? No("cannot get subresource") : Related(node, sort, request);
    }

    private AuthorizationDecision UpdateStatus(string node, NodeObject sort, RequestInfo request) =>
        request.Verb is "update" or "patch" ? Related(node, sort, request) : No("can only get/update/patch this type");

    private AuthorizationDecision ServiceAccount(string node, RequestInfo request)
    {
        if (request is { Verb: "get", Subresource: "" }) return ReadNamed(node, NodeObject.ServiceAccount, request);
        if (request.Verb != "create" || request.Name.Length == 0) return No("can only create tokens for individual service accounts");
        return request.Subresource != "token" ? No("can only create token subresource of serviceaccount") : Related(node, NodeObject.ServiceAccount, request);
    }

    private static AuthorizationDecision Lease(string node, RequestInfo request)
    {
        if (request.Verb is not ("get" or "create" or "update" or "patch" or "delete")) return No("can only get, create, update, patch, or delete a node lease");
        if (request.Namespace != WellKnownNamespaces.NodeLease) return No($"can only access leases in the \"{WellKnownNamespaces.NodeLease}\" system namespace");

        // The name of what is created stands in the body: admission looks at it.
        return request.Verb != "create" && request.Name != node ? No("can only access node lease with the same name as the requesting node") : Yes();
    }

    private static AuthorizationDecision CsiNode(string node, RequestInfo request)
    {
        if (request.Verb is not ("get" or "create" or "update" or "patch" or "delete")) return No("can only get, create, update, patch, or delete a CSINode");
        if (request.Subresource.Length > 0) return No("cannot authorize CSINode subresources");
        return request.Verb != "create" && request.Name != node ? No("can only access CSINode with the same name as the requesting node") : Yes();
    }

    private AuthorizationDecision ResourceSlice(string node, RequestInfo request)
    {
        if (request.Subresource.Length > 0) return No("cannot authorize ResourceSlice subresources");
        return request.Verb switch
        {
            "create" => Yes(),
            "get" or "update" or "patch" or "delete" => Related(node, NodeObject.ResourceSlice, request),
            "watch" or "list" or "deletecollection" => Selects(request, "spec.nodeName", node) ? Yes() : No("can only list/watch/deletecollection resourceslices with nodeName field selector"),
            _ => No("only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection"),
        };
    }

    private static AuthorizationDecision Node(string node, RequestInfo request)
    {
        switch (request.Subresource, request.Verb)
        {
            case ("", "create" or "update" or "patch"):
            case ("status", "update" or "patch"):
                return Yes();
            case ("", "get" or "list" or "watch"):
                if (request.Name == node) return Yes();
                return No(request.Name.Length == 0
                    ? $"node '{node}' cannot read all nodes, only its own Node object"
                    : $"node '{node}' cannot read '{request.Name}', only its own Node object");
            default:
                return AuthorizationDecision.NoOpinion;
        }
    }

    private AuthorizationDecision Pod(string node, RequestInfo request)
    {
        switch (request.Subresource, request.Verb)
        {
            case ("", "get"):
                return Get(node, NodeObject.Pod, request);
            case ("", "list" or "watch"):
                if (Selects(request, "spec.nodeName", node)) return Yes();
                return request.Name.Length > 0 ? Related(node, NodeObject.Pod, request) : No("can only list/watch pods with spec.nodeName field selector");
            case ("", "create" or "delete"):
            case ("status", "update" or "patch"):
            case ("eviction", "create"):
                return Yes();
            default:
                return AuthorizationDecision.NoOpinion;
        }
    }

    private AuthorizationDecision Related(string node, NodeObject sort, RequestInfo request)
    {
        if (request.Name.Length == 0) return No("No Object name found");
        return _graph.Needs(node, sort, request.Namespace, request.Name) ? Yes() : No($"no relationship found between node '{node}' and this object");
    }

    private static bool Selects(RequestInfo request, string field, string value)
    {
        if (request.FieldSelector.Length == 0) return false;
        try
        {
            return FieldQuery.Parse(request.FieldSelector).Pinned(field) == value;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static AuthorizationDecision Yes() => AuthorizationDecision.Allow("");

    private static AuthorizationDecision No(string reason) => new(AuthorizationVerdict.NoOpinion, reason);
}
