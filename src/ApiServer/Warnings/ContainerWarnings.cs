using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>A container of any of a pod's three lists, as far as warnings look at it.</summary>
internal sealed record WarnedContainer(string Name, FieldPath Path, SecurityContext? Security, ResourceRequirements Resources, IReadOnlyList<EnvVar> Env, IReadOnlyList<ContainerPort> Ports)
{
    /// <summary>All containers of a pod, in the order in which they are looked at.</summary>
    public static List<WarnedContainer> All(PodSpec spec, FieldPath path) =>
    [
        .. Of(spec.InitContainers, path["initContainers"]),
        .. Of(spec.Containers, path["containers"]),
        .. (spec.EphemeralContainers ?? []).Select((c, i) => new WarnedContainer(c.Name, path["ephemeralContainers"][i], c.SecurityContext, c.Resources, c.Env ?? [], c.Ports ?? [])),
    ];

    private static IEnumerable<WarnedContainer> Of(List<Container>? containers, FieldPath path) =>
        (containers ?? []).Select((c, i) => new WarnedContainer(c.Name, path[i], c.SecurityContext, c.Resources, c.Env ?? [], c.Ports ?? []));
}

/// <summary>Warns of what containers ask for twice.</summary>
internal static class ContainerWarnings
{
    /// <summary>Warns of variables that hide earlier ones of the same name without making use of them.</summary>
    public static IEnumerable<string> Env(WarnedContainer container)
    {
        var names = new HashSet<string>();
        for (var i = 0; i < container.Env.Count; i++)
        {
            var variable = container.Env[i];
            if (names.Add(variable.Name)) continue;
            var reference = $"$({variable.Name})";
            if (variable.ValueFrom is not null || variable.Value == reference || !variable.Value.Contains(reference, StringComparison.Ordinal))
                yield return $"{container.Path["env"][i]}: hides previous definition of {GoText.Quote(variable.Name)}, which may be dropped when using apply";
        }
    }

    /// <summary>Warns of ports that are there twice, or of which it is not clear which one is meant.</summary>
    public static IEnumerable<string> Ports(IEnumerable<WarnedContainer> containers)
    {
        var before = new List<(ContainerPort Port, FieldPath Path)>();
        foreach (var container in containers)
        {
            for (var i = 0; i < container.Ports.Count; i++)
            {
                var port = container.Ports[i];
                var path = container.Path["ports"][i];
                if (port.HostIP.Length > 0 && port.HostPort == 0)
                    yield return $"{path}: hostIP set without hostPort: {{Name:{port.Name} HostPort:{port.HostPort} ContainerPort:{port.Port} Protocol:{port.Protocol} HostIP:{port.HostIP}}}";
                foreach (var (other, at) in before)
                    if (other.Port == port.Port && other.Protocol == port.Protocol && Clash(port, other) is { } clash) yield return $"{path}: {clash} port definition with {at}";
                before.Add((port, path));
            }
        }
    }

    /// <summary>Warns of names that several ports have.</summary>
    public static IEnumerable<string> PortNames(IEnumerable<WarnedContainer> containers)
    {
        var names = new Dictionary<string, FieldPath>();
        foreach (var container in containers)
        {
            for (var i = 0; i < container.Ports.Count; i++)
            {
                var name = container.Ports[i].Name;
                if (name.Length == 0 || names.TryAdd(name, container.Path["ports"][i])) continue;
                yield return $"{container.Path["ports"][i]}: duplicate port name {GoText.Quote(name)} with {names[name]}, services and probes that select ports by name will use {names[name]}";
            }
        }
    }

    private static string? Clash(ContainerPort port, ContainerPort other)
    {
        if (port.HostIP == other.HostIP && port.HostPort == other.HostPort) return "duplicate";
        if (port.HostPort == 0 || other.HostPort == 0) return "overlapping";
        return port.HostPort == other.HostPort && (port.HostIP.Length == 0) != (other.HostIP.Length == 0) ? "dangerously ambiguous" : null;
    }
}
