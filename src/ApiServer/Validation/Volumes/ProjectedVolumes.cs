using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of volumes put together from several sources.</summary>
internal static class ProjectedVolumes
{
    private const string Conflict = "conflicting duplicate paths";
    private const int LeastCertificateSeconds = 3600;
    private const int MostCertificateSeconds = 91 * 24 * 3600;
    private static readonly string[] s_keyTypes = ["RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"];

    public static void Validate(ProjectedVolumeSource projected, FieldPath path, FieldErrors errors)
    {
        VolumeValidation.Mode(projected.DefaultMode, path["defaultMode"], errors);
        var paths = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < projected.Sources.Count; i++) Source(projected.Sources[i], paths, path, path["sources"][i], errors);
    }

    private static void Source(VolumeProjection source, HashSet<string> paths, FieldPath volume, FieldPath path, FieldErrors errors)
    {
        var sources = 0;
        if (source.Secret is { } secret)
        {
            sources++;
            if (secret.Name.Length == 0) errors.Required(path["secret"]["name"]);
            Items(secret.Items, secret.Name, path["secret"]["items"]);
        }

        if (source.ConfigMap is { } map)
        {
            sources++;
            if (map.Name.Length == 0) errors.Required(path["configMap"]["name"]);
            Items(map.Items, map.Name, path["configMap"]["items"]);
        }

        if (source.DownwardAPI is { } downward)
        {
            sources++;
            foreach (var file in downward.Items ?? [])
            {
                VolumeValidation.DownwardFile(file, path["downwardAPI"], errors);
                Take(file.Path, file.Path);
            }
        }

        if (source.ServiceAccountToken is { } token)
        {
            sources++;
            VolumeValidation.TokenSeconds(token.ExpirationSeconds, path["serviceAccountToken"]["expirationSeconds"], errors);
            if (token.Path.Length == 0) errors.Required(volume["path"]);
            else FieldRules.VisiblePath(token.Path, volume["path"], errors);
        }

        if (source.ClusterTrustBundle is { } bundle)
        {
            sources++;
            Bundle(bundle, path["clusterTrustBundle"], errors);
            Take(bundle.Path, bundle.Path);
        }

        if (source.PodCertificate is { } certificate)
        {
            sources++;
            Certificate(certificate, path["podCertificate"], errors);
            Take(certificate.CredentialBundlePath, certificate.CredentialBundlePath);
            Take(certificate.KeyPath, certificate.KeyPath);
            Take(certificate.CertificateChainPath, certificate.CertificateChainPath);
        }

        if (sources > 1) errors.Forbidden(path, "may not specify more than 1 volume type per source");

        void Items(List<KeyToPath>? items, string name, FieldPath at)
        {
            VolumeValidation.Items(items, at, errors);
            foreach (var item in items ?? []) Take(item.Path, name);
        }

        void Take(string file, string shown)
        {
            if (file.Length > 0 && !paths.Add(file)) errors.Invalid(volume, shown, Conflict);
        }
    }

    private static void Bundle(ClusterTrustBundleProjection bundle, FieldPath path, FieldErrors errors)
    {
        if (bundle is { Name: not null, SignerName: not null }) errors.Invalid(path, bundle, "only one of name and signerName may be used");
        else if (bundle.Name is { } name)
        {
            if (name.Length == 0) errors.Required(path["name"], "must be a valid object name");
            foreach (var problem in Names.SubdomainErrors(name)) errors.Invalid(path["name"], name, $"not a valid clustertrustbundlename: {problem}");
            if (bundle.LabelSelector is { } selector) errors.Invalid(path["labelSelector"], selector, "labelSelector must be unset if name is specified");
        }
        else if (bundle.SignerName is { } signer)
        {
            if (signer.Length == 0) errors.Required(path["signerName"], "must be a valid signer name");
            else CertificateRules.SignerName(signer, path["signerName"], errors);
            SelectorValidation.Validate(bundle.LabelSelector, path["labelSelector"], errors);
        }
        else errors.Required(path, "either name or signerName must be specified");

        if (bundle.Path.Length == 0) errors.Required(path["path"]);
        FieldRules.VisiblePath(bundle.Path, path["path"], errors);
    }

    private static void Certificate(PodCertificateProjection certificate, FieldPath path, FieldErrors errors)
    {
        CertificateRules.SignerName(certificate.SignerName, path["signerName"], errors);
        FieldRules.Supported(certificate.KeyType, s_keyTypes, path["keyType"], errors);
        if (certificate.MaxExpirationSeconds < LeastCertificateSeconds)
            errors.Invalid(path["maxExpirationSeconds"], certificate.MaxExpirationSeconds, $"if provided, maxExpirationSeconds must be >= {LeastCertificateSeconds}");
        if (certificate.MaxExpirationSeconds > MostCertificateSeconds)
            errors.Invalid(path["maxExpirationSeconds"], certificate.MaxExpirationSeconds, $"if provided, maxExpirationSeconds must be <= {MostCertificateSeconds}");
        if (certificate is { CredentialBundlePath: "", KeyPath: "", CertificateChainPath: "" })
            errors.Required(path, "specify at least one of credentialBundlePath, keyPath, and certificateChainPath");
        if (certificate.CredentialBundlePath.Length > 0) FieldRules.VisiblePath(certificate.CredentialBundlePath, path["credentialBundlePath"], errors);
        if (certificate.KeyPath.Length > 0) FieldRules.VisiblePath(certificate.KeyPath, path["keyPath"], errors);
        if (certificate.CertificateChainPath.Length > 0) FieldRules.VisiblePath(certificate.CertificateChainPath, path["certificateChainPath"], errors);
    }
}
