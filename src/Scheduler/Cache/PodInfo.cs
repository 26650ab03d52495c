using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Scheduler;

/// <summary>A pod with what scheduling asks of it over and over, computed once.</summary>
internal sealed class PodInfo
{
    /// <summary>What scores count for a container that asks for no CPU or memory, so that such pods spread too.</summary>
    private const long AssumedMilliCpu = 100;
    private const long AssumedMemory = 200L << 20;

    public PodInfo(Pod pod)
    {
        Pod = pod;
        Key = ObjectKey.Of(pod);
        Requests = ResourceAmounts.Of(PodResources.Requests(pod));
        var scored = Requests;
        if (pod.Spec.Containers.Exists(static c => !Asks(c, "cpu") || !Asks(c, "memory")))
        {
            scored = new ResourceAmounts { MilliCpu = Requests.MilliCpu, Memory = Requests.Memory };
            foreach (var container in pod.Spec.Containers)
            {
                if (!Asks(container, "cpu")) scored.MilliCpu += AssumedMilliCpu;
                if (!Asks(container, "memory")) scored.Memory += AssumedMemory;
            }
        }

        Scored = scored;
        HostPorts = [.. pod.Spec.Containers.SelectMany(static c => c.Ports ?? []).Where(static p => p.HostPort > 0).Select(static p => new HostPort(p.HostIP.Length == 0 ? "0.0.0.0" : p.HostIP, p.Protocol, p.HostPort))];
        RequiredAffinity = AffinityTerm.Of(pod, pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution);
        RequiredAntiAffinity = AffinityTerm.Of(pod, pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution);
        PreferredAffinity = AffinityTerm.Of(pod, pod.Spec.Affinity?.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution);
        PreferredAntiAffinity = AffinityTerm.Of(pod, pod.Spec.Affinity?.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution);
    }

    public Pod Pod { get; }

    public ObjectKey Key { get; }

    public string Uid => Pod.Metadata.Uid;

    public int Priority => Pod.Spec.Priority ?? 0;

    public ResourceAmounts Requests { get; }

    /// <summary>Requests as scores count them.</summary>
    public ResourceAmounts Scored { get; }

    public HostPort[] HostPorts { get; }

    public AffinityTerm[] RequiredAffinity { get; }

    public AffinityTerm[] RequiredAntiAffinity { get; }

    public AffinityTerm[] PreferredAffinity { get; }

    public AffinityTerm[] PreferredAntiAffinity { get; }

    private static bool Asks(Container container, string resource) => container.Resources.Requests?.ContainsKey(resource) == true;
}

/// <summary>A port of the host that a container takes.</summary>
internal readonly record struct HostPort(string Address, string Protocol, int Port)
{
    /// <summary>Whether both cannot be had on one host: the same port on the same address, or on all of them.</summary>
    public bool Conflicts(HostPort other) =>
        Port == other.Port && Protocol == other.Protocol && (Address == other.Address || Address == "0.0.0.0" || other.Address == "0.0.0.0");
}

/// <summary>A pod affinity term, compiled.</summary>
/// <param name="Namespaces">Namespaces the term looks into.</param>
/// <param name="NamespaceSelector">Or the labels of such namespaces; null when only names count.</param>
/// <param name="Pods">The pods it looks for.</param>
/// <param name="TopologyKey">Node label whose value says what counts as the same place.</param>
/// <param name="Weight">Weight of a preferred term; 0 for required ones.</param>
internal sealed record AffinityTerm(HashSet<string> Namespaces, LabelQuery? NamespaceSelector, LabelQuery Pods, string TopologyKey, int Weight)
{
    public static AffinityTerm[] Of(Pod pod, List<PodAffinityTerm>? terms) => terms is null ? [] : [.. terms.Select(t => Compile(pod, t, 0))];

    public static AffinityTerm[] Of(Pod pod, List<WeightedPodAffinityTerm>? terms) => terms is null ? [] : [.. terms.Select(t => Compile(pod, t.PodAffinityTerm, t.Weight))];

    /// <summary>Whether the term is about this pod.</summary>
    public bool Matches(Pod pod, Func<string, IReadOnlyDictionary<string, string>?> namespaceLabels) =>
        (Namespaces.Contains(pod.Metadata.Namespace) || (NamespaceSelector is { } selector && selector.Matches(namespaceLabels(pod.Metadata.Namespace)))) && Pods.Matches(pod.Metadata.Labels);

    private static AffinityTerm Compile(Pod pod, PodAffinityTerm term, int weight)
    {
        // Neither names nor a selector: the pod's own namespace.
        var names = term.Namespaces is { Count: > 0 } ? term.Namespaces.ToHashSet(StringComparer.Ordinal)
            : term.NamespaceSelector is null ? [pod.Metadata.Namespace]
            : [];
        return new(names, term.NamespaceSelector is null ? null : LabelQuery.Of(term.NamespaceSelector), LabelQuery.Of(term.LabelSelector), term.TopologyKey, weight);
    }
}
