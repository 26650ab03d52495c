using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tiphys.Client;

/// <summary>A certificate as it is asked for: whom it names, for what, and which signer is to sign it.</summary>
public sealed record CertificateTemplate
{
    /// <summary>The signer, for example <c>kubernetes.io/kube-apiserver-client-kubelet</c>.</summary>
    public required string SignerName { get; init; }

    /// <summary>Common name: a client's user name.</summary>
    public required string CommonName { get; init; }

    /// <summary>Organizations: a client's groups.</summary>
    public IReadOnlyList<string> Organizations { get; init; } = [];

    /// <summary>DNS names of a server.</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <summary>Addresses of a server.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>What the key may be used for, in the words of certificate signing requests.</summary>
    public required IReadOnlyList<string> Usages { get; init; }

    /// <summary>A client's certificate.</summary>
    public static CertificateTemplate Client(string signer, string user, params IReadOnlyList<string> groups) =>
        new() { SignerName = signer, CommonName = user, Organizations = groups, Usages = ["digital signature", "client auth"] };

    /// <summary>A server's certificate.</summary>
    public static CertificateTemplate Server(string signer, string user, IReadOnlyList<string> groups, IReadOnlyList<string> names, IReadOnlyList<IPAddress> addresses) =>
        new() { SignerName = signer, CommonName = user, Organizations = groups, DnsNames = names, Addresses = addresses, Usages = ["digital signature", "server auth"] };

    /// <summary>The PKCS#10 request, as PEM, signed with the key.</summary>
    public string Request(ECDsa key)
    {
        var subject = new X500DistinguishedNameBuilder();
        foreach (var organization in Organizations) subject.AddOrganizationName(organization);
        subject.AddCommonName(CommonName);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        if (DnsNames.Count + Addresses.Count > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var name in DnsNames) names.AddDnsName(name);
            foreach (var address in Addresses) names.AddIpAddress(address);
            request.CertificateExtensions.Add(names.Build());
        }

        return request.CreateSigningRequestPem();
    }

    /// <summary>Whether a certificate says everything that is asked for here; it may say more.</summary>
    public bool IsMetBy(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        var parts = certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(static n => !n.HasMultipleElements)
            .ToLookup(static n => n.GetSingleElementType().Value, static n => n.GetSingleElementValue());
        return parts["2.5.4.3"].SequenceEqual([CommonName])
            && Organizations.All(o => parts["2.5.4.10"].Contains(o))
            && DnsNames.All(d => names?.EnumerateDnsNames().Contains(d) == true)
            && Addresses.All(a => names?.EnumerateIPAddresses().Contains(a) == true);
    }
}
