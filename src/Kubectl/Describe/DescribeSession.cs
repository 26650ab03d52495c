using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Kubectl.Describe;

/// <summary>What describers read from the server besides the object itself.</summary>
/// <param name="Client">The connection.</param>
/// <param name="Time">The clock.</param>
/// <param name="ShowEvents">Whether descriptions end with events.</param>
/// <param name="ChunkSize">Page size of lists.</param>
internal sealed record DescribeSession(KubernetesClient Client, TimeProvider Time, bool ShowEvents, int ChunkSize)
{
    /// <summary>All objects of a namespace that match, page by page.</summary>
    public async Task<List<T>> ListAsync<T>(string? ns, string labels, string fields, CancellationToken cancel) where T : class, IKubernetesObject<T>
    {
        var items = new List<T>();
        var query = new ListQuery { LabelSelector = labels, FieldSelector = fields, Limit = ChunkSize };
        while (true)
        {
            var page = await Client.Resource<T>().ListAsync(ns, query, cancel);
            items.AddRange(page.Items);
            if (string.IsNullOrEmpty(page.Metadata.Continue)) return items;
            query = query with { Continue = page.Metadata.Continue };
        }
    }

    /// <summary>The events of an object; null when none are to be shown.</summary>
    /// <param name="kind">Its kind; empty for events of any.</param>
    /// <param name="metadata">Whose events.</param>
    /// <param name="uid">The UID that events name, where it is not the object's own.</param>
    /// <param name="cancel">Ends the requests.</param>
    public async Task<List<Event>?> EventsAsync(string kind, ObjectMeta metadata, string? uid, CancellationToken cancel)
    {
        if (!ShowEvents) return null;
        var fields = $"involvedObject.name={metadata.Name},involvedObject.namespace={metadata.Namespace}";
        if (kind.Length > 0) fields += $",involvedObject.kind={kind}";
        fields += $",involvedObject.uid={uid ?? metadata.Uid}";
        try
        {
            return await ListAsync<Event>(metadata.Namespace, "", fields, cancel);
        }
        catch (ApiException)
        {
            // Who may not see events sees none.
            return [];
        }
    }

    /// <summary>How many pods of a controller are in which phase.</summary>
    public async Task<string> PodsAsync(ObjectMeta controller, LabelQuery selector, CancellationToken cancel)
    {
        var pods = await ListAsync<Pod>(controller.Namespace, selector.ToString(), "", cancel);
        var own = pods.Where(p => p.Metadata.OwnerReferences?.Exists(o => o.Controller == true && o.Uid == controller.Uid) == true).ToLookup(static p => p.Status.Phase);
        return $"{own["Running"].Count()} Running / {own["Pending"].Count()} Waiting / {own["Succeeded"].Count()} Succeeded / {own["Failed"].Count()} Failed";
    }
}
