using System.Security.Cryptography;
using System.Text;
using Tiphys.Api.Certificates.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Client;

/// <summary>Gets certificates through CertificateSigningRequest objects.</summary>
/// <param name="client">The API server, as whoever may ask for the certificate.</param>
public sealed class SigningRequestIssuer(KubernetesClient client) : ICertificateIssuer
{
    /// <inheritdoc/>
    public async Task<string> IssueAsync(CertificateTemplate template, ECDsa key, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(template);
        var requests = client.Resource<CertificateSigningRequest>();
        var wanted = new CertificateSigningRequest
        {
            Metadata = new() { Name = NameOf(template, key) },
            Spec = new() { Request = Encoding.ASCII.GetBytes(template.Request(key)), SignerName = template.SignerName, Usages = [.. template.Usages] },
        };
        CertificateSigningRequest request;
        try
        {
            request = await requests.CreateAsync(wanted, cancel);
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            // Asked for with this key before a restart.
            request = await requests.GetAsync(null, wanted.Metadata.Name, cancel);
        }

        while (true)
        {
            if (Outcome(request) is { } certificate) return certificate;
            request = await NextAsync(requests, request, cancel) ?? await requests.GetAsync(null, wanted.Metadata.Name, cancel);
        }
    }

    /// <summary>The request's next state; null when the watch ended before there was one.</summary>
    private static async Task<CertificateSigningRequest?> NextAsync(ResourceClient<CertificateSigningRequest> requests, CertificateSigningRequest known, CancellationToken cancel)
    {
        var query = new ListQuery { FieldSelector = "metadata.name=" + known.Metadata.Name, ResourceVersion = known.Metadata.ResourceVersion };
        await foreach (var change in requests.WatchAsync(null, query, cancel))
        {
            if (change.Type == WatchEventType.Deleted) throw new CertificateRefusedException($"the certificate signing request {known.Metadata.Name} was deleted before it was signed");
            if (change.Type is not WatchEventType.Bookmark) return change.Object;
        }

        return null;
    }

    private static string? Outcome(CertificateSigningRequest request)
    {
        var conditions = request.Status.Conditions ?? [];
        if (conditions.Find(static c => c.Type is "Denied" or "Failed") is { } refusal)
            throw new CertificateRefusedException($"certificate signing request {request.Metadata.Name} is {refusal.Type.ToLowerInvariant()}, reason: {refusal.Reason}, message: {refusal.Message}");
        return request.Status.Certificate is { Length: > 0 } certificate ? Encoding.ASCII.GetString(certificate) : null;
    }

    /// <summary>The name follows from the key, so that asking twice makes one request.</summary>
    private static string NameOf(CertificateTemplate template, ECDsa key)
    {
        var hash = SHA256.HashData([.. key.ExportSubjectPublicKeyInfo(), .. Encoding.UTF8.GetBytes(template.SignerName)]);
        return "node-csr-" + Convert.ToHexStringLower(hash.AsSpan(0, 20));
    }
}
