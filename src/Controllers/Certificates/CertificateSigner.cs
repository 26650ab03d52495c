using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tiphys.Api.Certificates.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Signs approved certificate requests with the cluster's authority (upstream's csrsigning controller).</summary>
internal sealed class CertificateSigner : KeyedController
{
    private const string KubeletServing = "kubernetes.io/kubelet-serving";
    private const string KubeletClient = "kubernetes.io/kube-apiserver-client-kubelet";
    private const string ApiClient = "kubernetes.io/kube-apiserver-client";
    private const string Legacy = "kubernetes.io/legacy-unknown";
    private static readonly TimeSpan Backdate = TimeSpan.FromMinutes(5);
    private readonly X509Certificate2 _authority;
    private readonly IInformer<CertificateSigningRequest> _requests;

    public CertificateSigner(ControllerContext context, X509Certificate2 authority) : base(context, 5)
    {
        _authority = authority;
        _requests = context.Informer<CertificateSigningRequest>();
        _requests.On(Enqueue, (_, after) => Enqueue(after));
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_requests.Get(key) is not { } csr || csr.Status.Certificate is { Length: > 0 } || csr.Spec.SignerName is not (KubeletServing or KubeletClient or ApiClient or Legacy)) return Requeue.None;
        if (!Has(csr, "Approved") || Has(csr, "Denied") || Has(csr, "Failed")) return Requeue.None;
        var copy = csr.DeepCopy();
        try
        {
            copy.Status.Certificate = Encoding.ASCII.GetBytes(Sign(csr));
        }
        catch (Exception e) when (e is CryptographicException or FormatException or ArgumentException)
        {
            (copy.Status.Conditions ??= []).Add(new() { Type = "Failed", Status = "True", Reason = "SignerValidationFailure", Message = e.Message, LastUpdateTime = Context.Now, LastTransitionTime = Context.Now });
        }

        await Client.Resource<CertificateSigningRequest>().UpdateStatusAsync(copy, cancel);
        return Requeue.None;
    }

    private string Sign(CertificateSigningRequest csr)
    {
        var asked = CertificateRequest.LoadSigningRequestPem(Encoding.ASCII.GetString(csr.Spec.Request), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        Check(csr);
        var request = new CertificateRequest(asked.SubjectName, asked.PublicKey, HashAlgorithmName.SHA256);
        foreach (var extension in asked.CertificateExtensions)
            if (extension.Oid?.Value == "2.5.29.17") request.CertificateExtensions.Add(extension);
        var (usages, extended) = CertificateUsages.Of(csr.Spec.Usages ?? []);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        if (usages != X509KeyUsageFlags.None) request.CertificateExtensions.Add(new X509KeyUsageExtension(usages, true));
        if (extended.Count > 0) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(extended, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, true, false));
        var life = csr.Spec.ExpirationSeconds is { } seconds && TimeSpan.FromSeconds(seconds) < Context.Options.ClusterSigningDuration ? TimeSpan.FromSeconds(seconds) : Context.Options.ClusterSigningDuration;
        var start = Context.Now - Backdate;
        if (start < _authority.NotBefore) start = _authority.NotBefore;
        var end = Context.Now + life;
        using var certificate = _authority.Sign(request, start, end);
        return certificate.ExportCertificatePem() + "\n";
    }

    /// <summary>What each signer lets a certificate say.</summary>
    private static void Check(CertificateSigningRequest csr)
    {
        var usages = csr.Spec.Usages ?? [];
        switch (csr.Spec.SignerName)
        {
            case KubeletClient when KubeletRequest.Parse(csr) is null:
                throw new FormatException("the request is not a valid kubelet client certificate request");
            case ApiClient when !usages.Contains("client auth") || usages.Exists(static u => u is not ("client auth" or "digital signature" or "key encipherment")):
                throw new FormatException("invalid usage for client certificate");
            case KubeletServing:
                var claims = CertificateClaims.Parse(csr) ?? throw new FormatException("the request cannot be read");
                if (!claims.CommonName.StartsWith("system:node:", StringComparison.Ordinal) || claims.Organizations is not ["system:nodes"]) throw new FormatException("subject common name does not begin with system:node: or organization is not system:nodes");
                if (claims.DnsNames.Count + claims.Addresses.Count == 0) throw new FormatException("DNS or IP subjectAltName is required");
                if (claims.HasOtherNames) throw new FormatException("only DNS and IP subjectAltNames are allowed");
                if (!claims.IsForServer) throw new FormatException("usages did not match");
                break;
        }
    }

    private static bool Has(CertificateSigningRequest csr, string type) => csr.Status.Conditions?.Exists(c => c.Type == type) == true;
}

/// <summary>Certificates' usages by the names requests use.</summary>
internal static class CertificateUsages
{
    /// <summary>The usages as extensions hold them.</summary>
    public static (X509KeyUsageFlags Flags, OidCollection Extended) Of(IEnumerable<string> names)
    {
        var flags = X509KeyUsageFlags.None;
        var extended = new OidCollection();
        foreach (var name in names)
        {
            flags |= name switch
            {
                "signing" or "digital signature" => X509KeyUsageFlags.DigitalSignature,
                "content commitment" => X509KeyUsageFlags.NonRepudiation,
                "key encipherment" => X509KeyUsageFlags.KeyEncipherment,
                "key agreement" => X509KeyUsageFlags.KeyAgreement,
                "data encipherment" => X509KeyUsageFlags.DataEncipherment,
                "cert sign" => X509KeyUsageFlags.KeyCertSign,
                "crl sign" => X509KeyUsageFlags.CrlSign,
                "encipher only" => X509KeyUsageFlags.EncipherOnly,
                "decipher only" => X509KeyUsageFlags.DecipherOnly,
                _ => X509KeyUsageFlags.None,
            };
            var oid = name switch
            {
                "any" => "2.5.29.37.0",
                "server auth" => "1.3.6.1.5.5.7.3.1",
                "client auth" => "1.3.6.1.5.5.7.3.2",
                "code signing" => "1.3.6.1.5.5.7.3.3",
                "email protection" or "s/mime" => "1.3.6.1.5.5.7.3.4",
                "timestamping" => "1.3.6.1.5.5.7.3.8",
                "ocsp signing" => "1.3.6.1.5.5.7.3.9",
                _ => null,
            };
            if (oid is not null) extended.Add(new Oid(oid));
        }

        return (flags, extended);
    }
}
