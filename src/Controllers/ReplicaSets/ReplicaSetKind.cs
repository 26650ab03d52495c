using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Controllers;

/// <summary>Replica sets as owners of pods.</summary>
internal sealed class ReplicaSetKind : IReplicas<ReplicaSet>
{
    public string Component => "replicaset-controller";

    public int Wanted(ReplicaSet owner) => owner.Spec.Replicas ?? 1;

    public int MinReadySeconds(ReplicaSet owner) => owner.Spec.MinReadySeconds;

    public LabelQuery Selector(ReplicaSet owner) => LabelQuery.Of(owner.Spec.Selector);

    public PodTemplateSpec Template(ReplicaSet owner) => owner.Spec.Template;

    public ReplicaSet? WithStatus(ReplicaSet owner, ReplicaCounts counts, DateTimeOffset now)
    {
        var old = owner.Status;
        var conditions = ReplicaFailure.Follow(
            old.Conditions,
            counts.Failure,
            static c => c.Type == ReplicaSetConditionType.ReplicaFailure,
            failure => new() { Type = ReplicaSetConditionType.ReplicaFailure, Status = ConditionStatus.True, Reason = failure.Reason, Message = failure.Message, LastTransitionTime = now });
        if (old.Replicas == counts.Replicas && old.FullyLabeledReplicas == counts.FullyLabeled && old.ReadyReplicas == counts.Ready && old.AvailableReplicas == counts.Available
            && old.TerminatingReplicas == counts.Terminating && old.ObservedGeneration == owner.Metadata.Generation && ReferenceEquals(conditions, old.Conditions))
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
            TerminatingReplicas = counts.Terminating,
            ObservedGeneration = owner.Metadata.Generation,
            Conditions = conditions is { Count: > 0 } ? conditions : null,
        };
        return copy;
    }
}
