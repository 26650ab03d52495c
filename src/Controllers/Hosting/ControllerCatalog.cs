using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;

namespace Tiphys.Controllers;

/// <summary>A controller as the manager knows it.</summary>
/// <param name="Name">Name for <c>--controllers</c>.</param>
/// <param name="Account">Its service account in kube-system; empty for the manager's own identity.</param>
/// <param name="Create">Makes it; null when the settings leave nothing for it to do.</param>
/// <param name="OnByDefault">Whether <c>*</c> includes it.</param>
internal sealed record ControllerEntry(string Name, string Account, Func<ControllerContext, IController?> Create, bool OnByDefault = true);

/// <summary>All controllers, by upstream's names.</summary>
internal static class ControllerCatalog
{
    public static IReadOnlyList<ControllerEntry> All { get; } =
    [
        new("replicaset-controller", "replicaset-controller", static c => new ReplicaController<ReplicaSet>(c, new ReplicaSetKind())),
        new("deployment-controller", "deployment-controller", static c => new DeploymentController(c)),
        new("replicationcontroller-controller", "replication-controller", static c => new ReplicaController<ReplicationController>(c, new ReplicationControllerKind())),
        new("serviceaccount-controller", "service-account-controller", static c => new ServiceAccountController(c)),
        new("serviceaccount-token-controller", "", static c => c.Options.ServiceAccountKey is { } key ? new TokenSecretController(c, key) : null),
        new("root-ca-certificate-publisher-controller", "root-ca-cert-publisher", static c => c.Options.RootCertificates is { } certificates ? new RootCertificatePublisher(c, certificates) : null),
        new("endpointslice-controller", "endpointslice-controller", static c => new EndpointSliceController(c)),
        new("endpoints-controller", "endpoint-controller", static c => new EndpointsController(c)),
        new("endpointslice-mirroring-controller", "endpointslicemirroring-controller", static c => new SliceMirroringController(c)),
        new("namespace-controller", "namespace-controller", static c => new NamespaceController(c)),
        new("node-ipam-controller", "node-controller", static c => c.Options.AllocateNodeCidrs && c.Options.ClusterCidrs.Count > 0 ? new NodeIpamController(c) : null),
        new("node-lifecycle-controller", "node-controller", static c => new NodeLifecycleController(c)),
        new("taint-eviction-controller", "node-controller", static c => new TaintEvictionController(c)),
        new("pod-garbage-collector-controller", "pod-garbage-collector", static c => new PodGarbageCollector(c)),
        new("job-controller", "job-controller", static c => new JobController(c)),
        new("ttl-after-finished-controller", "ttl-after-finished-controller", static c => new TtlAfterFinishedController(c)),
        new("cronjob-controller", "cronjob-controller", static c => new CronJobController(c)),
        new("clusterrole-aggregation-controller", "clusterrole-aggregation-controller", static c => new ClusterRoleAggregationController(c)),
        new("daemonset-controller", "daemon-set-controller", static c => new DaemonSetController(c)),
        new("statefulset-controller", "statefulset-controller", static c => new StatefulSetController(c)),
        new("disruption-controller", "disruption-controller", static c => new DisruptionController(c)),
        new("resourcequota-controller", "resourcequota-controller", static c => new ResourceQuotaController(c)),
        new("certificatesigningrequest-approving-controller", "certificate-controller", static c => new CertificateApprover(c)),
        new("certificatesigningrequest-signing-controller", "certificate-controller", static c => c.Options.ClusterSigningCertificate is { HasPrivateKey: true } authority ? new CertificateSigner(c, authority) : null),
        new("certificatesigningrequest-cleaner-controller", "certificate-controller", static c => new CertificateCleaner(c)),
        new("kubelet-serving-approving-controller", "node-certificate-approver", static c => new ServingCertificateApprover(c), OnByDefault: false),
        new("node-component-approving-controller", "node-certificate-approver", static c => new NodeComponentApprover(c), OnByDefault: false),
        new("persistentvolume-binder-controller", "persistent-volume-binder", static c => new VolumeBinder(c)),
        new("persistentvolumeclaim-protection-controller", "pvc-protection-controller", static c => new ClaimProtectionController(c)),
        new("persistentvolume-protection-controller", "pv-protection-controller", static c => new VolumeProtectionController(c)),
        new("ephemeral-volume-controller", "ephemeral-volume-controller", static c => new EphemeralVolumeController(c)),
        new("bootstrap-signer-controller", "bootstrap-signer", static c => new BootstrapSigner(c), OnByDefault: false),
        new("token-cleaner-controller", "token-cleaner", static c => new TokenCleaner(c), OnByDefault: false),
        new("horizontal-pod-autoscaler-controller", "horizontal-pod-autoscaler", static c => new AutoscalerController(c)),
        new("service-cidr-controller", "service-cidrs-controller", static c => new ServiceCidrController(c)),
        new("ttl-controller", "ttl-controller", static c => new NodeTtlController(c)),
        new("garbage-collector-controller", "generic-garbage-collector", static c => new GarbageCollector(c)),
    ];

    /// <summary>The controllers a list of names selects; the last mention of a name counts.</summary>
    /// <exception cref="ArgumentException">A name is unknown.</exception>
    public static IEnumerable<ControllerEntry> Select(IReadOnlyList<string> names)
    {
        var known = All.Select(static c => c.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var name in names)
            if (name != "*" && !known.Contains(Plain(name))) throw new ArgumentException($"\"{Plain(name)}\" is not in the list of known controllers");
        return All.Where(c => IsOn(c, names));
    }

    private static bool IsOn(ControllerEntry entry, IReadOnlyList<string> names)
    {
        var star = false;
        foreach (var name in names)
        {
            if (name == entry.Name || Alias(name) == entry.Name) return true;
            if (name.StartsWith('-') && Plain(name) == entry.Name) return false;
            star |= name == "*";
        }

        return star && entry.OnByDefault;
    }

    private static string Plain(string name) => Alias(name.TrimStart('-'));

    /// <summary>The current name of a controller that was known by a shorter one.</summary>
    private static string Alias(string name) => name switch
    {
        "replicaset" => "replicaset-controller",
        "deployment" => "deployment-controller",
        "replicationcontroller" => "replicationcontroller-controller",
        "endpoint" => "endpoints-controller",
        "endpointslice" => "endpointslice-controller",
        "endpointslicemirroring" => "endpointslice-mirroring-controller",
        "namespace" => "namespace-controller",
        "garbagecollector" => "garbage-collector-controller",
        "nodeipam" => "node-ipam-controller",
        "nodelifecycle" => "node-lifecycle-controller",
        "podgc" => "pod-garbage-collector-controller",
        "job" => "job-controller",
        "ttl-after-finished" => "ttl-after-finished-controller",
        "cronjob" => "cronjob-controller",
        "clusterrole-aggregation" => "clusterrole-aggregation-controller",
        "daemonset" => "daemonset-controller",
        "statefulset" => "statefulset-controller",
        "disruption" => "disruption-controller",
        "resourcequota" => "resourcequota-controller",
        "csrapproving" => "certificatesigningrequest-approving-controller",
        "csrsigning" => "certificatesigningrequest-signing-controller",
        "csrcleaner" => "certificatesigningrequest-cleaner-controller",
        "persistentvolume-binder" => "persistentvolume-binder-controller",
        "pvc-protection" => "persistentvolumeclaim-protection-controller",
        "pv-protection" => "persistentvolume-protection-controller",
        "ephemeral-volume" => "ephemeral-volume-controller",
        "bootstrapsigner" => "bootstrap-signer-controller",
        "tokencleaner" => "token-cleaner-controller",
        "horizontalpodautoscaling" => "horizontal-pod-autoscaler-controller",
        "ttl" => "ttl-controller",
        "serviceaccount-token" => "serviceaccount-token-controller",
        "serviceaccount" => "serviceaccount-controller",
        "root-ca-cert-publisher" => "root-ca-certificate-publisher-controller",
        _ => name,
    };
}
