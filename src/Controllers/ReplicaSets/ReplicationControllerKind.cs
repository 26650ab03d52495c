using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Controllers;

/// <summary>Replication controllers as owners of pods.</summary>
internal sealed class ReplicationControllerKind : IReplicas<ReplicationController>
{
    public string Component => "replication-controller";

    public int Wanted(ReplicationController owner) => owner.Spec.Replicas ?? 1;

    public int MinReadySeconds(ReplicationController owner) => owner.Spec.MinReadySeconds;

    public LabelQuery Selector(ReplicationController owner) => owner.Spec.Selector is { Count: > 0 } labels ? LabelQuery.Of(labels) : LabelQuery.Nothing;

    public PodTemplateSpec Template(ReplicationController owner) => owner.Spec.Template ?? new();

    public ReplicationController? WithStatus(ReplicationController owner, ReplicaCounts counts, DateTimeOffset now)
    {
        var old = owner.Status;
        var conditions = ReplicaFailure.Follow(
            old.Conditions,
            counts.Failure,
            static c => c.Type == ReplicationControllerConditionType.ReplicaFailure,
            failure => new() { Type = ReplicationControllerConditionType.ReplicaFailure, Status = ConditionStatus.True, Reason = failure.Reason, Message = failure.Message, LastTransitionTime = now });
        if (old.Replicas == counts.Replicas && old.FullyLabeledReplicas == counts.FullyLabeled && old.ReadyReplicas == counts.Ready && old.AvailableReplicas == counts.Available
            && old.ObservedGeneration == owner.Metadata.Generation && ReferenceEquals(conditions, old.Conditions))
        {
            return null;
        }

        var copy = owner.DeepCopy();
        copy.Status = new()
        {
            Replicas = counts.Replicas,
            FullyLabeledReplicas = counts.FullyLabeled,
            ReadyReplicas = counts.Ready,
            AvailableReplicas = counts.Available,
            ObservedGeneration = owner.Metadata.Generation,
            Conditions = conditions is { Count: > 0 } ? conditions : null,
        };
        return copy;
    }
}
