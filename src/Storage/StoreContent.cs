namespace Tiphys.Storage;

/// <summary>A store at one revision, without its history.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Records">Every key there is, in order.</param>
/// <param name="Deleted">What was deleted by the very last change.</param>
/// <param name="Leases">Every lease and the time to live it was granted, in seconds.</param>
/// <param name="Alarms">The alarms that are raised.</param>
public sealed record StoreContent(
    long Revision,
    IReadOnlyList<StoreRecord> Records,
    IReadOnlyList<StoreRecord> Deleted,
    IReadOnlyList<(long Id, long TtlSeconds)> Leases,
    IReadOnlyList<StoreAlarm> Alarms);
