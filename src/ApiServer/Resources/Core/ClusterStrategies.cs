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

    public override string? NameError(string name) => Names.LabelError(name);

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
    public override string? NameError(string name) => Names.LabelError(name);

    public override bool IsHeld(Namespace item) => item.Spec.Finalizers is { Count: > 0 } || base.IsHeld(item);

    public override void PrepareForUpdate(Namespace item, Namespace old, StrategyContext context) => item.Status = old.Status;

    public override void ValidateUpdate(Namespace item, Namespace old, FieldErrors errors)
    {
        foreach (var finalizer in item.Spec.Finalizers ?? [])
        {
            var path = FieldPath.Of("spec")["finalizers"];
            if (LabelSyntax.KeyError(finalizer) is { } error) errors.Invalid(path, finalizer, error);
            else if (!finalizer.Contains('/', StringComparison.Ordinal) && finalizer != NamespaceStrategy.Finalizer)
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

    public override void Validate(Node item, FieldErrors errors)
    {
        var seen = new HashSet<(string, string)>();
        for (var i = 0; i < (item.Spec.Taints?.Count ?? 0); i++)
        {
            var taint = item.Spec.Taints![i];
            var path = FieldPath.Of("metadata")["taints"][i];
            if (LabelSyntax.KeyError(taint.Key) is { } keyError) errors.Invalid(path["key"], taint.Key, keyError);
            if (LabelSyntax.ValueError(taint.Value) is { } valueError) errors.Invalid(path["value"], taint.Value, valueError);
            if (taint.Effect is not (TaintEffect.NoSchedule or TaintEffect.PreferNoSchedule or TaintEffect.NoExecute))
                errors.NotSupported(path["effect"], taint.Effect, [TaintEffect.NoExecute, TaintEffect.NoSchedule, TaintEffect.PreferNoSchedule]);
            if (!seen.Add((taint.Key, taint.Effect))) errors.Duplicate(path, $"{taint.Key}:{taint.Effect}");
        }
    }

    public override void ValidateUpdate(Node item, Node old, FieldErrors errors)
    {
        Validate(item, errors);
        if (old.Spec.ProviderID.Length > 0 && item.Spec.ProviderID != old.Spec.ProviderID) errors.Forbidden(FieldPath.Of("spec")["providerID"], "node updates may not change providerID except from \"\" to valid");
        if (old.Spec.PodCIDR.Length > 0 && item.Spec.PodCIDR != old.Spec.PodCIDR) errors.Forbidden(FieldPath.Of("spec")["podCIDRs"], "node updates may not change podCIDR except from \"\" to valid");
    }
}
