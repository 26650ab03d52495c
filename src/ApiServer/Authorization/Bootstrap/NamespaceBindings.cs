using Tiphys.Api.Rbac.V1;
using static Tiphys.ApiServer.PolicyTerms;

namespace Tiphys.ApiServer;

/// <summary>Who has the roles in kube-system and kube-public.</summary>
internal static class NamespaceBindings
{
    public static IEnumerable<RoleBinding> All()
    {
        yield return RoleBinding("system:controller:bootstrap-signer", "kube-public", "Role", "system:controller:bootstrap-signer", Account("kube-system", "bootstrap-signer"));
        yield return RoleBinding("system::extension-apiserver-authentication-reader", "kube-system", "Role", "extension-apiserver-authentication-reader", User("system:kube-controller-manager"), User("system:kube-scheduler"));
        yield return RoleBinding("system::leader-locking-kube-controller-manager", "kube-system", "Role", "system::leader-locking-kube-controller-manager", User("system:kube-controller-manager"), Account("kube-system", "kube-controller-manager"), Account("kube-system", "leader-election-controller"));
        yield return RoleBinding("system::leader-locking-kube-scheduler", "kube-system", "Role", "system::leader-locking-kube-scheduler", User("system:kube-scheduler"), Account("kube-system", "kube-scheduler"));
        yield return RoleBinding("system:controller:bootstrap-signer", "kube-system", "Role", "system:controller:bootstrap-signer", Account("kube-system", "bootstrap-signer"));
        yield return RoleBinding("system:controller:cloud-provider", "kube-system", "Role", "system:controller:cloud-provider", Account("kube-system", "cloud-provider"));
        yield return RoleBinding("system:controller:token-cleaner", "kube-system", "Role", "system:controller:token-cleaner", Account("kube-system", "token-cleaner"));
    }
}
