using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Pods;

/// <summary>Which list of the pod a container stands in.</summary>
internal enum ContainerKind
{
    /// <summary>Runs to its end before the pod's containers start.</summary>
    Init,

    /// <summary>An init container that keeps running beside the others (restart policy Always).</summary>
    Sidecar,

    /// <summary>An ordinary container.</summary>
    Regular,

    /// <summary>Added to a running pod for debugging; never restarted.</summary>
    Ephemeral,
}

/// <summary>Questions about a pod's containers that upstream's specs answer only between the lines.</summary>
internal static class PodContainers
{
    /// <summary>Every container with its kind, in the order they start.</summary>
    public static IEnumerable<(Container Container, ContainerKind Kind)> All(Pod pod) =>
        (pod.Spec.InitContainers ?? []).Select(c => (c, IsSidecar(c) ? ContainerKind.Sidecar : ContainerKind.Init))
            .Concat(pod.Spec.Containers.Select(c => (c, ContainerKind.Regular)))
            .Concat((pod.Spec.EphemeralContainers ?? []).Select(c => (AsContainer(c), ContainerKind.Ephemeral)));

    /// <summary>The container of that name, or null.</summary>
    public static Container? Find(Pod pod, string name) => All(pod).FirstOrDefault(c => c.Container.Name == name).Container;

    /// <summary>The path events and references name the container by.</summary>
    public static string FieldPath(Pod pod, string name) => All(pod).FirstOrDefault(c => c.Container.Name == name).Kind switch
    {
        ContainerKind.Init or ContainerKind.Sidecar => $"spec.initContainers{{{name}}}",
        ContainerKind.Ephemeral => $"spec.ephemeralContainers{{{name}}}",
        _ => $"spec.containers{{{name}}}",
    };

    /// <summary>Whether an init container keeps running beside the pod's containers.</summary>
    public static bool IsSidecar(Container initContainer) => initContainer.RestartPolicy == ContainerRestartPolicy.Always;

    /// <summary>Whether a container that ended with this code is started again.</summary>
    public static bool RestartsAfter(Container container, PodSpec spec, int exitCode)
    {
        if (container.RestartPolicyRules?.Find(r => Matches(r, exitCode)) is { } rule)
            return rule.Action is ContainerRestartRuleAction.Restart or ContainerRestartRuleAction.RestartAllContainers;
        return (container.RestartPolicy ?? spec.RestartPolicy) switch
        {
            RestartPolicy.Never => false,
            RestartPolicy.OnFailure => exitCode != 0,
            _ => true,
        };
    }

    /// <summary>Whether a container that had to be killed is started again.</summary>
    public static bool RestartsAfterKill(Container container, PodSpec spec) =>
        (container.RestartPolicy ?? spec.RestartPolicy) != RestartPolicy.Never;

    /// <summary>An ephemeral container seen as an ordinary one.</summary>
    public static Container AsContainer(EphemeralContainer c) => new()
    {
        Name = c.Name, Image = c.Image, Command = c.Command, Args = c.Args, WorkingDir = c.WorkingDir, Ports = c.Ports,
        EnvFrom = c.EnvFrom, Env = c.Env, Resources = c.Resources, ResizePolicy = c.ResizePolicy, RestartPolicy = c.RestartPolicy,
        VolumeMounts = c.VolumeMounts, VolumeDevices = c.VolumeDevices, LivenessProbe = c.LivenessProbe,
        ReadinessProbe = c.ReadinessProbe, StartupProbe = c.StartupProbe, Lifecycle = c.Lifecycle,
        TerminationMessagePath = c.TerminationMessagePath, TerminationMessagePolicy = c.TerminationMessagePolicy,
        ImagePullPolicy = c.ImagePullPolicy, SecurityContext = c.SecurityContext, Stdin = c.Stdin, StdinOnce = c.StdinOnce, Tty = c.Tty,
    };

    private static bool Matches(ContainerRestartRule rule, int exitCode) => rule.ExitCodes is { } codes &&
        (codes.Values?.Contains(exitCode) ?? false) == (codes.Operator == ContainerRestartRuleOnExitCodesOperator.In);
}
