using System.Globalization;
using System.Text.Json;
using Tiphys.Api;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Reads what pods use from the resource metrics API (metrics.k8s.io), whoever serves it.</summary>
internal sealed class PodMetrics(KubernetesClient client)
{
    /// <summary>Usage by pod, in thousandths.</summary>
    /// <param name="ns">Namespace.</param>
    /// <param name="selector">Selects the pods.</param>
    /// <param name="resource">For example cpu.</param>
    /// <param name="container">Only this container; empty for all.</param>
    /// <param name="cancel">Ends the request.</param>
    /// <exception cref="ApiException">The API is not served, or refuses.</exception>
    public async Task<Dictionary<string, long>> GetAsync(string ns, string selector, string resource, string container, CancellationToken cancel)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"apis/metrics.k8s.io/v1beta1/namespaces/{ns}/pods?labelSelector={Uri.EscapeDataString(selector)}");
        using var response = await client.SendAsync(HttpMethod.Get, path, null, null, cancel);
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancel));
        var usage = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var item in document.RootElement.GetProperty("items").EnumerateArray())
        {
            long total = 0;
            var complete = true;
            foreach (var part in item.GetProperty("containers").EnumerateArray())
            {
                if (container.Length > 0 && part.GetProperty("name").GetString() != container) continue;
                if (part.GetProperty("usage").TryGetProperty(resource, out var text) && Quantity.TryParse(text.GetString(), out var amount)) total += amount.MilliValue;
                else complete = false;
            }

            if (complete) usage[item.GetProperty("metadata").GetProperty("name").GetString()!] = total;
        }

        return usage;
    }
}
