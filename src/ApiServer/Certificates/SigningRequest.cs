using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Tiphys.ApiServer;

/// <summary>Reads PKCS#10 requests.</summary>
internal static class SigningRequest
{
    private const string CommonNameType = "2.5.4.3";
    private const string OrganizationType = "2.5.4.10";

    /// <summary>The request in a PEM text; null when there is none or its signature is wrong.</summary>
    public static CertificateRequest? Read(byte[]? pem)
    {
        if (pem is null) return null;
        try
        {
            return CertificateRequest.LoadSigningRequestPem(Encoding.ASCII.GetString(pem), HashAlgorithmName.SHA256);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The common name asked for; null when the bytes are no request.</summary>
    public static string? CommonName(byte[]? pem) => Read(pem) is { } request ? Parts(request, CommonNameType).FirstOrDefault() : null;

    /// <summary>The organizations asked for.</summary>
    public static IEnumerable<string> Organizations(CertificateRequest request) => Parts(request, OrganizationType);

    private static IEnumerable<string> Parts(CertificateRequest request, string type)
    {
        foreach (var part in request.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false))
        {
            // A part of several values could hide one: it is taken apart by the type of each.
            if (part.HasMultipleElements)
            {
                foreach (var (element, value) in DistinguishedNames.Elements(part.RawData))
                    if (element == type) yield return value;
            }
            else if (part.GetSingleElementType().Value == type && part.GetSingleElementValue() is { } single) yield return single;
        }
    }
}

/// <summary>Reads parts of names that hold several values.</summary>
internal static class DistinguishedNames
{
    /// <summary>Type and value of each element.</summary>
    public static List<(string Type, string Value)> Elements(ReadOnlyMemory<byte> part)
    {
        var elements = new List<(string, string)>();
        var set = new System.Formats.Asn1.AsnReader(part, System.Formats.Asn1.AsnEncodingRules.DER).ReadSetOf(skipSortOrderValidation: true);
        while (set.HasData)
        {
            var element = set.ReadSequence();
            var type = element.ReadObjectIdentifier();
            elements.Add((type, element.ReadCharacterString((System.Formats.Asn1.UniversalTagNumber)element.PeekTag().TagValue)));
        }

        return elements;
    }
}
