namespace Tiphys.Storage.Embedded.Mvcc;

/// <summary>Reads a key range of a tree as of a revision.</summary>
internal static class RangeReader
{
    public static RangeResult Read(TreeNode root, in RangeRequest request, long atRevision, long headerRevision)
    {
        var collector = new Collector
        {
            Revision = atRevision,
            Limit = request.CountOnly ? 0 : request.Limit > 0 ? request.Limit : long.MaxValue,
            StopAtLimit = request.SkipCount && !request.CountOnly,
            Records = request.CountOnly ? null : [],
        };
        var complete = TreeReader.Visit(root, request.Keys, ref collector);
        var found = collector.Records?.Count ?? 0;
        return new RangeResult(
            headerRevision, found == 0 ? [] : collector.Records!, complete ? collector.Count : -1, !request.CountOnly && collector.Count > found);
    }

    public static StoreRecord? Get(TreeNode root, ReadOnlySpan<byte> key, long atRevision)
    {
        var record = TreeReader.Find(root, key).Record?.AsOf(atRevision);
        return record is { IsDeletion: false } ? record : null;
    }

    private struct Collector : IRecordVisitor
    {
        public long Revision;
        public long Limit;
        public bool StopAtLimit;
        public List<StoreRecord>? Records;
        public long Count;

        public bool Visit(StoreRecord newest)
        {
            if (newest.AsOf(Revision) is not { IsDeletion: false } record)
                return true;
            if (++Count <= Limit)
                Records?.Add(record);
            else if (StopAtLimit)
                return false;
            return true;
        }
    }
}
