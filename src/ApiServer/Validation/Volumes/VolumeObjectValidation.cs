using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of PersistentVolumes, and of claims as objects of their own.</summary>
internal static class VolumeObjectValidation
{
    private const string NotInline = "may not be specified in the context of inline volumes";
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly string[] s_reclaimPolicies = ["Delete", "Recycle", "Retain"];

    public static KindRules<PersistentVolume> Volumes { get; } = new(static (item, errors) => Volume(item.Spec, inline: false, Spec, errors))
    {
        Prepare = static (item, context) => item.Status = new() { Phase = PersistentVolumePhase.Pending, LastPhaseTransitionTime = context.Time.GetUtcNow().ToWholeSeconds() },
        ValidateChange = static (item, old, errors) =>
        {
            if (!ApiJson.Same(PersistentSources.Only(item.Spec), PersistentSources.Only(old.Spec)))
                errors.Forbidden(Spec["persistentvolumesource"], "spec.persistentvolumesource is immutable after creation");
            FieldRules.Unchanged(item.Spec.VolumeMode, old.Spec.VolumeMode, FieldPath.Of("volumeMode"), errors);
            if (old.Spec.NodeAffinity is not null && !ApiJson.Same(item.Spec.NodeAffinity, old.Spec.NodeAffinity)) errors.Invalid(FieldPath.Of("nodeAffinity"), item.Spec.NodeAffinity, FieldRules.Immutable);
            if (old.Spec.VolumeAttributesClassName is not null && item.Spec.VolumeAttributesClassName is null)
                errors.Forbidden(Spec["volumeAttributesClassName"], "update from non-nil value to nil is forbidden");
        },
    };

    public static KindRules<PersistentVolumeClaim> Claims { get; } = new(static (item, errors) => ClaimValidation.Spec(item.Spec, Spec, errors))
    {
        Prepare = static (item, _) => item.Status = new() { Phase = PersistentVolumeClaimPhase.Pending },
        ValidateChange = ClaimChange,
    };

    /// <summary>A volume's spec within an attachment.</summary>
    public static void Inline(PersistentVolumeSpec spec, FieldPath path, FieldErrors errors) => Volume(spec, inline: true, path, errors);

    private static void Volume(PersistentVolumeSpec spec, bool inline, FieldPath path, FieldErrors errors)
    {
        if (inline)
        {
            if (spec.ClaimRef is not null) errors.Forbidden(path["claimRef"], NotInline);
            if (spec.Capacity is { Count: > 0 }) errors.Forbidden(path["capacity"], NotInline);
            if (spec.NodeAffinity is not null) errors.Forbidden(path["nodeAffinity"], NotInline);
            if (spec.StorageClassName.Length > 0) errors.Forbidden(path["storageClassName"], NotInline);
            if (spec.Csi is null) errors.Required(path["csi"], "has to be specified in the context of inline volumes");
        }
        else
        {
            Capacity(spec.Capacity, path["capacity"], errors);
            if (spec.NodeAffinity is { Required: null }) errors.Required(path["nodeAffinity"]["required"], "must specify required node constraints");
            if (spec.NodeAffinity?.Required is { } nodes) NodeSelectorValidation.Required(nodes, path["nodeAffinity"]["required"], errors);
            FieldRules.OptionalName(spec.StorageClassName, Names.SubdomainErrors, path["storageClassName"], errors);
        }

        if (spec.AccessModes is not { Count: > 0 }) errors.Required(path["accessModes"]);
        ClaimValidation.Modes(spec.AccessModes, path["accessModes"], errors);
        if (spec.PersistentVolumeReclaimPolicy.Length > 0) FieldRules.Supported(spec.PersistentVolumeReclaimPolicy, s_reclaimPolicies, path["persistentVolumeReclaimPolicy"], errors);
        PersistentSources.Validate(spec, path, errors);
        if (spec.HostPath is { } host && host.Path.TrimEnd('/').Length == 0 && host.Path.Length > 0 && spec.PersistentVolumeReclaimPolicy == "Recycle")
            errors.Forbidden(path["persistentVolumeReclaimPolicy"], "may not be 'recycle' for a hostPath mount of '/'");
        FieldRules.Supported(spec.VolumeMode, ClaimValidation.VolumeModes, path["volumeMode"], errors);
        if (spec.VolumeAttributesClassName is not { } attributes) return;
        if (attributes.Length == 0) errors.Required(path["volumeAttributesClassName"], "an empty string is disallowed");
        else errors.Invalid(path["volumeAttributesClassName"], attributes, Names.SubdomainErrors(attributes));
        if (spec.Csi is null) errors.Required(path["csi"], "has to be specified when using volumeAttributesClassName");
    }

    private static void Capacity(Dictionary<string, Quantity>? capacity, FieldPath path, FieldErrors errors)
    {
        if (capacity is not { Count: > 0 }) errors.Required(path);
        if (capacity?.ContainsKey("storage") != true || capacity.Count > 1) errors.NotSupported(path, capacity, ["storage"]);
        foreach (var (name, amount) in capacity ?? [])
        {
            if (amount.Amount < 0) errors.Invalid(path.Key(name), amount.Value, "must be a valid resource quantity");
            ClaimValidation.Positive(amount, path.Key(name), errors);
        }
    }

    /// <summary>A claim can grow, and change its class of attributes, once it is bound.</summary>
    private static void ClaimChange(PersistentVolumeClaim item, PersistentVolumeClaim old, FieldErrors errors)
    {
        var (now, before) = (item.Spec.DeepCopy(), old.Spec.DeepCopy());
        if (before.VolumeName.Length == 0) before.VolumeName = now.VolumeName; // the binder fills it in
        if (before.StorageClassName is null) before.StorageClassName = now.StorageClassName;
        if (item.Status.Phase == PersistentVolumeClaimPhase.Bound)
        {
            if (before.Resources.Requests?.TryGetValue("storage", out var size) == true && now.Resources.Requests is { } requests) requests["storage"] = size;
            now.VolumeAttributesClassName = before.VolumeAttributesClassName;
        }

        if (!ApiJson.Same(now, before)) errors.Forbidden(Spec, "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims");
        if (Storage(item.Spec) < Storage(old.Spec) && Storage(item.Spec) <= (old.Status.Capacity?.GetValueOrDefault("storage").Amount ?? 0))
            errors.Forbidden(Spec["resources"]["requests"]["storage"], "field can not be less than status.capacity");
        FieldRules.Unchanged(item.Spec.VolumeMode, old.Spec.VolumeMode, FieldPath.Of("volumeMode"), errors);
    }

    private static decimal Storage(PersistentVolumeClaimSpec spec) => spec.Resources.Requests?.GetValueOrDefault("storage").Amount ?? 0;
}
