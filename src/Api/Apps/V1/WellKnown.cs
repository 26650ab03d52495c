namespace Tiphys.Api.Apps.V1;

/// <summary>Labels and annotations of workloads.</summary>
public static class AppsLabels
{
    /// <summary>Revision a pod of a stateful or daemon set belongs to.</summary>
    public const string ControllerRevisionHash = "controller-revision-hash";

    /// <summary>Name of a stateful set's pod.</summary>
    public const string StatefulSetPodName = "statefulset.kubernetes.io/pod-name";

    /// <summary>Number of a stateful set's pod.</summary>
    public const string PodIndex = "apps.kubernetes.io/pod-index";

    /// <summary>Hash of the template, on replica sets and their pods.</summary>
    public const string PodTemplateHash = "pod-template-hash";

    /// <summary>Annotation: number of a deployment's revision.</summary>
    public const string DeploymentRevision = "deployment.kubernetes.io/revision";

    /// <summary>Annotation: earlier numbers of a revision that came back.</summary>
    public const string DeploymentRevisionHistory = "deployment.kubernetes.io/revision-history";

    /// <summary>Annotation: replicas wanted when a replica set was last scaled.</summary>
    public const string DesiredReplicas = "deployment.kubernetes.io/desired-replicas";

    /// <summary>Annotation: replicas with surge when a replica set was last scaled.</summary>
    public const string MaxReplicas = "deployment.kubernetes.io/max-replicas";

    /// <summary>Annotation: field of an older version.</summary>
    public const string DeprecatedRollbackTo = "deprecated.deployment.rollback.to";

    /// <summary>Annotation: field of an older version.</summary>
    public const string DeprecatedTemplateGeneration = "deprecated.daemonset.template.generation";
}
