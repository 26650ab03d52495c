using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tiphys.Api;
using Tiphys.Client;

namespace Tiphys.Certificates;

/// <summary>Tells about certificates as <c>kubeadm certs check-expiration</c> does, in its table and its JSON.</summary>
internal static class CertificateReport
{
    /// <summary>The report.</summary>
    /// <param name="inventory">What there is.</param>
    /// <param name="format"><c>text</c>, <c>json</c> or <c>yaml</c>.</param>
    /// <param name="now">The time.</param>
    public static string Write(CertificateInventory inventory, string format, DateTimeOffset now) => format switch
    {
        "json" => Json(inventory, now) + "\n",
        "yaml" => JsonYaml.Convert(System.Text.Encoding.UTF8.GetBytes(Json(inventory, now))),
        _ => Table(inventory, now),
    };

    private static string Table(CertificateInventory inventory, DateTimeOffset now)
    {
        List<string[]> rows = [["CERTIFICATE", "EXPIRES", "RESIDUAL TIME", "CERTIFICATE AUTHORITY", "EXTERNALLY MANAGED"]];
        rows.AddRange(inventory.Certificates.Select(c => c.Certificate is null ? Missing(c, 5) : [c.Name, Expires(c), Left(c, now), c.Authority, YesNo(c)]));
        rows.Add([]);
        List<string[]> authorities = [["CERTIFICATE AUTHORITY", "EXPIRES", "RESIDUAL TIME", "EXTERNALLY MANAGED"]];
        authorities.AddRange(inventory.Authorities.Select(a => a.Certificate is null ? Missing(a, 4) : [a.Name, Expires(a), Left(a, now), YesNo(a)]));
        return Aligned(rows) + Aligned(authorities);
    }

    /// <summary>Columns as upstream's tab writer sets them: at least ten wide, three blanks between.</summary>
    private static string Aligned(List<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows.Max(static r => r.Length)).Select(i => Math.Max(10, rows.Where(r => r.Length > i).Max(r => r[i].Length) + 3)).ToList();
        return string.Concat(rows.Select(r => string.Concat(r.Select((cell, i) => i == r.Length - 1 ? cell.PadRight(8) : cell.PadRight(widths[i]))) + "\n"));
    }

    private static string[] Missing(CertificateEntry entry, int columns) => [$"!MISSING! {entry.Name}", .. Enumerable.Repeat("", columns - 1)];

    private static string Expires(CertificateEntry entry) => End(entry).UtcDateTime.ToString("MMM dd, yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Left(CertificateEntry entry, DateTimeOffset now) => HumanDuration.Format(End(entry) - now);

    private static string YesNo(CertificateEntry entry) => entry.ExternallyManaged ? "yes" : "no";

    private static DateTimeOffset End(CertificateEntry entry) => entry.Certificate!.NotAfter.ToUniversalTime();

    private static string Json(CertificateInventory inventory, DateTimeOffset now)
    {
        return JsonSerializer.Serialize(
            new CertificateExpirationInfo("CertificateExpirationInfo", "output.kubeadm.k8s.io/v1alpha3", [.. inventory.Certificates.Select(Of)], [.. inventory.Authorities.Select(Of)]),
            CertificateReportJson.Default.CertificateExpirationInfo);

        CertificateExpiration Of(CertificateEntry entry) => new(
            entry.Name,
            entry.Certificate is null ? null : End(entry).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            entry.Certificate is null ? 0 : (long)(End(entry) - now).TotalSeconds,
            entry.ExternallyManaged,
            entry.Authority.Length > 0 ? entry.Authority : null,
            entry.Certificate is null);
    }
}

/// <summary>kubeadm's kind of that name.</summary>
internal sealed record CertificateExpirationInfo(string Kind, string ApiVersion, IReadOnlyList<CertificateExpiration> Certificates, IReadOnlyList<CertificateExpiration> CertificateAuthorities);

internal sealed record CertificateExpiration(
    string Name,
    string? ExpirationDate,
    long ResidualTime,
    bool ExternallyManaged,
    [property: JsonPropertyName("caName"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AuthorityName,
    bool Missing);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, IndentSize = 4)]
[JsonSerializable(typeof(CertificateExpirationInfo))]
internal sealed partial class CertificateReportJson : JsonSerializerContext;
