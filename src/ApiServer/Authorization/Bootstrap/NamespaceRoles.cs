using Tiphys.Api.Meta.V1;
using Tiphys.Api.Rbac.V1;
using static Tiphys.ApiServer.PolicyTerms;

namespace Tiphys.ApiServer;

/// <summary>Roles in kube-system and kube-public.</summary>
internal static class NamespaceRoles
{
    public static IEnumerable<Role> All()
    {
        yield return Role("system:controller:bootstrap-signer", WellKnownNamespaces.Public, [
            Rule("get list watch", "core", "configmaps"),
            Rule("update", "core", "configmaps", "cluster-info"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return Role("extension-apiserver-authentication-reader", WellKnownNamespaces.System, [
            Rule("get list watch", "core", "configmaps", "extension-apiserver-authentication"),
        ]);
        yield return Role("system::leader-locking-kube-controller-manager", WellKnownNamespaces.System, [
            Rule("create get list update watch", "coordination.k8s.io", "leases"),
            Rule("create get list update watch", "coordination.k8s.io", "leasecandidates"),
        ]);
        yield return Role("system::leader-locking-kube-scheduler", WellKnownNamespaces.System, [
            Rule("create get list update watch", "coordination.k8s.io", "leases"),
            Rule("create get list update watch", "coordination.k8s.io", "leasecandidates"),
        ]);
        yield return Role("system:controller:bootstrap-signer", WellKnownNamespaces.System, [
            Rule("get list watch", "core", "secrets"),
        ]);
        yield return Role("system:controller:cloud-provider", WellKnownNamespaces.System, [
            Rule("create get list watch", "core", "configmaps"),
        ]);
        yield return Role("system:controller:token-cleaner", WellKnownNamespaces.System, [
            Rule("delete get list watch", "core", "secrets"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
    }
}
