using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of claims on storage.</summary>
internal static class ClaimValidation
{
    /// <summary>How a volume may be mounted, in the order it is told.</summary>
    public static readonly string[] AccessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

    /// <summary>What a volume looks like, in the order it is told.</summary>
    public static readonly string[] VolumeModes = ["Block", "Filesystem"];

    public static void Spec(PersistentVolumeClaimSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.AccessModes is not { Count: > 0 }) errors.Required(path["accessModes"], "at least 1 access mode is required");
        SelectorValidation.Validate(spec.Selector, path["selector"], errors);
        Modes(spec.AccessModes, path["accessModes"], errors);
        var storage = path["resources"].Key("storage");
        if (spec.Resources.Requests?.TryGetValue("storage", out var wanted) != true) errors.Required(storage);
        else Positive(wanted, storage, errors);
        FieldRules.OptionalName(spec.StorageClassName, Names.SubdomainErrors, path["storageClassName"], errors);
        FieldRules.Supported(spec.VolumeMode, VolumeModes, path["volumeMode"], errors);
        Source(spec, path, errors);
        FieldRules.OptionalName(spec.VolumeAttributesClassName, Names.SubdomainErrors, path["volumeAttributesClassName"], errors);
    }

    public static void Modes(List<string>? modes, FieldPath path, FieldErrors errors)
    {
        foreach (var mode in modes ?? []) FieldRules.Supported(mode, AccessModes, path, errors);
        if (modes?.Contains("ReadWriteOncePod") == true && modes.Exists(static m => m != "ReadWriteOncePod" && AccessModes.Contains(m)))
            errors.Forbidden(path, "may not use ReadWriteOncePod with other access modes");
    }

    public static void Positive(Quantity amount, FieldPath path, FieldErrors errors)
    {
        if (amount.Amount <= 0) errors.Invalid(path, amount, "must be greater than zero");
    }

    private static void Source(PersistentVolumeClaimSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.DataSource is { } source) Reference(source.ApiGroup, source.Kind, source.Name, path["dataSource"], errors);
        if (spec.DataSourceRef is not { } reference) return;
        Reference(reference.ApiGroup, reference.Kind, reference.Name, path["dataSourceRef"], errors);
        FieldRules.OptionalName(reference.Namespace, Names.LabelErrors, path["dataSourceRef"]["namespace"], errors);
        if (spec.DataSource is not { } both) return;
        if (!string.IsNullOrEmpty(reference.Namespace)) errors.Invalid(path, path["dataSource"].ToString(), "may not be specified when dataSourceRef.namespace is specified");
        else if (both.ApiGroup != reference.ApiGroup || both.Kind != reference.Kind || both.Name != reference.Name) errors.Invalid(path, path["dataSource"].ToString(), "must match dataSourceRef");
    }

    private static void Reference(string? group, string kind, string name, FieldPath path, FieldErrors errors)
    {
        if (name.Length == 0) errors.Required(path["name"]);
        if (kind.Length == 0) errors.Required(path["kind"]);
        if (string.IsNullOrEmpty(group))
        {
            if (kind != "PersistentVolumeClaim") errors.Invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
        }
        else errors.Invalid(path["apiGroup"], group, Names.SubdomainErrors(group));
    }
}
