using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of containers.</summary>
internal static class ContainerValidation
{
    private static readonly string[] s_pullPolicies = [PullPolicy.Always, PullPolicy.IfNotPresent, PullPolicy.Never];
    private static readonly string[] s_protocols = [Protocol.Sctp, Protocol.Tcp, Protocol.Udp];

    public static void Validate(PodSpec spec, HashSet<string> volumes, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (spec.InitContainers?.Count ?? 0); i++)
        {
            var container = spec.InitContainers![i];
            var at = path["initContainers"][i];
            One(container, names, volumes, at, errors);
            if (container.RestartPolicy is not (null or "Always")) errors.NotSupported(at["restartPolicy"], container.RestartPolicy, ["Always"]);
            if (container.RestartPolicy == "Always") continue;
            if (container.Lifecycle is not null) errors.Forbidden(at["lifecycle"], "may not be set for init containers without restartPolicy=Always");
            if (container.LivenessProbe is not null) errors.Forbidden(at["livenessProbe"], "may not be set for init containers without restartPolicy=Always");
            if (container.ReadinessProbe is not null) errors.Forbidden(at["readinessProbe"], "may not be set for init containers without restartPolicy=Always");
            if (container.StartupProbe is not null) errors.Forbidden(at["startupProbe"], "may not be set for init containers without restartPolicy=Always");
        }

        var hostPorts = new HashSet<(string, string, int)>();
        for (var i = 0; i < spec.Containers.Count; i++)
        {
            var container = spec.Containers[i];
            var at = path["containers"][i];
            One(container, names, volumes, at, errors);
            for (var j = 0; j < (container.Ports?.Count ?? 0); j++)
            {
                var port = container.Ports![j];
                if (port.HostPort != 0 && !hostPorts.Add((port.HostIP, port.Protocol, port.HostPort))) errors.Duplicate(at["ports"][j]["hostPort"], port.Protocol + "/" + port.HostIP + "/" + port.HostPort);
            }
        }
    }

    public static void EphemeralOnly(PodSpec spec, FieldErrors errors)
    {
        var names = spec.Containers.Select(static c => c.Name).Concat((spec.InitContainers ?? []).Select(static c => c.Name)).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < (spec.EphemeralContainers?.Count ?? 0); i++)
        {
            var container = spec.EphemeralContainers![i];
            var at = FieldPath.Of("spec")["ephemeralContainers"][i];
            Name(container.Name, names, at, errors);
            if (container.Image.Length == 0) errors.Required(at["image"]);
            if (container.TargetContainerName.Length > 0 && !spec.Containers.Exists(c => c.Name == container.TargetContainerName)) errors.NotFound(at["targetContainerName"], container.TargetContainerName);
        }
    }

    private static void One(Container container, HashSet<string> names, HashSet<string> volumes, FieldPath path, FieldErrors errors)
    {
        Name(container.Name, names, path, errors);
        if (container.Image.Length == 0) errors.Required(path["image"]);
        else if (container.Image.Trim() != container.Image) errors.Invalid(path["image"], container.Image, "must not have leading or trailing whitespace");
        if (container.ImagePullPolicy.Length == 0) errors.Required(path["imagePullPolicy"]);
        else if (!s_pullPolicies.Contains(container.ImagePullPolicy)) errors.NotSupported(path["imagePullPolicy"], container.ImagePullPolicy, s_pullPolicies);
        if (container.TerminationMessagePolicy is not ("" or "File" or "FallbackToLogsOnError")) errors.NotSupported(path["terminationMessagePolicy"], container.TerminationMessagePolicy, ["FallbackToLogsOnError", "File"]);
        Ports(container.Ports, path["ports"], errors);
        Env(container, path, errors);
        Mounts(container, volumes, path, errors);
        Resources(container.Resources, path["resources"], errors);
        Probe(container.LivenessProbe, path["livenessProbe"], errors, mustBeOne: true);
        Probe(container.ReadinessProbe, path["readinessProbe"], errors, mustBeOne: false);
        Probe(container.StartupProbe, path["startupProbe"], errors, mustBeOne: true);
    }

    private static void Name(string name, HashSet<string> names, FieldPath path, FieldErrors errors)
    {
        if (name.Length == 0) errors.Required(path["name"]);
        else if (Names.LabelError(name) is { } error) errors.Invalid(path["name"], name, error);
        if (name.Length > 0 && !names.Add(name)) errors.Duplicate(path["name"], name);
    }

    private static void Ports(List<ContainerPort>? ports, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (ports?.Count ?? 0); i++)
        {
            var port = ports![i];
            if (port.Name.Length > 0)
            {
                foreach (var error in PortRules.NameErrors(port.Name)) errors.Invalid(path[i]["name"], port.Name, error);
                if (!names.Add(port.Name)) errors.Duplicate(path[i]["name"], port.Name);
            }

            if (port.Port == 0) errors.Required(path[i]["containerPort"]);
            else if (PortRules.NumberError(port.Port) is { } error) errors.Invalid(path[i]["containerPort"], port.Port, error);
            if (port.HostPort != 0 && PortRules.NumberError(port.HostPort) is { } hostError) errors.Invalid(path[i]["hostPort"], port.HostPort, hostError);
            if (port.Protocol.Length == 0) errors.Required(path[i]["protocol"]);
            else if (!s_protocols.Contains(port.Protocol)) errors.NotSupported(path[i]["protocol"], port.Protocol, s_protocols);
        }
    }

    private static void Env(Container container, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (container.Env?.Count ?? 0); i++)
        {
            var variable = container.Env![i];
            var at = path["env"][i];
            if (variable.Name.Length == 0) errors.Required(at["name"]);
            else if (variable.Name.AsSpan().ContainsAnyExceptInRange(' ', '~') || variable.Name.Contains('=', StringComparison.Ordinal))
                errors.Invalid(at["name"], variable.Name, "a valid environment variable name must consist only of printable ASCII characters other than '='");
            if (variable.ValueFrom is not { } from) continue;
            if (variable.Value.Length > 0) errors.Invalid(at["valueFrom"], "", "may not be specified when `value` is not empty");
            var sources = (from.FieldRef is null ? 0 : 1) + (from.ResourceFieldRef is null ? 0 : 1) + (from.ConfigMapKeyRef is null ? 0 : 1) + (from.SecretKeyRef is null ? 0 : 1) + (from.FileKeyRef is null ? 0 : 1);
            if (sources == 0) errors.Invalid(at["valueFrom"], "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`");
            if (sources > 1) errors.Invalid(at["valueFrom"], "", "may not have more than one field specified at a time");
            if (from.ConfigMapKeyRef is { Key.Length: 0 }) errors.Required(at["valueFrom"]["configMapKeyRef"]["key"]);
            if (from.SecretKeyRef is { Key.Length: 0 }) errors.Required(at["valueFrom"]["secretKeyRef"]["key"]);
        }
    }

    private static void Mounts(Container container, HashSet<string> volumes, FieldPath path, FieldErrors errors)
    {
        var places = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (container.VolumeMounts?.Count ?? 0); i++)
        {
            var mount = container.VolumeMounts![i];
            var at = path["volumeMounts"][i];
            if (mount.Name.Length == 0) errors.Required(at["name"]);
            else if (!volumes.Contains(mount.Name)) errors.NotFound(at["name"], mount.Name);
            if (mount.MountPath.Length == 0) errors.Required(at["mountPath"]);
            else if (!places.Add(mount.MountPath)) errors.Invalid(at["mountPath"], mount.MountPath, "must be unique");
            if (mount.SubPath.Length > 0 && mount.SubPathExpr.Length > 0) errors.Invalid(at["subPathExpr"], mount.SubPathExpr, "subPathExpr and subPath are mutually exclusive");
            if (mount.SubPath.StartsWith('/')) errors.Invalid(at["subPath"], mount.SubPath, "must be a relative path");
            if (mount.SubPath.Split('/').Contains("..")) errors.Invalid(at["subPath"], mount.SubPath, "must not contain '..'");
        }
    }

    private static void Resources(ResourceRequirements resources, FieldPath path, FieldErrors errors)
    {
        foreach (var (name, limit) in resources.Limits ?? [])
            if (limit.Amount < 0) errors.Invalid(path["limits"].Key(name), limit, "must be greater than or equal to 0");
        foreach (var (name, request) in resources.Requests ?? [])
        {
            if (request.Amount < 0) errors.Invalid(path["requests"].Key(name), request, "must be greater than or equal to 0");
            if (resources.Limits?.TryGetValue(name, out var limit) == true && request > limit)
                errors.Invalid(path["requests"], request, $"must be less than or equal to {name} limit of {limit}");
        }
    }

    private static void Probe(Probe? probe, FieldPath path, FieldErrors errors, bool mustBeOne)
    {
        if (probe is null) return;
        var handlers = (probe.Exec is null ? 0 : 1) + (probe.HttpGet is null ? 0 : 1) + (probe.TcpSocket is null ? 0 : 1) + (probe.Grpc is null ? 0 : 1);
        if (handlers == 0) errors.Required(path, "must specify a handler type");
        if (handlers > 1) errors.Forbidden(path, "may not specify more than 1 handler type");
        NotNegative(probe.InitialDelaySeconds, path["initialDelaySeconds"], errors);
        NotNegative(probe.TimeoutSeconds, path["timeoutSeconds"], errors);
        NotNegative(probe.PeriodSeconds, path["periodSeconds"], errors);
        NotNegative(probe.SuccessThreshold, path["successThreshold"], errors);
        NotNegative(probe.FailureThreshold, path["failureThreshold"], errors);
        if (mustBeOne && probe.SuccessThreshold != 1) errors.Invalid(path["successThreshold"], probe.SuccessThreshold, "must be 1");
        if (probe.Exec is { Command: not { Count: > 0 } }) errors.Required(path["exec"]["command"]);
        if (probe.HttpGet is { } get)
        {
            if (get.Path.Length == 0) errors.Required(path["httpGet"]["path"]);
            PortRules.Target(get.Port, path["httpGet"]["port"], errors);
        }

        if (probe.TcpSocket is { } tcp) PortRules.Target(tcp.Port, path["tcpSocket"]["port"], errors);
    }

    private static void NotNegative(int value, FieldPath path, FieldErrors errors)
    {
        if (value < 0) errors.Invalid(path, value, "must be greater than or equal to 0");
    }
}
