namespace Tiphys.Kubectl.Describe;

/// <summary>The describers by group and kind; every other kind gets the generic one.</summary>
internal static class DescriberCatalog
{
    public static IDescriber? Find(string group, string kind) => (group, kind) switch
    {
        ("", "Pod") => new PodDescriber(),
        ("", "ReplicationController") => new ReplicationControllerDescriber(),
        ("", "Secret") => new SecretDescriber(),
        ("", "Service") => new ServiceDescriber(),
        ("", "ServiceAccount") => new ServiceAccountDescriber(),
        ("", "Node") => new NodeDescriber(),
        ("", "LimitRange") => new LimitRangeDescriber(),
        ("", "ResourceQuota") => new ResourceQuotaDescriber(),
        ("", "PersistentVolume") => new PersistentVolumeDescriber(),
        ("", "PersistentVolumeClaim") => new PersistentVolumeClaimDescriber(),
        ("", "Namespace") => new NamespaceDescriber(),
        ("", "Endpoints") => new EndpointsDescriber(),
        ("", "ConfigMap") => new ConfigMapDescriber(),
        ("discovery.k8s.io", "EndpointSlice") => new EndpointSliceDescriber(),
        ("autoscaling", "HorizontalPodAutoscaler") => new HorizontalPodAutoscalerDescriber(),
        ("networking.k8s.io", "Ingress") => new IngressDescriber(),
        ("networking.k8s.io", "IngressClass") => new IngressClassDescriber(),
        ("networking.k8s.io", "ServiceCIDR") => new ServiceCIDRDescriber(),
        ("networking.k8s.io", "IPAddress") => new IPAddressDescriber(),
        ("networking.k8s.io", "NetworkPolicy") => new NetworkPolicyDescriber(),
        ("batch", "Job") => new JobDescriber(),
        ("batch", "CronJob") => new CronJobDescriber(),
        ("apps", "StatefulSet") => new StatefulSetDescriber(),
        ("apps", "Deployment") => new DeploymentDescriber(),
        ("apps", "DaemonSet") => new DaemonSetDescriber(),
        ("apps", "ReplicaSet") => new ReplicaSetDescriber(),
        ("certificates.k8s.io", "CertificateSigningRequest") => new CertificateSigningRequestDescriber(),
        ("storage.k8s.io", "StorageClass") => new StorageClassDescriber(),
        ("storage.k8s.io", "CSINode") => new CSINodeDescriber(),
        ("storage.k8s.io", "VolumeAttributesClass") => new VolumeAttributesClassDescriber(),
        ("policy", "PodDisruptionBudget") => new PodDisruptionBudgetDescriber(),
        ("rbac.authorization.k8s.io", "Role") => new RoleDescriber(),
        ("rbac.authorization.k8s.io", "ClusterRole") => new ClusterRoleDescriber(),
        ("rbac.authorization.k8s.io", "RoleBinding") => new RoleBindingDescriber(),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding") => new ClusterRoleBindingDescriber(),
        ("scheduling.k8s.io", "PriorityClass") => new PriorityClassDescriber(),
        _ => null,
    };
}
