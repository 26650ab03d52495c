using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tiphys.Api;
using Tiphys.Api.Certificates.V1;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Describe;

/// <summary>Certificate requests, with what they ask for.</summary>
internal sealed class CertificateSigningRequestDescriber : Describer<CertificateSigningRequest>
{
    private static readonly (string Oid, string Title)[] s_subject =
    [
        ("2.5.4.10", "Organization"), ("2.5.4.11", "Organizational Unit"), ("2.5.4.6", "Country"), ("2.5.4.7", "Locality"), ("2.5.4.8", "Province"), ("2.5.4.9", "StreetAddress"), ("2.5.4.17", "PostalCode"),
    ];

    protected override void Write(CertificateSigningRequest item, DescriptionWriter writer)
    {
        var request = Parse(item.Spec.Request);
        writer.Field("Name", item.Metadata.Name);
        writer.Field("Labels", Texts.Labels(item.Metadata.Labels));
        writer.Field("Annotations", Texts.Labels(item.Metadata.Annotations));
        writer.Field("CreationTimestamp", Texts.Time(item.Metadata.CreationTimestamp));
        writer.Field("Requesting User", item.Spec.Username);
        if (item.Spec.SignerName.Length > 0) writer.Field("Signer", item.Spec.SignerName);
        if (item.Spec.ExpirationSeconds is { } seconds) writer.Field("Requested Duration", HumanDuration.Format(TimeSpan.FromSeconds(seconds)));
        writer.Field("Status", Status(item));
        var names = request.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false).Where(static n => !n.HasMultipleElements).ToLookup(static n => n.GetSingleElementType().Value, static n => n.GetSingleElementValue() ?? "");
        writer.Write(0, "Subject:\n");
        writer.Write(0, $"\tCommon Name:\t{names["2.5.4.3"].LastOrDefault()}\n");
        writer.Write(0, $"\tSerial Number:\t{names["2.5.4.5"].LastOrDefault()}\n");
        foreach (var (oid, title) in s_subject) Values(title, names[oid].ToList(), writer);
        Alternatives(request, writer);
    }

    private static CertificateRequest Parse(byte[] pem)
    {
        try
        {
            return CertificateRequest.LoadSigningRequestPem(Encoding.UTF8.GetString(pem), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions | CertificateRequestLoadOptions.SkipSignatureValidation);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new KubectlException($"Error parsing CSR: {e.Message}");
        }
    }

    private static string Status(CertificateSigningRequest item)
    {
        var types = item.Status.Conditions?.Select(static c => c.Type).ToHashSet() ?? [];
        var text = types.Contains("Denied") ? "Denied" : types.Contains("Approved") ? "Approved" : "Pending";
        if (types.Contains("Failed")) text += ",Failed";
        return item.Status.Certificate is { Length: > 0 } ? text + ",Issued" : text;
    }

    private static void Alternatives(CertificateRequest request, DescriptionWriter writer)
    {
        if (request.CertificateExtensions.FirstOrDefault(static e => e.Oid?.Value == "2.5.29.17") is not { } extension) return;
        var names = new Dictionary<int, List<string>> { [1] = [], [2] = [], [6] = [], [7] = [] };
        var reader = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        while (reader.HasData)
        {
            var tag = reader.PeekTag();
            if (tag.TagValue == 7) names[7].Add(new System.Net.IPAddress(reader.ReadOctetString(tag)).ToString());
            else if (tag.TagValue is 1 or 2 or 6) names[tag.TagValue].Add(reader.ReadCharacterString(UniversalTagNumber.IA5String, tag));
            else reader.ReadEncodedValue();
        }

        if (names.Values.All(static n => n.Count == 0)) return;
        writer.Write(0, "Subject Alternative Names:\n");
        Values("DNS Names", names[2], writer);
        Values("Email Addresses", names[1], writer);
        Values("URIs", names[6], writer);
        Values("IP Addresses", names[7], writer);
    }

    private static void Values(string title, List<string> values, DescriptionWriter writer)
    {
        if (values.Count > 0) writer.Write(0, $"\t{title}:\t{string.Join("\n\t\t", values)}\n");
    }
}
