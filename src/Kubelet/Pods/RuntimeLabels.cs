namespace Tiphys.Kubelet.Pods;

/// <summary>The labels and annotations by which sandboxes and containers are recognised, after a restart above all. They are upstream's.</summary>
internal static class RuntimeLabels
{
    public const string PodName = "io.kubernetes.pod.name";
    public const string PodNamespace = "io.kubernetes.pod.namespace";
    public const string PodUid = "io.kubernetes.pod.uid";
    public const string ContainerName = "io.kubernetes.container.name";

    public const string Hash = "io.kubernetes.container.hash";
    public const string RestartCount = "io.kubernetes.container.restartCount";
    public const string TerminationMessagePath = "io.kubernetes.container.terminationMessagePath";
    public const string TerminationMessagePolicy = "io.kubernetes.container.terminationMessagePolicy";
    public const string PreStop = "io.kubernetes.container.preStopHandler";
    public const string Ports = "io.kubernetes.container.ports";
    public const string DeletionGracePeriod = "io.kubernetes.pod.deletionGracePeriod";
    public const string TerminationGracePeriod = "io.kubernetes.pod.terminationGracePeriod";
}
