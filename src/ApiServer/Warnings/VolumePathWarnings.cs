using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>Warns of files in one volume that would lie over each other.</summary>
internal static class VolumePathWarnings
{
    /// <summary>Warns of a volume's files.</summary>
    public static IEnumerable<string> Volume(Volume volume)
    {
        if (volume.ConfigMap is { } map) return Overlaps(volume.Name, $"ConfigMap {GoText.Quote(map.Name)}", Paths(map.Items, ""));
        if (volume.Secret is { } secret) return Overlaps(volume.Name, $"Secret {GoText.Quote(secret.SecretName)}", Paths(secret.Items, ""));
        if (volume.DownwardAPI is { } downward) return Overlaps(volume.Name, "DownwardAPI", Paths(downward.Items, ""));
        return volume.Projected is { } projected ? Projected(volume.Name, projected) : [];
    }

    private static IEnumerable<string> Projected(string name, ProjectedVolumeSource projected)
    {
        var before = new List<File>();
        foreach (var source in projected.Sources)
        {
            if (source is { ConfigMap: null, Secret: null, DownwardAPI: null, ServiceAccountToken: null, ClusterTrustBundle: null, PodCertificate: null })
                yield return $"volume {GoText.Quote(name)} (Projected) has no sources provided";
            foreach (var text in Overlaps(name, "Projected", Files(source), before)) yield return text;
        }
    }

    private static IEnumerable<File> Files(VolumeProjection source)
    {
        if (source.ConfigMap?.Items is { } map) return Paths(map, $"ConfigMap {GoText.Quote(source.ConfigMap.Name)}");
        if (source.Secret?.Items is { } secret) return Paths(secret, $"Secret {GoText.Quote(source.Secret.Name)}");
        if (source.DownwardAPI?.Items is { } downward) return Paths(downward, "DownwardAPI");
        if (source.ServiceAccountToken is { } token) return [new(token.Path, "ServiceAccountToken")];
        if (source.ClusterTrustBundle is { } bundle) return [new(bundle.Path, $"ClusterTrustBundle {GoText.Quote(bundle.Name ?? bundle.SignerName ?? "")}")];
        if (source.PodCertificate is not { } certificate) return [];
        return new File[] { new(certificate.CertificateChainPath, "PodCertificate chain"), new(certificate.KeyPath, "PodCertificate key"), new(certificate.CredentialBundlePath, "PodCertificate credential bundle") }
            .Where(static f => f.Path.Length > 0);
    }

    private static IEnumerable<File> Paths(IEnumerable<KeyToPath>? items, string source) => (items ?? []).Select(i => new File(i.Path, source));

    private static IEnumerable<File> Paths(IEnumerable<DownwardAPIVolumeFile>? items, string source) => (items ?? []).Select(i => new File(i.Path, source));

    private static IEnumerable<string> Overlaps(string volume, string description, IEnumerable<File> files, List<File>? before = null)
    {
        before ??= [];
        foreach (var given in files)
        {
            var file = given with { Path = given.Path.TrimEnd('/') };
            foreach (var other in before)
                if (file.Overlaps(other)) yield return $"volume {GoText.Quote(volume)} ({description}): overlapping paths: {file} with {other}";
            before.Add(file);
        }
    }

    /// <summary>A file of a volume, and where its content comes from when there are several sources.</summary>
    private sealed record File(string Path, string Source)
    {
        public bool Overlaps(File other) => Path.Length > 0 && other.Path.Length > 0 && (IsIn(Path, other.Path) || IsIn(other.Path, Path));

        private static bool IsIn(string path, string folder) => path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == '/');

        public override string ToString() => Source.Length > 0 ? $"{GoText.Quote(Path)} ({Source})" : GoText.Quote(Path);
    }
}
