using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>Namespaces: held by the finalizers of their spec until everything in them is gone.</summary>
internal sealed class NamespaceStrategy : SpecStatusStrategy<Namespace>
{
    public const string Finalizer = "kubernetes";

    protected override bool CountsGenerations => false;

    protected override IApiMessage SpecOf(Namespace item) => item.Spec;

    protected override void TakeSpec(Namespace item, Namespace from) => item.Spec = from.Spec;

    protected override void TakeStatus(Namespace item, Namespace from) => item.Status = from.Status;

    public override IReadOnlyList<string> NameErrors(string name) => Names.LabelErrors(name);

    public override void PrepareForCreate(Namespace item, StrategyContext context)
    {
        item.Status = new() { Phase = NamespacePhase.Active };
        item.Spec.Finalizers ??= [];
        if (!item.Spec.Finalizers.Contains(Finalizer)) item.Spec.Finalizers.Add(Finalizer);
        (item.Metadata.Labels ??= [])["kubernetes.io/metadata.name"] = item.Metadata.Name;
    }

    public override void PrepareForUpdate(Namespace item, Namespace old, StrategyContext context)
    {
        item.Spec.Finalizers = old.Spec.Finalizers;
        item.Status = old.Status;
        (item.Metadata.Labels ??= [])["kubernetes.io/metadata.name"] = item.Metadata.Name;
    }

    public override bool IsHeld(Namespace item) => item.Spec.Finalizers is { Count: > 0 } || base.IsHeld(item);

    public override void MarkDeleting(Namespace item) => item.Status.Phase = NamespacePhase.Terminating;

    protected override void ValidateStatus(Namespace item, Namespace old, FieldErrors errors)
    {
        var wanted = item.Metadata.DeletionTimestamp is null ? NamespacePhase.Active : NamespacePhase.Terminating;
        if (item.Status.Phase != wanted)
        {
            errors.Invalid(FieldPath.Of("status")["phase"], item.Status.Phase, wanted == NamespacePhase.Active
                ? "may only be 'Active' if `deletionTimestamp` is empty"
                : "may only be 'Terminating' if `deletionTimestamp` is not empty");
        }
    }
}

/// <summary>The finalize subresource changes the finalizers of a namespace's spec.</summary>
internal sealed class NamespaceFinalizeStrategy : ResourceStrategy<Namespace>
{
    public override IReadOnlyList<string> NameErrors(string name) => Names.LabelErrors(name);

    public override bool IsHeld(Namespace item) => item.Spec.Finalizers is { Count: > 0 } || base.IsHeld(item);

    public override void PrepareForUpdate(Namespace item, Namespace old, StrategyContext context) => item.Status = old.Status;

    public override void ValidateUpdate(Namespace item, Namespace old, FieldErrors errors)
    {
        foreach (var finalizer in item.Spec.Finalizers ?? [])
        {
            var path = FieldPath.Of("spec")["finalizers"];
            var problems = LabelSyntax.KeyErrors(finalizer);
            errors.Invalid(path, finalizer, problems);
            if (problems.Count == 0 && !finalizer.Contains('/', StringComparison.Ordinal) && finalizer != NamespaceStrategy.Finalizer)
                errors.Invalid(path, finalizer, "name is neither a standard finalizer name nor is it fully qualified");
        }
    }
}

/// <summary>Nodes.</summary>
internal sealed class NodeStrategy : SpecStatusStrategy<Node>
{
    protected override bool CountsGenerations => false;

    protected override IApiMessage SpecOf(Node item) => item.Spec;

    protected override void TakeSpec(Node item, Node from) => item.Spec = from.Spec;

    protected override void TakeStatus(Node item, Node from) => item.Status = from.Status;

    /// <summary>A kubelet registers with its first status; unlike other kinds, creation keeps it.</summary>
    public override void PrepareForCreate(Node item, StrategyContext context) { }

    public override IEnumerable<string> Warnings(Node item, Node? old)
    {
        if (item.Spec.ConfigSource is not null) yield return "spec.configSource: the feature is removed";
        if (item.Spec.ExternalID.Length > 0) yield return "spec.externalID: this field is deprecated, and is unused by Kubernetes";
        foreach (var text in AddressWarnings.Networks(item.Spec.PodCIDRs, FieldPath.Of("spec")["podCIDRs"])) yield return text;
    }

    public override void Validate(Node item, FieldErrors errors)
    {
        NodeValidation.Common(item, errors);
        NodeValidation.PodNetworks(item.Spec.PodCIDRs ?? [], errors);
    }

    public override void ValidateUpdate(Node item, Node old, FieldErrors errors)
    {
        NodeValidation.Common(item, errors);
        NodeValidation.Change(item, old, errors);
    }
}
