namespace Tiphys.Storage;

/// <summary>A store that can hand out a consistent copy of itself while it is in use (etcd's Maintenance.Snapshot).</summary>
public interface ISnapshotSource
{
    /// <summary>
    /// Writes a snapshot of the current revision: every key, lease and alarm, without history. Traffic goes on meanwhile. The stream
    /// holds a whole snapshot only when this returns.
    /// </summary>
    Task<SnapshotInfo> SaveSnapshotAsync(Stream output, CancellationToken cancellationToken = default);

    /// <summary>The same content as it is in memory, for whoever writes it in another form.</summary>
    Task<StoreContent> ReadContentAsync(CancellationToken cancellationToken = default);
}

/// <summary>What a snapshot holds.</summary>
/// <param name="Hash">A checksum of the content: equal for two snapshots of the same keys, values and leases at one revision.</param>
/// <param name="Revision">The revision it was taken at.</param>
/// <param name="TotalKeys">Keys in it.</param>
/// <param name="TotalSize">The file's size in bytes.</param>
/// <param name="Version">The store's format it was written in.</param>
public sealed record SnapshotInfo(uint Hash, long Revision, long TotalKeys, long TotalSize, string Version);
