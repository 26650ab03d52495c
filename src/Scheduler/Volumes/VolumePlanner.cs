using Tiphys.Api.Core.V1;
using Tiphys.Api.Storage.V1;
using Tiphys.Client;

namespace Tiphys.Scheduler;

/// <summary>What is to be done with a pod's claims on the node it goes to.</summary>
/// <param name="Node">The node.</param>
/// <param name="Matched">Claims and the volumes they get.</param>
/// <param name="Provisioned">Claims for which a volume has to be made there.</param>
internal sealed record VolumePlan(string Node, IReadOnlyList<(PersistentVolumeClaim Claim, PersistentVolume Volume)> Matched, IReadOnlyList<PersistentVolumeClaim> Provisioned)
{
    public bool IsEmpty => Matched.Count + Provisioned.Count == 0;
}

/// <summary>
/// Finds out whether a node can have the volumes of a pod, and which. A volume that is promised to one claim is not promised to another
/// before the API server knows. Call with the cluster's lock held.
/// </summary>
internal sealed class VolumePlanner(IVolumeView view)
{
    public const string NodeConflict = "node(s) didn't match PersistentVolume's node affinity";
    public const string BindConflict = "node(s) didn't find available persistent volumes to bind";
    public const string VolumeMissing = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";

    private readonly Dictionary<string, ObjectKey> _promised = new(StringComparer.Ordinal);

    /// <summary>The volumes on a node, or why it cannot have them.</summary>
    public VolumePlan? Plan(PodClaims claims, Node node, out IReadOnlyList<string> reasons)
    {
        List<string> faults = [];
        List<(PersistentVolumeClaim, PersistentVolume)> matched = [];
        List<PersistentVolumeClaim> provisioned = [];
        var volumes = claims.Bound.Select(c => view.Volume(c.Spec.VolumeName)).ToList();
        if (volumes.Exists(v => v is not null && !Reaches(v, node))) faults.Add(NodeConflict);
        if (!claims.Delayed.All(claim => TryPlace(claim, node, matched, provisioned))) faults.Add(BindConflict);
        if (volumes.Contains(null)) faults.Add(VolumeMissing);
        reasons = faults;
        return faults.Count > 0 ? null : new(node.Metadata.Name, matched, provisioned);
    }

    /// <summary>Holds the volumes of a plan for its claims.</summary>
    public void Promise(VolumePlan plan)
    {
        foreach (var (claim, volume) in plan.Matched) _promised[volume.Metadata.Name] = ObjectKey.Of(claim);
    }

    /// <summary>The plan was carried out, or given up.</summary>
    public void Release(VolumePlan plan)
    {
        foreach (var (_, volume) in plan.Matched) _promised.Remove(volume.Metadata.Name);
    }

    private bool TryPlace(PersistentVolumeClaim claim, Node node, List<(PersistentVolumeClaim Claim, PersistentVolume Volume)> matched, List<PersistentVolumeClaim> provisioned)
    {
        if (claim.Metadata.Annotations?.GetValueOrDefault(VolumeMatch.SelectedNode) is { } selected)
        {
            // A volume is being made elsewhere already.
            if (selected != node.Metadata.Name) return false;
        }
        else if (VolumeMatch.Find(claim, view.Volumes, IsFree) is { } volume)
        {
            matched.Add((claim, volume));
            return true;
        }

        if (!CanProvision(claim, node)) return false;
        provisioned.Add(claim);
        return true;

        bool IsFree(PersistentVolume volume) =>
            volume.Status.Phase == PersistentVolumePhase.Available && Reaches(volume, node) && !matched.Exists(m => m.Volume.Metadata.Name == volume.Metadata.Name)
            && (!_promised.TryGetValue(volume.Metadata.Name, out var other) || other == ObjectKey.Of(claim));
    }

    private bool CanProvision(PersistentVolumeClaim claim, Node node)
    {
        if (view.Class(VolumeMatch.Class(claim)) is not { Provisioner: not ("" or "kubernetes.io/no-provisioner") } storageClass) return false;
        return storageClass.AllowedTopologies is not { Count: > 0 } topologies
            || topologies.Exists(t => (t.MatchLabelExpressions ?? []).TrueForAll(e => node.Metadata.Labels?.GetValueOrDefault(e.Key) is { } value && e.Values.Contains(value)));
    }

    private static bool Reaches(PersistentVolume volume, Node node) =>
        volume.Spec.NodeAffinity?.Required is not { } required || required.NodeSelectorTerms.Exists(t => NodeSelectors.Matches(t, node));
}
