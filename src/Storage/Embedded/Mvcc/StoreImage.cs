namespace Tiphys.Storage.Embedded.Mvcc;

/// <summary>The store at one revision, for writing it down.</summary>
/// <param name="Root">A tree from which nothing at or after <paramref name="Revision"/> has been cut.</param>
/// <param name="Revision">The revision whose state is meant.</param>
/// <param name="CompactedRevision">The compacted revision to be restored with it.</param>
/// <param name="LeaseSequence">The last lease change included in <paramref name="Leases"/>.</param>
/// <param name="Leases">All leases.</param>
/// <param name="Alarms">The alarms that are raised.</param>
internal sealed record StoreImage(
    TreeNode Root,
    long Revision,
    long CompactedRevision,
    long LeaseSequence,
    IReadOnlyList<(long Id, long TtlSeconds)> Leases,
    IReadOnlyList<StoreAlarm> Alarms);
