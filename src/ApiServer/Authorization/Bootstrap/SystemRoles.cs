using Tiphys.Api.Rbac.V1;
using static Tiphys.ApiServer.PolicyTerms;

namespace Tiphys.ApiServer;

/// <summary>Cluster roles of the components.</summary>
internal static class SystemRoles
{
    public static IEnumerable<ClusterRole> All()
    {
        yield return ClusterRole("system:auth-delegator", [
            Rule("create", "authentication.k8s.io", "tokenreviews"),
            Rule("create", "authorization.k8s.io", "subjectaccessreviews"),
        ]);
        yield return ClusterRole("system:basic-user", [
            Rule("create", "authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews"),
            Rule("create", "authentication.k8s.io", "selfsubjectreviews"),
        ]);
        yield return ClusterRole("system:certificates.k8s.io:certificatesigningrequests:nodeclient", [
            Rule("create", "certificates.k8s.io", "certificatesigningrequests/nodeclient"),
        ]);
        yield return ClusterRole("system:certificates.k8s.io:certificatesigningrequests:selfnodeclient", [
            Rule("create", "certificates.k8s.io", "certificatesigningrequests/selfnodeclient"),
        ]);
        yield return ClusterRole("system:certificates.k8s.io:kube-apiserver-client-approver", [
            Rule("approve", "certificates.k8s.io", "signers", "kubernetes.io/kube-apiserver-client"),
        ]);
        yield return ClusterRole("system:certificates.k8s.io:kube-apiserver-client-kubelet-approver", [
            Rule("approve", "certificates.k8s.io", "signers", "kubernetes.io/kube-apiserver-client-kubelet"),
        ]);
        yield return ClusterRole("system:certificates.k8s.io:kubelet-serving-approver", [
            Rule("approve", "certificates.k8s.io", "signers", "kubernetes.io/kubelet-serving"),
        ]);
        yield return ClusterRole("system:certificates.k8s.io:legacy-unknown-approver", [
            Rule("approve", "certificates.k8s.io", "signers", "kubernetes.io/legacy-unknown"),
        ]);
        yield return ClusterRole("system:discovery", [
            Paths("get", "/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/"),
        ]);
        yield return ClusterRole("system:heapster", [
            Rule("get list watch", "core", "events namespaces nodes pods"),
            Rule("get list watch", "extensions", "deployments"),
        ]);
        yield return ClusterRole("system:kube-aggregator", [
            Rule("get list watch", "core", "endpoints services"),
        ]);
        yield return ClusterRole("system:kube-controller-manager", [
            Rule("create patch update", "core events.k8s.io", "events"),
            Rule("create", "coordination.k8s.io", "leases"),
            Rule("get update", "coordination.k8s.io", "leases", "kube-controller-manager"),
            Rule("create", "core", "secrets serviceaccounts"),
            Rule("delete", "core", "secrets"),
            Rule("get", "core", "configmaps namespaces secrets serviceaccounts"),
            Rule("update", "core", "secrets serviceaccounts"),
            Rule("create", "authentication.k8s.io", "tokenreviews"),
            Rule("create", "authorization.k8s.io", "subjectaccessreviews"),
            Rule("list watch", "*", "*"),
            Rule("create", "core", "serviceaccounts/token"),
        ]);
        yield return ClusterRole("system:kube-dns", [
            Rule("list watch", "core", "endpoints services"),
        ]);
        yield return ClusterRole("system:kube-scheduler", [
            Rule("create patch update", "core events.k8s.io", "events"),
            Rule("create", "coordination.k8s.io", "leases"),
            Rule("get list update watch", "coordination.k8s.io", "leases", "kube-scheduler"),
            Rule("create delete deletecollection get list patch update watch", "coordination.k8s.io", "leasecandidates"),
            Rule("get list watch", "core", "nodes"),
            Rule("delete get list watch", "core", "pods"),
            Rule("create", "core", "bindings pods/binding"),
            Rule("patch update", "core", "pods/status"),
            Rule("get list watch", "core", "replicationcontrollers services"),
            Rule("get list watch", "apps extensions", "replicasets"),
            Rule("get list watch", "apps", "statefulsets"),
            Rule("get list watch", "policy", "poddisruptionbudgets"),
            Rule("get list watch", "core", "persistentvolumeclaims persistentvolumes"),
            Rule("create", "authentication.k8s.io", "tokenreviews"),
            Rule("create", "authorization.k8s.io", "subjectaccessreviews"),
            Rule("get list watch", "storage.k8s.io", "csinodes"),
            Rule("get list watch", "storage.k8s.io", "volumeattachments"),
            Rule("get list watch", "core", "namespaces"),
            Rule("get list watch", "storage.k8s.io", "csidrivers"),
            Rule("get list watch", "storage.k8s.io", "csistoragecapacities"),
            Rule("get list watch", "resource.k8s.io", "deviceclasses"),
            Rule("get list patch update watch", "resource.k8s.io", "resourceclaims"),
            Rule("get list patch update watch", "resource.k8s.io", "resourceclaims/status"),
            Rule("update", "core", "pods/finalizers"),
            Rule("get list watch", "resource.k8s.io", "resourceslices"),
            Rule("create delete", "resource.k8s.io", "resourceclaims"),
            Rule("patch update", "resource.k8s.io", "resourceclaims/binding"),
        ]);
        yield return ClusterRole("system:kubelet-api-admin", [
            Rule("get list watch", "core", "nodes"),
            Rule("proxy", "core", "nodes"),
            Rule("*", "core", "nodes/log nodes/metrics nodes/proxy nodes/stats"),
            Rule("*", "core", "nodes/configz nodes/healthz nodes/pods"),
        ]);
        yield return ClusterRole("system:monitoring", [
            Paths("get", "/flagz /healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/* /statusz"),
            Rule("get", "core", "nodes/metrics"),
        ]);
        yield return ClusterRole("system:node", [
            Rule("create", "authentication.k8s.io", "tokenreviews"),
            Rule("create", "authorization.k8s.io", "localsubjectaccessreviews subjectaccessreviews"),
            Rule("get list watch", "core", "services"),
            Rule("create get list watch", "core", "nodes"),
            Rule("patch update", "core", "nodes/status"),
            Rule("patch update", "core", "nodes"),
            Rule("create patch update", "core events.k8s.io", "events"),
            Rule("get list watch", "core", "pods"),
            Rule("create delete", "core", "pods"),
            Rule("patch update", "core", "pods/status"),
            Rule("create", "core", "pods/eviction"),
            Rule("get list watch", "core", "configmaps secrets"),
            Rule("get", "core", "persistentvolumeclaims persistentvolumes"),
            Rule("get", "core", "endpoints"),
            Rule("create get list watch", "certificates.k8s.io", "certificatesigningrequests"),
            Rule("create delete get patch update", "coordination.k8s.io", "leases"),
            Rule("get", "storage.k8s.io", "volumeattachments"),
            Rule("create", "core", "serviceaccounts/token"),
            Rule("get patch update", "core", "persistentvolumeclaims/status"),
            Rule("get list watch", "storage.k8s.io", "csidrivers"),
            Rule("create delete get patch update", "storage.k8s.io", "csinodes"),
            Rule("get list watch", "node.k8s.io", "runtimeclasses"),
            Rule("get", "resource.k8s.io", "resourceclaims"),
            Rule("deletecollection", "resource.k8s.io", "resourceslices"),
            Rule("get", "core", "serviceaccounts"),
        ]);
        yield return ClusterRole("system:node-bootstrapper", [
            Rule("create get list watch", "certificates.k8s.io", "certificatesigningrequests"),
        ]);
        yield return ClusterRole("system:node-problem-detector", [
            Rule("get", "core", "nodes"),
            Rule("patch", "core", "nodes/status"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:node-proxier", [
            Rule("list watch", "core", "endpoints services"),
            Rule("get list watch", "core", "nodes"),
            Rule("create patch update", "core events.k8s.io", "events"),
            Rule("list watch", "networking.k8s.io", "servicecidrs"),
            Rule("list watch", "discovery.k8s.io", "endpointslices"),
        ]);
        yield return ClusterRole("system:persistent-volume-provisioner", [
            Rule("create delete get list watch", "core", "persistentvolumes"),
            Rule("get list update watch", "core", "persistentvolumeclaims"),
            Rule("get list watch", "storage.k8s.io", "storageclasses"),
            Rule("watch", "core", "events"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:public-info-viewer", [
            Paths("get", "/healthz /livez /readyz /version /version/"),
        ]);
        yield return ClusterRole("system:service-account-issuer-discovery", [
            Paths("get", "/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/"),
        ]);
        yield return ClusterRole("system:volume-scheduler", [
            Rule("get list patch update watch", "core", "persistentvolumes"),
            Rule("get list watch", "storage.k8s.io", "storageclasses"),
            Rule("get list patch update watch", "core", "persistentvolumeclaims"),
        ]);
    }
}
