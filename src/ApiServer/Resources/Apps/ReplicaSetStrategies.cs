using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>ReplicaSets.</summary>
internal sealed class ReplicaSetStrategy : SpecStatusStrategy<ReplicaSet>
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    protected override IApiMessage SpecOf(ReplicaSet item) => item.Spec;

    protected override void TakeSpec(ReplicaSet item, ReplicaSet from) => item.Spec = from.Spec;

    protected override void TakeStatus(ReplicaSet item, ReplicaSet from) => item.Status = from.Status;

    public override IEnumerable<string> Warnings(ReplicaSet item, ReplicaSet? old) =>
    [
        .. old is null ? PodWarnings.HostName(item.Metadata.Name) : [],
        .. old is null || item.Metadata.Generation != old.Metadata.Generation ? PodWarnings.Template(item.Spec.Template, Spec["template"]) : [],
    ];

    public override void Validate(ReplicaSet item, FieldErrors errors)
    {
        FieldRules.NotNegative(item.Spec.Replicas, Spec["replicas"], errors);
        FieldRules.NotNegative(item.Spec.MinReadySeconds, Spec["minReadySeconds"], errors);
        var selector = TemplateRules.Selector(item.Spec.Selector, "deployment", errors); // upstream says deployment here, too
        TemplateRules.ForReplicas(item.Spec.Template, selector, "ReplicaSet", errors);
    }

    public override void ValidateUpdate(ReplicaSet item, ReplicaSet old, FieldErrors errors)
    {
        Validate(item, errors);
        FieldRules.Unchanged(item.Spec.Selector, old.Spec.Selector, Spec["selector"], errors);
    }
}

/// <summary>ReplicationControllers; their dependents are orphaned unless a request says otherwise.</summary>
internal sealed class ReplicationControllerStrategy : SpecStatusStrategy<ReplicationController>
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    protected override IApiMessage SpecOf(ReplicationController item) => item.Spec;

    protected override void TakeSpec(ReplicationController item, ReplicationController from) => item.Spec = from.Spec;

    protected override void TakeStatus(ReplicationController item, ReplicationController from) => item.Status = from.Status;

    public override string DefaultPropagation => DeletionPropagation.Orphan;

    public override IEnumerable<string> Warnings(ReplicationController item, ReplicationController? old)
    {
        if (old is null) return [.. PodWarnings.HostName(item.Metadata.Name), .. PodWarnings.Template(item.Spec.Template, Spec["template"])];

        // Upstream looks at the template as it was, here.
        return item.Metadata.Generation != old.Metadata.Generation ? PodWarnings.Template(old.Spec.Template, Spec["template"]) : [];
    }

    public override void Validate(ReplicationController item, FieldErrors errors)
    {
        FieldRules.NotNegative(item.Spec.MinReadySeconds, Spec["minReadySeconds"], errors);
        if (item.Spec.Selector is not { Count: > 0 }) errors.Required(Spec["selector"]);
        FieldRules.NotNegative(item.Spec.Replicas, Spec["replicas"], errors);

        // A selector that is no set of labels matches no template: that says enough.
        TemplateRules.ForReplicas(item.Spec.Template, item.Spec.Selector is { Count: > 0 } selector ? LabelQuery.Of(selector) : null, "ReplicationController", errors);
    }
}
