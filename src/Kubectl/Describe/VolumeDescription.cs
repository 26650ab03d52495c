using Tiphys.Api.Core.V1;

namespace Tiphys.Kubectl.Describe;

/// <summary>The volumes of pods and pod templates.</summary>
internal static class VolumeDescription
{
    private const int LongestAttribute = 140;

    public static void Write(List<Volume>? volumes, DescriptionWriter writer, string space)
    {
        if (volumes is not { Count: > 0 })
        {
            writer.Write(0, $"{space}Volumes:\t{Texts.None}\n");
            return;
        }

        writer.Write(0, $"{space}Volumes:\n");
        foreach (var volume in volumes)
        {
            writer.Write(1, $"{(space.Length > 0 ? " " : "")}{volume.Name}:\n");
            Source(volume, writer);
        }
    }

    /// <summary>Writes a volume's type and its fields.</summary>
    public static void Fields(DescriptionWriter writer, string type, params ReadOnlySpan<(string Label, object? Value)> fields)
    {
        writer.Field("Type", type, 2);
        foreach (var (label, value) in fields) writer.Field(label, value is bool flag ? Texts.Bool(flag) : value, 2);
    }

    /// <summary>A reference to a secret, as Go prints pointers to such.</summary>
    public static string Reference(LocalObjectReference? reference) => reference is null ? "nil" : $"&LocalObjectReference{{Name:{reference.Name},}}";

    private static void Source(Volume v, DescriptionWriter w)
    {
        if (v.HostPath is { } host) HostPath(host, w);
        else if (v.EmptyDir is { } empty) Fields(w, "EmptyDir (a temporary directory that shares a pod's lifetime)", ("Medium", empty.Medium), ("SizeLimit", empty.SizeLimit is { } limit && limit.Amount > 0 ? limit : Texts.Unset));
        else if (v.Secret is { } secret) Fields(w, "Secret (a volume populated by a Secret)", ("SecretName", secret.SecretName), ("Optional", secret.Optional == true));
        else if (v.ConfigMap is { } map) Fields(w, "ConfigMap (a volume populated by a ConfigMap)", ("Name", map.Name), ("Optional", map.Optional == true));
        else if (v.PersistentVolumeClaim is { } claim) Fields(w, "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)", ("ClaimName", claim.ClaimName), ("ReadOnly", claim.ReadOnly));
        else if (v.Ephemeral is { } ephemeral) Ephemeral(ephemeral, w);
        else if (v.DownwardAPI is { } downward) Downward(downward, w);
        else if (v.Projected is { } projected) Projected(projected, w);
        else if (v.Csi is { } csi)
        {
            Fields(w, "CSI (a Container Storage Interface (CSI) volume source)", ("Driver", csi.Driver), ("FSType", csi.FsType), ("ReadOnly", csi.ReadOnly == true));
            Attributes(csi.VolumeAttributes, w);
        }
        else if (v.Image is { } image) Fields(w, "Image (a container image or OCI artifact)", ("Reference", image.Reference), ("PullPolicy", image.PullPolicy));
        else if (v.GitRepo is { } git) Fields(w, "GitRepo (a volume that is pulled from git when the pod is created)", ("Repository", git.Repository), ("Revision", git.Revision));
        else if (!NetworkVolumeDescription.Write(v, w)) w.Write(1, Texts.Unknown + "\n");
    }

    public static void HostPath(HostPathVolumeSource source, DescriptionWriter writer) =>
        Fields(writer, "HostPath (bare host directory volume)", ("Path", source.Path), ("HostPathType", source.Type ?? Texts.None));

    /// <summary>Attributes of a CSI volume.</summary>
    public static void Attributes(Dictionary<string, string>? attributes, DescriptionWriter writer)
    {
        writer.Write(2, "VolumeAttributes:\t");
        if (attributes is not { Count: > 0 })
        {
            writer.Line(Texts.None);
            return;
        }

        // Every attribute is indented, also the first, which follows its title on the line.
        var first = true;
        foreach (var (key, value) in DescriptionWriter.Sorted(attributes))
        {
            var line = $"{key}={value}";
            if (!first) writer.Write(4, "\t");
            writer.Write(2, (line.Length > LongestAttribute ? line[..LongestAttribute] + "..." : line) + "\n");
            first = false;
        }
    }

    private static void Ephemeral(EphemeralVolumeSource source, DescriptionWriter writer)
    {
        Fields(writer, "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)");
        if (source.VolumeClaimTemplate is { } template) PersistentVolumeClaimDescriber.Write(new PersistentVolumeClaim { Metadata = template.Metadata, Spec = template.Spec }, writer.Nested(2), full: false);
    }

    private static void Downward(DownwardAPIVolumeSource source, DescriptionWriter writer)
    {
        Fields(writer, "DownwardAPI (a volume populated by information about the pod)");
        writer.Write(2, "Items:\n");
        foreach (var item in source.Items ?? [])
        {
            if (item.FieldRef is { } field) writer.Write(3, $"{field.FieldPath} -> {item.Path}\n");
            if (item.ResourceFieldRef is { } resource) writer.Write(3, $"{resource.Resource} -> {item.Path}\n");
        }
    }

    private static void Projected(ProjectedVolumeSource projected, DescriptionWriter writer)
    {
        Fields(writer, "Projected (a volume that contains injected data from multiple sources)");
        foreach (var source in projected.Sources)
        {
            if (source.Secret is { } secret)
            {
                writer.Field("SecretName", secret.Name, 2);
                writer.Field("Optional", Texts.Bool(secret.Optional == true), 2);
            }
            else if (source.DownwardAPI is not null) writer.Field("DownwardAPI", "true", 2);
            else if (source.ConfigMap is { } map)
            {
                writer.Field("ConfigMapName", map.Name, 2);
                writer.Field("Optional", Texts.Bool(map.Optional == true), 2);
            }
            else if (source.ServiceAccountToken is { } token) writer.Field("TokenExpirationSeconds", token.ExpirationSeconds, 2);
        }
    }
}
