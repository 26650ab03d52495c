using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>Ephemeral containers share the fields of containers, but may not use all of them.</summary>
internal static class EphemeralContainers
{
    /// <summary>The same container without what only ephemeral ones have.</summary>
    public static Container AsContainer(EphemeralContainer from) => new()
    {
        Name = from.Name,
        Image = from.Image,
        Command = from.Command,
        Args = from.Args,
        WorkingDir = from.WorkingDir,
        EnvFrom = from.EnvFrom,
        Env = from.Env,
        VolumeMounts = from.VolumeMounts,
        VolumeDevices = from.VolumeDevices,
        TerminationMessagePath = from.TerminationMessagePath,
        TerminationMessagePolicy = from.TerminationMessagePolicy,
        ImagePullPolicy = from.ImagePullPolicy,
        SecurityContext = from.SecurityContext,
        Stdin = from.Stdin,
        StdinOnce = from.StdinOnce,
        Tty = from.Tty,
    };

    /// <summary>The fields that are set although an ephemeral container has no use for them.</summary>
    public static IEnumerable<string> ForbiddenFields(EphemeralContainer container)
    {
        if (container.Ports is { Count: > 0 }) yield return "ports";
        if (container.LivenessProbe is not null) yield return "livenessProbe";
        if (container.ReadinessProbe is not null) yield return "readinessProbe";
        if (container.StartupProbe is not null) yield return "startupProbe";
        if (container.Lifecycle is not null) yield return "lifecycle";
        if (container.Resources is { Limits: not null } or { Requests: not null } or { Claims: not null }) yield return "resources";
        if (container.ResizePolicy is { Count: > 0 }) yield return "resizePolicy";
        if (container.RestartPolicy is not null) yield return "restartPolicy";
        if (container.RestartPolicyRules is { Count: > 0 }) yield return "restartPolicyRules";
    }
}
