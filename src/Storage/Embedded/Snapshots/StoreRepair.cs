using System.Globalization;
using Tiphys.Storage.Embedded.Leases;
using Tiphys.Storage.Embedded.Log;
using Tiphys.Storage.Embedded.Mvcc;

namespace Tiphys.Storage.Embedded.Snapshots;

/// <summary>A stretch of a file that cannot be read, or a file that is missing.</summary>
/// <param name="File">The file.</param>
/// <param name="Offset">Where the stretch begins, in bytes.</param>
/// <param name="Length">How long it is.</param>
/// <param name="After">The last revision read before it.</param>
/// <param name="Before">The first revision read behind it; 0 when nothing follows.</param>
/// <param name="Keys">Keys the stretch was about, as far as they can be told.</param>
/// <param name="Reason">What is wrong.</param>
public sealed record StoreDamage(string File, long Offset, long Length, long After, long Before, IReadOnlyList<string> Keys, string Reason);

/// <summary>What repairing a store would keep and lose, or has.</summary>
/// <param name="Damages">The unreadable stretches; none means that nothing is wrong.</param>
/// <param name="Keys">Keys that can be saved.</param>
/// <param name="Revision">The newest revision that can be read.</param>
/// <param name="Aside">Where the damaged directory was moved to; null when nothing was changed.</param>
public sealed record StoreRepairReport(IReadOnlyList<StoreDamage> Damages, long Keys, long Revision, string? Aside);

/// <summary>
/// Saves what can be read of a damaged store, for whoever has no snapshot: everything whole is taken over, and the keys of the
/// damaged stretches stay as they were before (a deletion there is forgotten). Never done by itself, and only in formats that
/// opening reads, too.
/// </summary>
public static class StoreRepair
{
    /// <summary>Reads a closed store and reports; changes nothing.</summary>
    public static StoreRepairReport Inspect(string directory) => Run(directory, apply: false, TimeProvider.System);

    /// <summary>
    /// Replaces a damaged store by what can be saved of it, at a revision far above the old one, so that every client reads
    /// everything anew. The damaged directory is kept beside it. A store without damage is left alone.
    /// </summary>
    public static StoreRepairReport Apply(string directory, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return Run(directory, apply: true, time);
    }

    private static StoreRepairReport Run(string directory, bool apply, TimeProvider time)
    {
        if (!Directory.Exists(directory))
            throw new StoreOpenException($"there is no store in {directory}");
        using var held = DataDirectory.LockOnly(directory);
        var (salvage, damages) = StoreScan.Of(directory);
        var report = new StoreRepairReport(damages, salvage.Keys, salvage.Revision, null);
        if (!apply || damages.Count == 0)
            return report;

        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        var aside = target + ".damaged-" + time.GetUtcNow().ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);
        var index = new MvccIndex(1);
        foreach (var record in salvage.Records)
            index.Load(record);
        index.Publish();
        var revision = salvage.Revision + SnapshotFile.DefaultRevisionBump;
        var repaired = target + ".repaired";
        if (Directory.Exists(repaired))
            Directory.Delete(repaired, recursive: true);
        StoreDirectory.Create(
            repaired, PhysicalDisk.Instance, new StoreImage(index.Published.Root, revision, revision, salvage.LeaseSequence, salvage.Leases, salvage.Alarms));
        Directory.Move(target, aside);
        Directory.Move(repaired, target);
        Permissions.SyncPath(target, PhysicalDisk.Instance);
        return report with { Aside = aside };
    }
}
