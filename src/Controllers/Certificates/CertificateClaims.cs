using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tiphys.Api.Certificates.V1;

namespace Tiphys.Controllers;

/// <summary>What a certificate request wants its certificate to say.</summary>
/// <param name="CommonName">User name.</param>
/// <param name="Organizations">Groups.</param>
/// <param name="DnsNames">DNS names.</param>
/// <param name="Addresses">Addresses.</param>
/// <param name="HasOtherNames">There are alternative names of other kinds, such as URIs.</param>
/// <param name="Usages">Usages of the key.</param>
internal sealed record CertificateClaims(string CommonName, IReadOnlyList<string> Organizations, IReadOnlyList<string> DnsNames, IReadOnlyList<IPAddress> Addresses, bool HasOtherNames, IReadOnlySet<string> Usages)
{
    private const string CommonNameType = "2.5.4.3";
    private const string OrganizationType = "2.5.4.10";
    private const string AlternativeNames = "2.5.29.17";
    private static readonly string[] s_client = ["digital signature", "client auth"];
    private static readonly string[] s_server = ["digital signature", "server auth"];

    /// <summary>Whether there are alternative names of any kind.</summary>
    public bool HasAlternativeNames => DnsNames.Count > 0 || Addresses.Count > 0 || HasOtherNames;

    /// <summary>Whether the usages are those of a client, with key encipherment for RSA keys or without.</summary>
    public bool IsForClient => IsFor(s_client);

    /// <summary>Whether the usages are those of a server.</summary>
    public bool IsForServer => IsFor(s_server);

    /// <summary>
    /// Reads a request; null when it cannot be read, or when its subject has a part with several values: what one reader takes
    /// for one name, another might take for a group.
    /// </summary>
    public static CertificateClaims? Parse(CertificateSigningRequest csr)
    {
        try
        {
            var request = CertificateRequest.LoadSigningRequestPem(Encoding.ASCII.GetString(csr.Spec.Request), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
            var parts = request.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false).ToList();
            if (parts.Exists(static p => p.HasMultipleElements)) return null;
            var values = parts.ToLookup(static p => p.GetSingleElementType().Value, static p => p.GetSingleElementValue() ?? "");
            if (values[CommonNameType].Count() > 1) return null;
            var extensions = request.CertificateExtensions.Where(static e => e.Oid?.Value == AlternativeNames).ToList();
            if (extensions.Count > 1) return null;
            var names = extensions.Count == 0 ? null : new X509SubjectAlternativeNameExtension(extensions[0].RawData);
            return new(
                values[CommonNameType].FirstOrDefault() ?? "",
                [.. values[OrganizationType]],
                [.. names?.EnumerateDnsNames() ?? []],
                [.. names?.EnumerateIPAddresses() ?? []],
                names is not null && HasOthers(names.RawData),
                (csr.Spec.Usages ?? []).ToHashSet(StringComparer.Ordinal));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or AsnContentException)
        {
            return null;
        }
    }

    private bool IsFor(string[] usages) => Usages.SetEquals(usages) || Usages.SetEquals([.. usages, "key encipherment"]);

    private static bool HasOthers(byte[] names)
    {
        const int dns = 2, address = 7;
        var reader = new AsnReader(names, AsnEncodingRules.DER).ReadSequence();
        while (reader.HasData)
        {
            if (reader.PeekTag() is not { TagClass: TagClass.ContextSpecific, TagValue: dns or address }) return true;
            reader.ReadEncodedValue();
        }

        return false;
    }
}
