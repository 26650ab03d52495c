using Tiphys.Storage.Embedded.Mvcc;

namespace Tiphys.Storage.Embedded.Snapshots;

/// <summary>Notes what an image holds, which is not needed afterwards.</summary>
internal static class SnapshotContent
{
    public static StoreContent Of(StoreImage image)
    {
        var (records, deleted) = (new List<StoreRecord>(), new List<StoreRecord>());
        var collector = new Collector(records, deleted, image.Revision);
        TreeReader.Visit(image.Root, KeyRange.All, ref collector);
        return new StoreContent(image.Revision, records, deleted, image.Leases, image.Alarms);
    }

    private readonly struct Collector(List<StoreRecord> records, List<StoreRecord> deleted, long revision) : IRecordVisitor
    {
        public bool Visit(StoreRecord newest)
        {
            if (newest.AsOf(revision) is not { } record) return true;
            if (!record.IsDeletion) records.Add(record);
            else if (record.ModRevision == revision) deleted.Add(record);
            return true;
        }
    }
}
