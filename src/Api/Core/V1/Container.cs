namespace Tiphys.Api.Core.V1;

/// <summary>A process in an image of its own, with its resources, mounts and probes.</summary>
[ApiType]
public sealed partial class Container
{
    /// <summary>Name, unique in the pod; a DNS label.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Reference of the image.</summary>
    [Field(2)]
    public string Image { get; set; } = "";

    /// <summary>Entrypoint in place of the image's; $(VAR) is expanded, $$ escapes.</summary>
    [Field(3), Atomic]
    public List<string>? Command { get; set; }

    /// <summary>Arguments in place of the image's; expanded as the command is.</summary>
    [Field(4), Atomic]
    public List<string>? Args { get; set; }

    /// <summary>Directory the process starts in; the image's when empty.</summary>
    [Field(5)]
    public string WorkingDir { get; set; } = "";

    /// <summary>Ports the container listens on, for information and host ports.</summary>
    [Field(6), ListMap("containerPort", "protocol"), PatchMerge("containerPort")]
    public List<ContainerPort>? Ports { get; set; }

    /// <summary>Config maps and secrets whose every key becomes an environment variable; env wins over them.</summary>
    [Field(19), Atomic]
    public List<EnvFromSource>? EnvFrom { get; set; }

    /// <summary>Environment variables.</summary>
    [Field(7), ListMap("name"), PatchMerge("name")]
    public List<EnvVar>? Env { get; set; }

    /// <summary>Compute resources asked for and allowed.</summary>
    [Field(8)]
    public ResourceRequirements Resources { get; set; } = new();

    /// <summary>What a resize of each resource means for the running container.</summary>
    [Field(23), Atomic]
    public List<ContainerResizePolicy>? ResizePolicy { get; set; }

    /// <summary>Restart policy of this container; Always makes an init container a sidecar.</summary>
    [Field(24)]
    public string? RestartPolicy { get; set; }

    /// <summary>Rules on exit codes, tried in order before the restart policy.</summary>
    [Field(25), Atomic]
    public List<ContainerRestartRule>? RestartPolicyRules { get; set; }

    /// <summary>Volumes to mount.</summary>
    [Field(9), ListMap("mountPath"), PatchMerge("mountPath")]
    public List<VolumeMount>? VolumeMounts { get; set; }

    /// <summary>Block devices to attach.</summary>
    [Field(21), ListMap("devicePath"), PatchMerge("devicePath")]
    public List<VolumeDevice>? VolumeDevices { get; set; }

    /// <summary>Check whose failure restarts the container.</summary>
    [Field(10)]
    public Probe? LivenessProbe { get; set; }

    /// <summary>Check whose failure takes the pod out of service endpoints.</summary>
    [Field(11)]
    public Probe? ReadinessProbe { get; set; }

    /// <summary>Check that must succeed once before the other probes begin.</summary>
    [Field(22)]
    public Probe? StartupProbe { get; set; }

    /// <summary>Actions at start and stop.</summary>
    [Field(12)]
    public Lifecycle? Lifecycle { get; set; }

    /// <summary>File from which the termination message is read.</summary>
    [Field(13), Default("/dev/termination-log")]
    public string TerminationMessagePath { get; set; } = "";

    /// <summary>Where the termination message comes from.</summary>
    [Field(20), OneOf(typeof(TerminationMessagePolicy)), Default(V1.TerminationMessagePolicy.File)]
    public string TerminationMessagePolicy { get; set; } = "";

    /// <summary>When the image is pulled; Always for the tag latest and IfNotPresent otherwise, unless given.</summary>
    [Field(14), OneOf(typeof(PullPolicy))]
    public string ImagePullPolicy { get; set; } = "";

    /// <summary>Security settings of the container.</summary>
    [Field(15)]
    public SecurityContext? SecurityContext { get; set; }

    /// <summary>Keeps standard input open, with nothing attached at first.</summary>
    [Field(16)]
    public bool Stdin { get; set; }

    /// <summary>Closes standard input after the first client went away.</summary>
    [Field(17)]
    public bool StdinOnce { get; set; }

    /// <summary>Gives the container a terminal; needs stdin.</summary>
    [Field(18)]
    public bool Tty { get; set; }
}

/// <summary>When an image is pulled.</summary>
public static class PullPolicy
{
    /// <summary>On every start.</summary>
    public const string Always = "Always";

    /// <summary>Never; it must be on the node.</summary>
    public const string Never = "Never";

    /// <summary>Only when it is not on the node.</summary>
    public const string IfNotPresent = "IfNotPresent";
}

/// <summary>Where a termination message comes from.</summary>
public static class TerminationMessagePolicy
{
    /// <summary>The termination message file alone.</summary>
    public const string File = "File";

    /// <summary>The end of the log, when the container failed and the file is empty.</summary>
    public const string FallbackToLogsOnError = "FallbackToLogsOnError";
}

/// <summary>A port a container listens on.</summary>
[ApiType]
public sealed partial class ContainerPort
{
    /// <summary>Name, unique in the pod, by which services may refer to the port.</summary>
    [Field(1)]
    public string Name { get; set; } = "";

    /// <summary>Port of the node to forward from; none when zero.</summary>
    [Field(2)]
    public int HostPort { get; set; }

    /// <summary>Port inside the pod, 1 to 65535.</summary>
    [Field(3, Name = "containerPort"), Required]
    public int Port { get; set; }

    /// <summary>Transport protocol.</summary>
    [Field(4), OneOf(typeof(Protocol)), Default(V1.Protocol.Tcp, Published = true)]
    public string Protocol { get; set; } = "";

    /// <summary>Address of the node to bind the host port to.</summary>
    [Field(5)]
    public string HostIP { get; set; } = "";
}

/// <summary>Transport protocols.</summary>
public static class Protocol
{
    /// <summary>TCP.</summary>
    public const string Tcp = "TCP";

    /// <summary>UDP.</summary>
    public const string Udp = "UDP";

    /// <summary>SCTP.</summary>
    public const string Sctp = "SCTP";
}

/// <summary>What a resize of one resource means for a running container.</summary>
[ApiType]
public sealed partial class ContainerResizePolicy
{
    /// <summary>Resource the policy speaks of: cpu or memory.</summary>
    [Field(1), Required]
    public string ResourceName { get; set; } = "";

    /// <summary>Whether the container restarts.</summary>
    [Field(2), Required]
    public string RestartPolicy { get; set; } = "";
}

/// <summary>Whether a resize restarts the container.</summary>
public static class ResourceResizeRestartPolicy
{
    /// <summary>It is resized in place, if possible.</summary>
    public const string NotRequired = "NotRequired";

    /// <summary>It is restarted with the new resources.</summary>
    public const string RestartContainer = "RestartContainer";
}

/// <summary>When one container is restarted.</summary>
public static class ContainerRestartPolicy
{
    /// <summary>Whenever it ends.</summary>
    public const string Always = "Always";

    /// <summary>Not at all.</summary>
    public const string Never = "Never";

    /// <summary>Only when it fails.</summary>
    public const string OnFailure = "OnFailure";
}

/// <summary>What happens when a container exits in a certain way.</summary>
[ApiType]
public sealed partial class ContainerRestartRule
{
    /// <summary>What to do.</summary>
    [Field(1), Required(OmitEmpty = true)]
    public string Action { get; set; } = "";

    /// <summary>Exit codes the rule applies to.</summary>
    [Field(2)]
    public ContainerRestartRuleOnExitCodes? ExitCodes { get; set; }
}

/// <summary>What a restart rule does.</summary>
public static class ContainerRestartRuleAction
{
    /// <summary>Restarts the container.</summary>
    public const string Restart = "Restart";

    /// <summary>Restarts every container of the pod in place.</summary>
    public const string RestartAllContainers = "RestartAllContainers";
}

/// <summary>A set of exit codes.</summary>
[ApiType]
public sealed partial class ContainerRestartRuleOnExitCodes
{
    /// <summary>Whether the exit code has to be in the set or outside it.</summary>
    [Field(1), Required(OmitEmpty = true)]
    public string Operator { get; set; } = "";

    /// <summary>The codes, at most 255.</summary>
    [Field(2), ListSet]
    public List<int>? Values { get; set; }
}

/// <summary>How an exit code relates to a set.</summary>
public static class ContainerRestartRuleOnExitCodesOperator
{
    /// <summary>The code is in the set.</summary>
    public const string In = "In";

    /// <summary>The code is not in the set.</summary>
    public const string NotIn = "NotIn";
}

/// <summary>A block volume shown to a container as a device.</summary>
[ApiType]
public sealed partial class VolumeDevice
{
    /// <summary>Name of a volume of the pod that is backed by a claim.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Path of the device inside the container.</summary>
    [Field(2), Required]
    public string DevicePath { get; set; } = "";
}

/// <summary>What an ephemeral container has in common with others; some fields must stay empty.</summary>
[ApiType]
public partial class EphemeralContainerCommon
{
    /// <summary>Name, unique in the pod; a DNS label.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Reference of the image.</summary>
    [Field(2)]
    public string Image { get; set; } = "";

    /// <summary>Entrypoint in place of the image's; $(VAR) is expanded, $$ escapes.</summary>
    [Field(3), Atomic]
    public List<string>? Command { get; set; }

    /// <summary>Arguments in place of the image's; expanded as the command is.</summary>
    [Field(4), Atomic]
    public List<string>? Args { get; set; }

    /// <summary>Directory the process starts in; the image's when empty.</summary>
    [Field(5)]
    public string WorkingDir { get; set; } = "";

    /// <summary>Ports the container listens on, for information and host ports.</summary>
    [Field(6), ListMap("containerPort", "protocol"), PatchMerge("containerPort")]
    public List<ContainerPort>? Ports { get; set; }

    /// <summary>Config maps and secrets whose every key becomes an environment variable; env wins over them.</summary>
    [Field(19), Atomic]
    public List<EnvFromSource>? EnvFrom { get; set; }

    /// <summary>Environment variables.</summary>
    [Field(7), ListMap("name"), PatchMerge("name")]
    public List<EnvVar>? Env { get; set; }

    /// <summary>Compute resources asked for and allowed.</summary>
    [Field(8)]
    public ResourceRequirements Resources { get; set; } = new();

    /// <summary>What a resize of each resource means for the running container.</summary>
    [Field(23), Atomic]
    public List<ContainerResizePolicy>? ResizePolicy { get; set; }

    /// <summary>Restart policy of this container; Always makes an init container a sidecar.</summary>
    [Field(24)]
    public string? RestartPolicy { get; set; }

    /// <summary>Rules on exit codes, tried in order before the restart policy.</summary>
    [Field(25), Atomic]
    public List<ContainerRestartRule>? RestartPolicyRules { get; set; }

    /// <summary>Volumes to mount.</summary>
    [Field(9), ListMap("mountPath"), PatchMerge("mountPath")]
    public List<VolumeMount>? VolumeMounts { get; set; }

    /// <summary>Block devices to attach.</summary>
    [Field(21), ListMap("devicePath"), PatchMerge("devicePath")]
    public List<VolumeDevice>? VolumeDevices { get; set; }

    /// <summary>Check whose failure restarts the container.</summary>
    [Field(10)]
    public Probe? LivenessProbe { get; set; }

    /// <summary>Check whose failure takes the pod out of service endpoints.</summary>
    [Field(11)]
    public Probe? ReadinessProbe { get; set; }

    /// <summary>Check that must succeed once before the other probes begin.</summary>
    [Field(22)]
    public Probe? StartupProbe { get; set; }

    /// <summary>Actions at start and stop.</summary>
    [Field(12)]
    public Lifecycle? Lifecycle { get; set; }

    /// <summary>File from which the termination message is read.</summary>
    [Field(13), Default("/dev/termination-log")]
    public string TerminationMessagePath { get; set; } = "";

    /// <summary>Where the termination message comes from.</summary>
    [Field(20), OneOf(typeof(TerminationMessagePolicy)), Default(V1.TerminationMessagePolicy.File)]
    public string TerminationMessagePolicy { get; set; } = "";

    /// <summary>When the image is pulled; Always for the tag latest and IfNotPresent otherwise, unless given.</summary>
    [Field(14), OneOf(typeof(PullPolicy))]
    public string ImagePullPolicy { get; set; } = "";

    /// <summary>Security settings of the container.</summary>
    [Field(15)]
    public SecurityContext? SecurityContext { get; set; }

    /// <summary>Keeps standard input open, with nothing attached at first.</summary>
    [Field(16)]
    public bool Stdin { get; set; }

    /// <summary>Closes standard input after the first client went away.</summary>
    [Field(17)]
    public bool StdinOnce { get; set; }

    /// <summary>Gives the container a terminal; needs stdin.</summary>
    [Field(18)]
    public bool Tty { get; set; }
}

/// <summary>A container added to a running pod for debugging; it never restarts and cannot be removed.</summary>
[ApiType]
[EmbedsBase(1)]
public sealed partial class EphemeralContainer : EphemeralContainerCommon
{
    /// <summary>Container whose namespaces are shared, if the runtime can do that.</summary>
    [Field(2)]
    public string TargetContainerName { get; set; } = "";
}
