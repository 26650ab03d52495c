namespace Tiphys.Storage.Etcd.Services;

/// <summary>Reads of ranges with what etcd offers beyond the store: orders other than by key, and bounds on revisions.</summary>
internal static class Ranges
{
    public static void Check(V3.RangeRequest request)
    {
        if (request.Key.IsEmpty)
            throw EtcdErrors.EmptyKey();
        if (!Enum.IsDefined(request.SortOrder) || !Enum.IsDefined(request.SortTarget))
            throw EtcdErrors.InvalidSortOption();
    }

    /// <summary>What to ask the store for: all records when their order or bounds decide which ones the limit leaves.</summary>
    public static RangeRequest ToStore(V3.RangeRequest request) => new(Records.Range(request.Key, request.RangeEnd))
    {
        Revision = Math.Max(request.Revision, 0),
        Limit = ReadsAll(request) ? 0 : IsSorted(request) && request.Limit > 0 ? request.Limit + 1 : Math.Max(request.Limit, 0),
        KeysOnly = request.KeysOnly && request.SortTarget != V3.RangeRequest.Types.SortTarget.Value,
        CountOnly = request.CountOnly,
    };

    public static V3.RangeResponse ToWire(V3.RangeRequest request, in RangeResult result, V3.ResponseHeader header)
    {
        var response = new V3.RangeResponse { Header = header, Count = result.Count };
        if (request.CountOnly)
            return response;
        var records = result.Records;
        response.More = result.More;
        if (IsSorted(request) || IsBounded(request))
        {
            records = Select(request, records);
            response.More = request.Limit > 0 && records.Count > request.Limit;
        }
        var count = response.More && request.Limit > 0 ? (int)Math.Min(records.Count, request.Limit) : records.Count;
        response.Kvs.Capacity = count;
        for (var i = 0; i < count; i++)
            response.Kvs.Add(Records.ToWire(records[i], !request.KeysOnly));
        return response;
    }

    // Asked to sort but not in which order, etcd sorts what the limit has left, and one more.
    private static bool ReadsAll(V3.RangeRequest request) => IsBounded(request) || (IsSorted(request) && request.SortOrder != V3.RangeRequest.Types.SortOrder.None);

    // Without an order, every target but the key means ascending.
    private static bool IsSorted(V3.RangeRequest request) =>
        request.SortOrder == V3.RangeRequest.Types.SortOrder.Descend || request.SortTarget != V3.RangeRequest.Types.SortTarget.Key;

    private static bool IsBounded(V3.RangeRequest request) =>
        (request.MinModRevision | request.MaxModRevision | request.MinCreateRevision | request.MaxCreateRevision) != 0;

    private static List<StoreRecord> Select(V3.RangeRequest request, IReadOnlyList<StoreRecord> records)
    {
        var selected = records.Where(record =>
            (request.MinModRevision == 0 || record.ModRevision >= request.MinModRevision)
            && (request.MaxModRevision == 0 || record.ModRevision <= request.MaxModRevision)
            && (request.MinCreateRevision == 0 || record.CreateRevision >= request.MinCreateRevision)
            && (request.MaxCreateRevision == 0 || record.CreateRevision <= request.MaxCreateRevision));
        if (!IsSorted(request))
            return [.. selected];
        Comparison<StoreRecord> compare = request.SortTarget switch
        {
            V3.RangeRequest.Types.SortTarget.Version => static (a, b) => a.Version.CompareTo(b.Version),
            V3.RangeRequest.Types.SortTarget.Create => static (a, b) => a.CreateRevision.CompareTo(b.CreateRevision),
            V3.RangeRequest.Types.SortTarget.Mod => static (a, b) => a.ModRevision.CompareTo(b.ModRevision),
            V3.RangeRequest.Types.SortTarget.Value => static (a, b) => a.Value.Span.SequenceCompareTo(b.Value.Span),
            _ => static (a, b) => a.Key.Span.SequenceCompareTo(b.Key.Span),
        };
        var comparer = Comparer<StoreRecord>.Create(compare);
        return request.SortOrder == V3.RangeRequest.Types.SortOrder.Descend
            ? [.. selected.OrderDescending(comparer)]
            : [.. selected.Order(comparer)];
    }
}
