using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Resources;

/// <summary>Lists collections page by page.</summary>
internal sealed class ResourceListing(ResourceApi api, ResourceQuery query, string labelSelector, string fieldSelector)
{
    public async IAsyncEnumerable<Found> PagesAsync(DiscoveredResource resource, [EnumeratorCancellation] CancellationToken cancel)
    {
        var ns = resource.Namespaced ? query.Namespace : "";
        for (var next = (string?)"" ; next is not null;)
        {
            var (page, error) = await PageAsync(resource, ns, next, cancel);
            if (error is not null)
            {
                yield return error;
                yield break;
            }

            yield return new ResourceInfo(resource, ns, "") { Object = page };
            next = Json.Text(page, "metadata", "continue") is { Length: > 0 } token ? token : null;
        }
    }

    private async Task<(JsonObject? Page, Exception? Error)> PageAsync(DiscoveredResource resource, string ns, string next, CancellationToken cancel)
    {
        try
        {
            return (await api.GetAsync(resource.Path(ns) + Parameters(next), cancel, query.Accept), null);
        }
        catch (ApiException e) when (e.Status.Reason is "BadRequest" or "NotFound")
        {
            var what = Quoting.Quote($"{(resource.Group.Length == 0 ? "/" : "")}{resource.ApiVersion}, Resource={resource.Resource}");
            var message = labelSelector.Length + fieldSelector.Length == 0
                ? $"Unable to list {what}: {e.Message}"
                : $"Unable to find {what} that match label selector {Quoting.Quote(labelSelector)}, field selector {Quoting.Quote(fieldSelector)}: {e.Message}";
            return (null, new ApiException(new Status { Result = e.Status.Result, Code = e.Status.Code, Reason = e.Status.Reason, Message = message, Details = e.Status.Details }, e));
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            return (null, e);
        }
    }

    private string Parameters(string next)
    {
        var parts = new List<string>();
        Add("labelSelector", labelSelector);
        Add("fieldSelector", fieldSelector);
        if (query.ChunkSize > 0) Add("limit", query.ChunkSize.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("continue", next);
        if (query.Parameters.Length > 0) parts.Add(query.Parameters);
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);

        void Add(string name, string value)
        {
            if (value.Length > 0) parts.Add($"{name}={Uri.EscapeDataString(value)}");
        }
    }
}
