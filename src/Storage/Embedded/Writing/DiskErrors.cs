using Tiphys.Storage.Etcd;

namespace Tiphys.Storage.Embedded.Writing;

/// <summary>Tells a full disk, which mends itself once something is deleted, from a failing one.</summary>
internal static class DiskErrors
{
    // .NET hands out errno as HResult where it has no exception of its own for an error.
    private const int FileTooLarge = 27;
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    public static StoreHealth Classify(Exception error, DateTimeOffset now)
    {
        // The beginning is what etcd says, which users and tools know. Which file it was is for the log, not for every client.
        return error.HResult is NoSpace or QuotaExceeded or FileTooLarge or WindowsDiskFull
            ? new StoreHealth(
                StoreCondition.DiskFull,
                $"{EtcdWords.NoSpace}: the disk of the data directory is full, and the store is read-only until there is room",
                now)
            : new StoreHealth(
                StoreCondition.DiskFailing,
                $"the disk of the data directory fails, and the store is read-only until it works again ({error.Message})",
                now);
    }
}
