using System.Globalization;
using Tiphys.Api.Core.V1;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Describe;

/// <summary>The containers of pods and pod templates.</summary>
internal static class ContainerDescription
{
    /// <summary>Writes containers under a title.</summary>
    /// <param name="title">The title.</param>
    /// <param name="containers">The containers.</param>
    /// <param name="statuses">How they do; null in templates.</param>
    /// <param name="pod">The pod that variables may refer to; null in templates.</param>
    /// <param name="writer">Where to.</param>
    /// <param name="space">Indentation of templates.</param>
    public static void Write(string title, List<Container> containers, List<ContainerStatus>? statuses, Pod? pod, DescriptionWriter writer, string space)
    {
        writer.Write(0, $"{space}{title}:{(containers.Count == 0 ? " " + Texts.None : "")}\n");
        foreach (var container in containers)
        {
            var status = statuses?.Find(s => s.Name == container.Name);
            writer.Write(1, $"{(space.Length > 0 ? " " : "")}{container.Name}:\n");
            if (status is not null) writer.Field("Container ID", status.ContainerID, 2);
            writer.Field("Image", container.Image, 2);
            if (status is not null) writer.Field("Image ID", status.ImageID, 2);
            Ports(container, writer);
            Seccomp(container.SecurityContext?.SeccompProfile, writer, 2, 3);
            Words("Command", container.Command, writer);
            Words("Args", container.Args, writer);
            if (status is not null) Status(status, writer);
            Resources(container.Resources, writer, 2);
            if (container.LivenessProbe is { } liveness) writer.Field("Liveness", ProbeText(liveness), 2);
            if (container.ReadinessProbe is { } readiness) writer.Field("Readiness", ProbeText(readiness), 2);
            if (container.StartupProbe is { } startup) writer.Field("Startup", ProbeText(startup), 2);
            EnvironmentDescription.Write(container, pod, writer);
            Mounts(container, writer);
        }
    }

    /// <summary>An ephemeral container as if it were any other.</summary>
    public static Container Of(EphemeralContainer e) => new()
    {
        Name = e.Name, Image = e.Image, Command = e.Command, Args = e.Args, Ports = e.Ports, EnvFrom = e.EnvFrom, Env = e.Env, Resources = e.Resources, VolumeMounts = e.VolumeMounts,
        VolumeDevices = e.VolumeDevices, LivenessProbe = e.LivenessProbe, ReadinessProbe = e.ReadinessProbe, StartupProbe = e.StartupProbe, SecurityContext = e.SecurityContext,
    };

    public static void Resources(ResourceRequirements resources, DescriptionWriter writer, int level)
    {
        if (resources.Limits is { Count: > 0 }) writer.Write(level, "Limits:\n");
        writer.Amounts(level + 1, resources.Limits);
        if (resources.Requests is { Count: > 0 }) writer.Write(level, "Requests:\n");
        writer.Amounts(level + 1, resources.Requests);
    }

    public static void Seccomp(SeccompProfile? profile, DescriptionWriter writer, int level, int localhostLevel)
    {
        if (profile is null) return;
        writer.Field("SeccompProfile", profile.Type, level);
        if (profile.Type == "Localhost") writer.Field("LocalhostProfile", profile.LocalhostProfile, localhostLevel);
    }

    private static void Ports(Container container, DescriptionWriter writer)
    {
        var ports = container.Ports ?? [];
        Line("Port", ports.Select(p => Port(p, p.Port)).ToList());
        Line("Host Port", ports.Select(p => Port(p, p.HostPort)).ToList());

        void Line(string label, List<string> texts) => writer.Field(texts.Count > 1 ? label + "s" : label, Texts.Or(string.Join(", ", texts), Texts.None), 2);

        static string Port(ContainerPort port, int number) =>
            string.Create(CultureInfo.InvariantCulture, $"{number}/{port.Protocol}") + (port.Name.Length > 0 ? $" ({port.Name})" : "");
    }

    private static void Words(string title, List<string>? words, DescriptionWriter writer)
    {
        if (words is not { Count: > 0 }) return;
        writer.Write(2, title + ":\n");
        foreach (var line in words.SelectMany(static w => w.Split('\n'))) writer.Write(3, line + "\n");
    }

    private static void Status(ContainerStatus status, DescriptionWriter writer)
    {
        State("State", status.State, writer);
        if (status.LastState.Terminated is not null) State("Last State", status.LastState, writer);
        writer.Field("Ready", Texts.TrueFalse(status.Ready), 2);
        writer.Field("Restart Count", status.RestartCount, 2);
    }

    private static void State(string title, ContainerState state, DescriptionWriter writer)
    {
        if (state.Running is { } running)
        {
            writer.Field(title, "Running", 2);
            writer.Field("Started", Texts.Time(running.StartedAt), 3);
        }
        else if (state.Terminated is { } terminated && state.Waiting is null)
        {
            writer.Field(title, "Terminated", 2);
            if (terminated.Reason.Length > 0) writer.Field("Reason", terminated.Reason, 3);
            if (terminated.Message.Length > 0) writer.Field("Message", terminated.Message, 3);
            writer.Field("Exit Code", terminated.ExitCode, 3);
            if (terminated.Signal > 0) writer.Field("Signal", terminated.Signal, 3);
            writer.Field("Started", Texts.Time(terminated.StartedAt), 3);
            writer.Field("Finished", Texts.Time(terminated.FinishedAt), 3);
        }
        else
        {
            writer.Field(title, "Waiting", 2);
            if (state.Waiting is { Reason.Length: > 0 } waiting) writer.Field("Reason", waiting.Reason, 3);
        }
    }

    private static string ProbeText(Probe probe)
    {
        var figures = string.Create(CultureInfo.InvariantCulture, $"delay={probe.InitialDelaySeconds}s timeout={probe.TimeoutSeconds}s period={probe.PeriodSeconds}s #success={probe.SuccessThreshold} #failure={probe.FailureThreshold}");
        if (probe.Exec is { } exec) return $"exec {Texts.List(exec.Command)} {figures}";
        if (probe.HttpGet is { } http) return $"http-get {http.Scheme.ToLowerInvariant()}://{(http.Host.Contains(':', StringComparison.Ordinal) ? $"[{http.Host}]" : http.Host)}:{http.Port}{Path(http.Path)} {figures}";
        if (probe.TcpSocket is { } tcp) return $"tcp-socket {tcp.Host}:{tcp.Port} {figures}";
        if (probe.Grpc is { } grpc) return string.Create(CultureInfo.InvariantCulture, $"grpc <pod>:{grpc.Port} {grpc.Service} {figures}");
        return $"unknown {figures}";
    }

    private static string Path(string path) => path.Length == 0 || path[0] == '/' ? path : "/" + path;

    private static void Mounts(Container container, DescriptionWriter writer)
    {
        var mounts = container.VolumeMounts ?? [];
        writer.Write(2, mounts.Count == 0 ? "Mounts:\t<none>\n" : "Mounts:\n");
        foreach (var mount in mounts.OrderBy(static m => m.MountPath, StringComparer.Ordinal))
            writer.Write(3, $"{mount.MountPath} from {mount.Name} ({(mount.ReadOnly ? "ro" : "rw")}{(mount.SubPath.Length > 0 ? ",path=" + Quoting.Quote(mount.SubPath) : "")})\n");
        if (container.VolumeDevices is not { Count: > 0 } devices) return;
        writer.Write(2, mounts.Count == 0 ? "Devices:\t<none>\n" : "Devices:\n");
        foreach (var device in devices.OrderBy(static d => d.DevicePath, StringComparer.Ordinal)) writer.Write(3, $"{device.DevicePath} from {device.Name}\n");
    }
}
