using Tiphys.Api.Rbac.V1;
using static Tiphys.ApiServer.PolicyTerms;

namespace Tiphys.ApiServer;

/// <summary>Roles in kube-system and kube-public.</summary>
internal static class NamespaceRoles
{
    public static IEnumerable<Role> All()
    {
        yield return Role("system:controller:bootstrap-signer", "kube-public", [
            Rule("get list watch", "core", "configmaps"),
            Rule("update", "core", "configmaps", "cluster-info"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return Role("extension-apiserver-authentication-reader", "kube-system", [
            Rule("get list watch", "core", "configmaps", "extension-apiserver-authentication"),
        ]);
        yield return Role("system::leader-locking-kube-controller-manager", "kube-system", [
            Rule("create get list update watch", "coordination.k8s.io", "leases"),
            Rule("create get list update watch", "coordination.k8s.io", "leasecandidates"),
        ]);
        yield return Role("system::leader-locking-kube-scheduler", "kube-system", [
            Rule("create get list update watch", "coordination.k8s.io", "leases"),
            Rule("create get list update watch", "coordination.k8s.io", "leasecandidates"),
        ]);
        yield return Role("system:controller:bootstrap-signer", "kube-system", [
            Rule("get list watch", "core", "secrets"),
        ]);
        yield return Role("system:controller:cloud-provider", "kube-system", [
            Rule("create get list watch", "core", "configmaps"),
        ]);
        yield return Role("system:controller:token-cleaner", "kube-system", [
            Rule("delete get list watch", "core", "secrets"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
    }
}
