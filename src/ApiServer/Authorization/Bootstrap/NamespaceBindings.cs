using Tiphys.Api.Meta.V1;
using Tiphys.Api.Rbac.V1;
using static Tiphys.ApiServer.PolicyTerms;

namespace Tiphys.ApiServer;

/// <summary>Who has the roles in kube-system and kube-public.</summary>
internal static class NamespaceBindings
{
    public static IEnumerable<RoleBinding> All()
    {
        yield return RoleBinding("system:controller:bootstrap-signer", WellKnownNamespaces.Public, "Role", "system:controller:bootstrap-signer", Account(WellKnownNamespaces.System, "bootstrap-signer"));
        yield return RoleBinding("system::extension-apiserver-authentication-reader", WellKnownNamespaces.System, "Role", "extension-apiserver-authentication-reader", User("system:kube-controller-manager"), User("system:kube-scheduler"));
        yield return RoleBinding("system::leader-locking-kube-controller-manager", WellKnownNamespaces.System, "Role", "system::leader-locking-kube-controller-manager", User("system:kube-controller-manager"), Account(WellKnownNamespaces.System, "kube-controller-manager"), Account(WellKnownNamespaces.System, "leader-election-controller"));
        yield return RoleBinding("system::leader-locking-kube-scheduler", WellKnownNamespaces.System, "Role", "system::leader-locking-kube-scheduler", User("system:kube-scheduler"), Account(WellKnownNamespaces.System, "kube-scheduler"));
        yield return RoleBinding("system:controller:bootstrap-signer", WellKnownNamespaces.System, "Role", "system:controller:bootstrap-signer", Account(WellKnownNamespaces.System, "bootstrap-signer"));
        yield return RoleBinding("system:controller:cloud-provider", WellKnownNamespaces.System, "Role", "system:controller:cloud-provider", Account(WellKnownNamespaces.System, "cloud-provider"));
        yield return RoleBinding("system:controller:token-cleaner", WellKnownNamespaces.System, "Role", "system:controller:token-cleaner", Account(WellKnownNamespaces.System, "token-cleaner"));
    }
}
