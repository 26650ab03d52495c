using Tiphys.Api.Core.V1;

namespace Tiphys.Scheduler;

/// <summary>A pod goes where its volumes are, or can be had.</summary>
internal sealed class VolumeBindingPlugin(IVolumeView view, VolumePlanner planner) : IPreFilterPlugin, IFilterPlugin
{
    public string Name => "VolumeBinding";

    public bool Concerns(SchedulingContext context) => PodClaims.Has(context.Pod.Pod);

    public string? PreFilter(SchedulingContext context) => Concerns(context) ? PodClaims.Of(context, view).Fault : null;

    public Misfit? Filter(SchedulingContext context, NodeState node) =>
        planner.Plan(PodClaims.Of(context, view), node.Node!, out var reasons) is null ? new Misfit(reasons[0], Resolvable: false) { Reasons = reasons } : null;
}

/// <summary>A claim that only one pod may use at a time is not given to a second.</summary>
internal sealed class VolumeRestrictionsPlugin(IVolumeView view) : IFilterPlugin
{
    private static readonly Misfit s_misfit = new("node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod", Resolvable: true);

    public string Name => "VolumeRestrictions";

    public bool Concerns(SchedulingContext context) => context.Pod.Pod.Spec.Volumes?.Exists(v => v.PersistentVolumeClaim is not null) == true;

    public Misfit? Filter(SchedulingContext context, NodeState node)
    {
        var exclusive = context.Remember(() => new ExclusiveClaims(context.Pod.Pod, view));
        return exclusive.Names.Count > 0 && (exclusive.InUse(node) || context.Cluster.Nodes.Any(n => n.Name != node.Name && exclusive.InUse(n))) ? s_misfit : null;
    }

    private sealed class ExclusiveClaims(Pod pod, IVolumeView view)
    {
        public HashSet<string> Names { get; } =
        [
            .. (pod.Spec.Volumes ?? []).Select(static v => v.PersistentVolumeClaim?.ClaimName).OfType<string>()
                .Where(name => view.Claim(pod.Metadata.Namespace, name)?.Spec.AccessModes?.Contains(PersistentVolumeAccessMode.ReadWriteOncePod) == true),
        ];

        public bool InUse(NodeState node) => node.Pods.Any(p =>
            p.Uid != pod.Metadata.Uid && p.Key.Namespace == pod.Metadata.Namespace && p.Pod.Spec.Volumes?.Exists(v => v.PersistentVolumeClaim is { } claim && Names.Contains(claim.ClaimName)) == true);
    }
}
