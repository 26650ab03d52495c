using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tiphys.Client;
using Tiphys.Grpc.Server;

namespace Tiphys.ApiServer;

/// <summary>A certificate authority of the cluster: a self-signed certificate and the key that signs others.</summary>
public sealed class CertificateAuthority : IDisposable
{
    private static readonly TimeSpan CaLifetime = TimeSpan.FromDays(3650);
    private static readonly TimeSpan LeafLifetime = TimeSpan.FromDays(365);

    /// <summary>Clocks of nodes differ; a fresh certificate must be valid on all of them.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _time;

    private CertificateAuthority(X509Certificate2 certificate, TimeProvider time)
    {
        Certificate = certificate;
        _time = time;
    }

    /// <summary>The certificate, with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificate as PEM, for kubeconfigs and CA bundles.</summary>
    public string Pem => Certificate.ExportCertificatePem() + "\n";

    /// <summary>Loads an authority from a pair of files, or makes it.</summary>
    /// <param name="certificatePath">PEM file of the certificate.</param>
    /// <param name="keyPath">PEM file of the key.</param>
    /// <param name="commonName">Name of a new authority.</param>
    /// <param name="time">Clock.</param>
    /// <exception cref="CryptographicException">The files exist and do not fit together: replacing them would cut off everyone who trusts them.</exception>
    public static CertificateAuthority Open(string certificatePath, string keyPath, string commonName, TimeProvider time)
    {
        if (TryLoad(certificatePath, keyPath, time) is { } loaded) return loaded;
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={commonName}"), pair, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(commonName);
        request.CertificateExtensions.Add(names.Build());
        var now = time.GetUtcNow();
        var made = request.CreateSelfSigned(now - Skew, now + CaLifetime);

        // The key first: a certificate without its key would be taken for a whole authority gone bad.
        PkiFiles.WritePrivate(keyPath, pair.ExportECPrivateKeyPem());
        PkiFiles.WritePublic(certificatePath, made.ExportCertificatePem());
        return new CertificateAuthority(made, time);
    }

    /// <summary>Loads an authority; null when a file is missing or it has expired.</summary>
    internal static CertificateAuthority? TryLoad(string certificatePath, string keyPath, TimeProvider time)
    {
        if (PkiFiles.TryRead(certificatePath) is not { } certificate || PkiFiles.TryRead(keyPath) is not { } key) return null;
        var loaded = X509Certificate2.CreateFromPem(certificate, key);
        if (loaded.NotAfter > time.GetUtcNow().UtcDateTime.ToLocalTime()) return new CertificateAuthority(loaded, time);
        loaded.Dispose();
        return null;
    }

    /// <summary>Whether this authority signed a certificate, valid or not.</summary>
    internal bool Signed(X509Certificate2 certificate) => Signed(Certificate, certificate);

    /// <summary>Whether an authority signed a certificate. Authorities made anew have the old one's name; the key tells them apart.</summary>
    internal static bool Signed(X509Certificate2 authority, X509Certificate2 certificate)
    {
        if (!certificate.IssuerName.RawData.AsSpan().SequenceEqual(authority.SubjectName.RawData)) return false;
        var wanted = authority.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()?.SubjectKeyIdentifierBytes;
        var named = certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier;
        return wanted is null || named is null || wanted.Value.Span.SequenceEqual(named.Value.Span);
    }

    /// <summary>Issues a certificate to a new key.</summary>
    /// <param name="subject">Whom or what it names, and what it is for.</param>
    public X509Certificate2 Issue(CertificateSubject subject)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issued = Sign(pair, subject, LeafLifetime);
        return issued.CopyWithPrivateKey(pair);
    }

    private X509Certificate2 Sign(ECDsa publicKey, CertificateSubject subject, TimeSpan lifetime)
    {
        var request = new CertificateRequest(subject.DistinguishedName(), publicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(subject.Usages(), false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        if (subject.DnsNames.Count + subject.Addresses.Count > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var name in subject.DnsNames) names.AddDnsName(name);
            foreach (var address in subject.Addresses) names.AddIpAddress(address);
            request.CertificateExtensions.Add(names.Build());
        }

        var now = _time.GetUtcNow();
        return Certificate.Sign(request, now - Skew, now + lifetime);
    }

    /// <summary>Whether a certificate was issued by this authority and is valid now, for use by a client.</summary>
    public bool VerifiesClient(X509Certificate2 certificate) => ClientTrust.IsTrusted(certificate, [Certificate], at: _time.GetUtcNow());

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();
}

/// <summary>What a certificate says of its holder.</summary>
public sealed record CertificateSubject
{
    internal const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    internal const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    /// <summary>Common name: the user name of a client.</summary>
    public required string CommonName { get; init; }

    /// <summary>Organizations: the groups of a client.</summary>
    public IReadOnlyList<string> Organizations { get; init; } = [];

    /// <summary>DNS names of a server.</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <summary>Addresses of a server.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>The holder may act as a client.</summary>
    public bool Client { get; init; }

    /// <summary>The holder may act as a server.</summary>
    public bool Server { get; init; }

    internal X500DistinguishedName DistinguishedName()
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(CommonName);
        foreach (var organization in Organizations) builder.AddOrganizationName(organization);
        return builder.Build();
    }

    internal OidCollection Usages()
    {
        var usages = new OidCollection();
        if (Server) usages.Add(new Oid(ServerUsage));
        if (Client) usages.Add(new Oid(ClientUsage));
        return usages;
    }

    /// <summary>What a certificate says.</summary>
    internal static CertificateSubject Of(X509Certificate2 certificate)
    {
        var parts = certificate.SubjectName.EnumerateRelativeDistinguishedNames().Where(static n => !n.HasMultipleElements).ToLookup(static n => n.GetSingleElementType().Value, static n => n.GetSingleElementValue()!);
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        var usages = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(static e => e.EnhancedKeyUsages.Cast<Oid>().Select(static u => u.Value)).ToHashSet();
        return new()
        {
            CommonName = parts["2.5.4.3"].FirstOrDefault() ?? "",
            Organizations = [.. parts["2.5.4.10"]],
            DnsNames = [.. names?.EnumerateDnsNames() ?? []],
            Addresses = [.. names?.EnumerateIPAddresses() ?? []],
            Client = usages.Contains(ClientUsage),
            Server = usages.Contains(ServerUsage),
        };
    }

    /// <summary>Whether a certificate names exactly this subject.</summary>
    internal bool Matches(X509Certificate2 certificate)
    {
        if (!certificate.SubjectName.RawData.AsSpan().SequenceEqual(DistinguishedName().RawData)) return false;
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        var dns = names?.EnumerateDnsNames() ?? [];
        var addresses = names?.EnumerateIPAddresses() ?? [];
        return DnsNames.ToHashSet(StringComparer.Ordinal).SetEquals(dns) && Addresses.ToHashSet().SetEquals(addresses);
    }
}
