using Tiphys.Api.Meta.V1;
using Tiphys.Api.Rbac.V1;
using static Tiphys.ApiServer.PolicyTerms;

namespace Tiphys.ApiServer;

/// <summary>Who has which cluster role from the start; the bindings of controllers follow from their roles.</summary>
internal static class ClusterBindings
{
    public static IEnumerable<ClusterRoleBinding> All()
    {
        yield return ClusterRoleBinding("cluster-admin", "cluster-admin", Group("system:masters"));
        yield return ClusterRoleBinding("system:basic-user", "system:basic-user", Group("system:authenticated"));
        yield return ClusterRoleBinding("system:discovery", "system:discovery", Group("system:authenticated"));
        yield return ClusterRoleBinding("system:kube-controller-manager", "system:kube-controller-manager", User("system:kube-controller-manager"));
        yield return ClusterRoleBinding("system:kube-dns", "system:kube-dns", Account(WellKnownNamespaces.System, "kube-dns"));
        yield return ClusterRoleBinding("system:kube-scheduler", "system:kube-scheduler", User("system:kube-scheduler"));
        yield return ClusterRoleBinding("system:monitoring", "system:monitoring", Group("system:monitoring"));
        yield return ClusterRoleBinding("system:node", "system:node");
        yield return ClusterRoleBinding("system:node-proxier", "system:node-proxier", User("system:kube-proxy"));
        yield return ClusterRoleBinding("system:public-info-viewer", "system:public-info-viewer", Group("system:authenticated"), Group("system:unauthenticated"));
        yield return ClusterRoleBinding("system:service-account-issuer-discovery", "system:service-account-issuer-discovery", Group("system:serviceaccounts"));
        yield return ClusterRoleBinding("system:volume-scheduler", "system:volume-scheduler", User("system:kube-scheduler"));
    }
}
