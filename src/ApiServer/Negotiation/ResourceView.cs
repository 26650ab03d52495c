using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>A resource as one API version shows it: the stored shape itself, or a conversion of it (events in their two groups).</summary>
/// <param name="kind">The kind shown.</param>
/// <param name="layout">Layout of the stored bytes.</param>
/// <param name="printer">Makes table rows of stored objects.</param>
/// <param name="time">Clock for ages.</param>
/// <param name="stopping">Cancelled when the server stops: watches end then.</param>
/// <param name="convert">Turns the stored kind into the shown one; null when they are the same.</param>
internal sealed class ResourceView(KindInfo kind, ObjectLayout layout, ITablePrinter printer, TimeProvider time, Func<IKubernetesObject, IKubernetesObject>? convert, CancellationToken stopping)
{
    public KindInfo Kind { get; } = kind;

    public ObjectLayout Layout { get; } = layout;

    public CancellationToken Stopping { get; } = stopping;

    /// <summary>Stored bytes can be served as they are.</summary>
    public bool IsStoredShape => convert is null;

    public IKubernetesObject Decode(StoredObject stored)
    {
        var item = Layout.Decode(stored.Json.Span, stored.Revision);
        return convert is null ? item : convert(item);
    }

    /// <summary>Rows for <c>kubectl get</c>.</summary>
    /// <param name="items">The objects.</param>
    /// <param name="revision">Revision of a single object; unused when <paramref name="metadata"/> is given.</param>
    /// <param name="metadata">Metadata of a list.</param>
    /// <param name="request">Says what each row shall carry (includeObject).</param>
    /// <param name="columns">Whether the columns are given; only a watch's first event has them.</param>
    public Table Table(IReadOnlyList<StoredObject> items, long revision, ListMeta? metadata, ApiRequest request, bool columns = true)
    {
        var include = request.Query("includeObject");
        if (include is not ("" or IncludeObjectPolicy.None or IncludeObjectPolicy.Metadata or IncludeObjectPolicy.Object))
            throw ApiErrors.BadRequest($"unrecognized includeObject value: {include}");
        var table = new Table
        {
            Metadata = metadata ?? new ListMeta { ResourceVersion = revision.ToString(CultureInfo.InvariantCulture) },
            ColumnDefinitions = columns ? [.. printer.Columns] : [],
        };
        var now = time.GetUtcNow();
        foreach (var stored in items)
        {
            var item = Layout.Decode(stored.Json.Span, stored.Revision);
            var row = printer.Row(item, now);
            row.Object = include switch
            {
                IncludeObjectPolicy.None => null,
                IncludeObjectPolicy.Object => new RawJson(ApiJson.Encode(convert is null ? item : convert(item))),
                _ => new RawJson(ApiJson.Encode(Partial(item))),
            };
            table.Rows.Add(row);
        }

        return table;
    }

    public static PartialObjectMetadata Partial(IKubernetesObject item) => new() { Metadata = item.Metadata };

    public static KubernetesList<PartialObjectMetadata> PartialList(IEnumerable<IKubernetesObject> items, ListMeta metadata) =>
        new() { Metadata = metadata, Items = [.. items.Select(Partial)] };
}
