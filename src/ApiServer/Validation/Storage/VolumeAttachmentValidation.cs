using Tiphys.Api;
using Tiphys.Api.Storage.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of volume attachments, which never change.</summary>
internal static class VolumeAttachmentValidation
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    public static KindRules<VolumeAttachment> Rules { get; } = new(static (item, errors) =>
    {
        RemoteVolumes.DriverName(item.Spec.Attacher, Spec["attacher"], errors);
        Source(item.Spec.Source, Spec["source"], errors);
        errors.Invalid(Spec["nodeName"], item.Spec.NodeName, Names.SubdomainErrors(item.Spec.NodeName));
        if (item.Spec.Source.PersistentVolumeName is { } volume) errors.Invalid(Spec["source"]["persistentVolumeName"], volume, Names.SubdomainErrors(volume));
    })
    {
        ValidateChange = static (item, old, errors) =>
        {
            FieldRules.Unchanged(item.Spec, old.Spec, Spec, errors);
        },
    };

    private static void Source(VolumeAttachmentSource source, FieldPath path, FieldErrors errors)
    {
        const string exactlyOne = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
        switch (source)
        {
            case { InlineVolumeSpec: null, PersistentVolumeName: null }:
                errors.Required(path, exactlyOne);
                break;
            case { InlineVolumeSpec: not null, PersistentVolumeName: not null }:
                errors.Forbidden(path, exactlyOne);
                break;
            case { PersistentVolumeName: { } name }:
                if (name.Length == 0) errors.Required(path["persistentVolumeName"], "must specify non empty persistentVolumeName");
                break;
            case { InlineVolumeSpec: { } inline }:
                VolumeObjectValidation.Inline(inline, path["inlineVolumeSpec"], errors);
                break;
        }
    }
}
