using Tiphys.Api.Rbac.V1;
using static Tiphys.ApiServer.PolicyTerms;

namespace Tiphys.ApiServer;

/// <summary>Cluster roles of the controllers, each bound to a service account of kube-system.</summary>
internal static class ControllerRoles
{
    public static IEnumerable<ClusterRole> All()
    {
        yield return ClusterRole("system:controller:attachdetach-controller", [
            Rule("list watch", "core", "persistentvolumeclaims persistentvolumes"),
            Rule("get list watch", "core", "nodes"),
            Rule("patch update", "core", "nodes/status"),
            Rule("list watch", "core", "pods"),
            Rule("create patch update", "core events.k8s.io", "events"),
            Rule("create delete get list watch", "storage.k8s.io", "volumeattachments"),
            Rule("get list watch", "storage.k8s.io", "csidrivers"),
            Rule("get list watch", "storage.k8s.io", "csinodes"),
        ]);
        yield return ClusterRole("system:controller:certificate-controller", [
            Rule("delete get list watch", "certificates.k8s.io", "certificatesigningrequests"),
            Rule("update", "certificates.k8s.io", "certificatesigningrequests/approval certificatesigningrequests/status"),
            Rule("approve", "certificates.k8s.io", "signers", "kubernetes.io/kube-apiserver-client-kubelet"),
            Rule("sign", "certificates.k8s.io", "signers", "kubernetes.io/kube-apiserver-client kubernetes.io/kube-apiserver-client-kubelet kubernetes.io/kubelet-serving kubernetes.io/legacy-unknown"),
            Rule("create", "authorization.k8s.io", "subjectaccessreviews"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:clusterrole-aggregation-controller", [
            Rule("escalate get list patch update watch", "rbac.authorization.k8s.io", "clusterroles"),
        ]);
        yield return ClusterRole("system:controller:cronjob-controller", [
            Rule("get list update watch", "batch", "cronjobs"),
            Rule("create delete get list patch update watch", "batch", "jobs"),
            Rule("update", "batch", "cronjobs/status"),
            Rule("update", "batch", "cronjobs/finalizers"),
            Rule("delete list watch", "core", "pods"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:daemon-set-controller", [
            Rule("get list watch", "apps extensions", "daemonsets"),
            Rule("update", "apps extensions", "daemonsets/status"),
            Rule("update", "apps extensions", "daemonsets/finalizers"),
            Rule("list watch", "core", "nodes"),
            Rule("create delete list patch watch", "core", "pods"),
            Rule("create", "core", "pods/binding"),
            Rule("create delete get list patch update watch", "apps", "controllerrevisions"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:deployment-controller", [
            Rule("get list update watch", "apps extensions", "deployments"),
            Rule("update", "apps extensions", "deployments/status"),
            Rule("update", "apps extensions", "deployments/finalizers"),
            Rule("create delete get list patch update watch", "apps extensions", "replicasets"),
            Rule("get list update watch", "core", "pods"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:device-taint-eviction-controller", [
            Rule("delete get list watch", "core", "pods"),
            Rule("patch update", "core", "pods/status"),
            Rule("get list watch", "resource.k8s.io", "resourceclaims"),
            Rule("get list watch", "resource.k8s.io", "resourceslices"),
            Rule("get list watch", "resource.k8s.io", "deviceclasses"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:disruption-controller", [
            Rule("get list watch", "apps extensions", "deployments"),
            Rule("get list watch", "apps extensions", "replicasets"),
            Rule("get list watch", "core", "replicationcontrollers"),
            Rule("get list watch", "policy", "poddisruptionbudgets"),
            Rule("get list watch", "apps", "statefulsets"),
            Rule("update", "policy", "poddisruptionbudgets/status"),
            Rule("patch update", "core", "pods/status"),
            Rule("get", "*", "*/scale"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:endpoint-controller", [
            Rule("get list watch", "core", "pods services"),
            Rule("create delete get list update watch", "core", "endpoints"),
            Rule("create", "core", "endpoints/restricted"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:endpointslice-controller", [
            Rule("get list watch", "core", "nodes pods services"),
            Rule("update", "core", "services/finalizers"),
            Rule("create delete get list update watch", "discovery.k8s.io", "endpointslices"),
            Rule("create", "discovery.k8s.io", "endpointslices/restricted"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:endpointslicemirroring-controller", [
            Rule("get list watch", "core", "endpoints services"),
            Rule("update", "core", "services/finalizers"),
            Rule("update", "core", "endpoints/finalizers"),
            Rule("create delete get list update watch", "discovery.k8s.io", "endpointslices"),
            Rule("create", "discovery.k8s.io", "endpointslices/restricted"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:ephemeral-volume-controller", [
            Rule("get list watch", "core", "pods"),
            Rule("update", "core", "pods/finalizers"),
            Rule("create get list watch", "core", "persistentvolumeclaims"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:expand-controller", [
            Rule("get list patch update watch", "core", "persistentvolumes"),
            Rule("patch update", "core", "persistentvolumeclaims/status"),
            Rule("get list watch", "core", "persistentvolumeclaims"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:generic-garbage-collector", [
            Rule("delete get list patch update watch", "*", "*"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:horizontal-pod-autoscaler", [
            Rule("get list watch", "autoscaling", "horizontalpodautoscalers"),
            Rule("update", "autoscaling", "horizontalpodautoscalers/status"),
            Rule("get update", "*", "*/scale"),
            Rule("list watch", "core", "pods"),
            Rule("list watch", "metrics.k8s.io", "pods"),
            Rule("get list watch", "custom.metrics.k8s.io", "*"),
            Rule("get list watch", "external.metrics.k8s.io", "*"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:job-controller", [
            Rule("get list patch update watch", "batch", "jobs"),
            Rule("update", "batch", "jobs/status"),
            Rule("update", "batch", "jobs/finalizers"),
            Rule("create delete list patch watch", "core", "pods"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:legacy-service-account-token-cleaner", [
            Rule("get", "core", "configmaps", "kube-apiserver-legacy-service-account-token-tracking"),
            Rule("delete patch", "core", "secrets"),
        ]);
        yield return ClusterRole("system:controller:namespace-controller", [
            Rule("delete get list watch", "core", "namespaces"),
            Rule("update", "core", "namespaces/finalize namespaces/status"),
            Rule("delete deletecollection get list watch", "*", "*"),
        ]);
        yield return ClusterRole("system:controller:node-controller", [
            Rule("delete get list patch update watch", "core", "nodes"),
            Rule("patch update", "core", "nodes/status"),
            Rule("patch update", "core", "pods/status"),
            Rule("delete get list watch", "core", "pods"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:persistent-volume-binder", [
            Rule("create delete get list update watch", "core", "persistentvolumes"),
            Rule("update", "core", "persistentvolumes/status"),
            Rule("get list update watch", "core", "persistentvolumeclaims"),
            Rule("update", "core", "persistentvolumeclaims/status"),
            Rule("create delete get list watch", "core", "pods"),
            Rule("get list watch", "storage.k8s.io", "storageclasses"),
            Rule("list watch", "core", "nodes"),
            Rule("create patch update", "core events.k8s.io", "events"),
            Rule("watch", "core", "events"),
        ]);
        yield return ClusterRole("system:controller:pod-garbage-collector", [
            Rule("delete list watch", "core", "pods"),
            Rule("get list watch", "core", "nodes"),
            Rule("patch", "core", "pods/status"),
        ]);
        yield return ClusterRole("system:controller:pv-protection-controller", [
            Rule("get list update watch", "core", "persistentvolumes"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:pvc-protection-controller", [
            Rule("get list update watch", "core", "persistentvolumeclaims"),
            Rule("update", "core", "persistentvolumeclaims/status"),
            Rule("get list watch", "core", "pods"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:replicaset-controller", [
            Rule("get list update watch", "apps extensions", "replicasets"),
            Rule("update", "apps extensions", "replicasets/status"),
            Rule("update", "apps extensions", "replicasets/finalizers"),
            Rule("create delete list patch watch", "core", "pods"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:replication-controller", [
            Rule("get list update watch", "core", "replicationcontrollers"),
            Rule("update", "core", "replicationcontrollers/status"),
            Rule("update", "core", "replicationcontrollers/finalizers"),
            Rule("create delete list patch watch", "core", "pods"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:resource-claim-controller", [
            Rule("get list watch", "core", "pods"),
            Rule("update", "core", "pods/finalizers"),
            Rule("create delete get list watch", "resource.k8s.io", "resourceclaims"),
            Rule("patch update", "resource.k8s.io", "resourceclaims resourceclaims/status"),
            Rule("patch update", "core", "pods/status"),
            Rule("create patch update", "core events.k8s.io", "events"),
            Rule("patch update", "resource.k8s.io", "resourceclaims/binding"),
        ]);
        yield return ClusterRole("system:controller:resourcequota-controller", [
            Rule("list watch", "*", "*"),
            Rule("update", "core", "resourcequotas/status"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:root-ca-cert-publisher", [
            Rule("create update", "core", "configmaps"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:route-controller", [
            Rule("list watch", "core", "nodes"),
            Rule("patch", "core", "nodes/status"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:selinux-warning-controller", [
            Rule("create patch update", "core events.k8s.io", "events"),
            Rule("get list watch", "core", "persistentvolumes"),
            Rule("get list watch", "core", "persistentvolumeclaims"),
            Rule("get list watch", "core", "pods"),
            Rule("get list watch", "storage.k8s.io", "csidrivers"),
        ]);
        yield return ClusterRole("system:controller:service-account-controller", [
            Rule("create", "core", "serviceaccounts"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:service-ca-cert-publisher", [
            Rule("create update", "core", "configmaps"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:service-cidrs-controller", [
            Rule("get list patch update watch", "networking.k8s.io", "servicecidrs"),
            Rule("patch update", "networking.k8s.io", "servicecidrs/finalizers"),
            Rule("patch update", "networking.k8s.io", "servicecidrs/status"),
            Rule("get list watch", "networking.k8s.io", "ipaddresses"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:service-controller", [
            Rule("get list watch", "core", "services"),
            Rule("patch update", "core", "services/status"),
            Rule("list watch", "core", "nodes"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:statefulset-controller", [
            Rule("list watch", "core", "pods"),
            Rule("get list watch", "apps", "statefulsets"),
            Rule("update", "apps", "statefulsets/status"),
            Rule("update", "apps", "statefulsets/finalizers"),
            Rule("create delete get patch update", "core", "pods"),
            Rule("create delete get list patch update watch", "apps", "controllerrevisions"),
            Rule("create get list watch", "core", "persistentvolumeclaims"),
            Rule("delete update", "core", "persistentvolumeclaims"),
            Rule("update", "core", "pods/finalizers"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:ttl-after-finished-controller", [
            Rule("delete get list watch", "batch", "jobs"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:ttl-controller", [
            Rule("list patch update watch", "core", "nodes"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:validatingadmissionpolicy-status-controller", [
            Rule("get list watch", "admissionregistration.k8s.io", "validatingadmissionpolicies"),
            Rule("get patch update", "admissionregistration.k8s.io", "validatingadmissionpolicies/status"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
        yield return ClusterRole("system:controller:volumeattributesclass-protection-controller", [
            Rule("get list watch", "core", "persistentvolumeclaims"),
            Rule("get list watch", "core", "persistentvolumes"),
            Rule("get list update watch", "storage.k8s.io", "volumeattributesclasses"),
            Rule("create patch update", "core events.k8s.io", "events"),
        ]);
    }
}
