using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>A container of any sort, as the pod security standards look at it.</summary>
internal sealed record ContainerView(string Name, SecurityContext? Security, List<ContainerPort> Ports, IReadOnlyList<Probe?> Probes, Lifecycle? Lifecycle);

/// <summary>A pod, or the template of one, as the pod security standards look at it.</summary>
internal sealed class PodView
{
    public PodView(ObjectMeta metadata, PodSpec spec)
    {
        Metadata = metadata;
        Spec = spec;
        Containers =
        [
            .. (spec.InitContainers ?? []).Select(Of),
            .. spec.Containers.Select(Of),
            .. (spec.EphemeralContainers ?? []).Select(static c => new ContainerView(c.Name, c.SecurityContext, c.Ports ?? [], [c.LivenessProbe, c.ReadinessProbe, c.StartupProbe], c.Lifecycle)),
        ];
    }

    public ObjectMeta Metadata { get; }

    public PodSpec Spec { get; }

    public PodSecurityContext? Security => Spec.SecurityContext;

    public IReadOnlyList<ContainerView> Containers { get; }

    public bool IsWindows => Spec.Os?.Name == "windows";

    /// <summary>In a user namespace of its own, root is not the host's.</summary>
    public bool HasUserNamespace => Spec.HostUsers == false;

    /// <summary>Names of the containers for which something holds.</summary>
    public List<string> Where(Func<ContainerView, bool> bad) => [.. Containers.Where(bad).Select(static c => c.Name)];

    private static ContainerView Of(Container c) => new(c.Name, c.SecurityContext, c.Ports ?? [], [c.LivenessProbe, c.ReadinessProbe, c.StartupProbe], c.Lifecycle);
}

/// <summary>What a pod breaks: a reason, and which parts of it do so how.</summary>
/// <param name="Reason">What is forbidden.</param>
/// <param name="Detail">Where it was found.</param>
internal readonly record struct Violation(string Reason, string Detail)
{
    public override string ToString() => $"{Reason} ({Detail})";
}

/// <summary>Words of messages.</summary>
internal static class Wording
{
    public static string Plural(string one, string many, int count) => count == 1 ? one : many;

    public static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(static n => $"\"{n}\""));

    /// <summary><c>container "a"</c>, or <c>containers "a", "b"</c>.</summary>
    public static string Containers(List<string> names) => $"{Plural("container", "containers", names.Count)} {Quoted(names)}";

    /// <summary><c>pod and container "a"</c>, as far as each is to blame; null when neither is.</summary>
    public static string? Setters(bool pod, List<string> containers)
    {
        var setters = new List<string>();
        if (pod) setters.Add("pod");
        if (containers.Count > 0) setters.Add(Containers(containers));
        return setters.Count == 0 ? null : string.Join(" and ", setters);
    }

    public static IEnumerable<string> Sorted(IEnumerable<string> values) => values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
}
