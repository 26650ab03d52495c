using System.Globalization;
using Tiphys.Storage.Embedded.Log;
using Tiphys.Storage.Embedded.Snapshots;

namespace Tiphys.Storage.Maintenance;

/// <summary>A snapshot in a folder.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Path">The file.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Created">When it was made.</param>
public sealed record SnapshotEntry(string Name, string Path, long Size, DateTimeOffset Created);

/// <summary>A folder of snapshots, named as k3s names them: PREFIX-NODE-SECONDS.</summary>
public sealed class SnapshotFolder(string path, string nodeName, TimeProvider time)
{
    /// <summary>Prefix of scheduled snapshots, the only ones that retention deletes.</summary>
    public const string Scheduled = "etcd-snapshot";

    /// <summary>Prefix of those an operator asked for.</summary>
    public const string OnDemand = "on-demand";

    /// <summary>The folder.</summary>
    public string Path => path;

    /// <summary>The name a snapshot made now gets.</summary>
    public string NewPath(string prefix)
    {
        Permissions.CreateDirectory(path);
        return System.IO.Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"{prefix}-{nodeName}-{time.GetUtcNow().ToUnixTimeSeconds()}"));
    }

    /// <summary>Saves a scheduled snapshot and deletes the oldest scheduled ones of this node beyond so many.</summary>
    public async Task<(string Path, SnapshotInfo Info)> SaveScheduledAsync(ISnapshotSource source, int retention, CancellationToken cancellationToken)
    {
        var file = NewPath(Scheduled);
        var info = await SnapshotFile.SaveAsync(file, stream => source.SaveSnapshotAsync(stream, cancellationToken)).ConfigureAwait(false);
        Prune(retention);
        return (file, info);
    }

    /// <summary>All snapshots, the oldest first.</summary>
    public IReadOnlyList<SnapshotEntry> List()
    {
        if (!Directory.Exists(path))
            return [];
        return [.. new DirectoryInfo(path).EnumerateFiles()
            .Select(static f => (File: f, Seconds: SecondsOf(f.Name)))
            .Where(static f => f.Seconds is not null)
            .OrderBy(static f => f.Seconds)
            .Select(static f => new SnapshotEntry(f.File.Name, f.File.FullName, f.File.Length, DateTimeOffset.FromUnixTimeSeconds(f.Seconds!.Value)))];
    }

    /// <summary>Deletes the oldest scheduled snapshots of this node beyond so many; returns what was deleted.</summary>
    public IReadOnlyList<SnapshotEntry> Prune(int retention)
    {
        // A retention of nothing would delete the snapshot just made.
        var ours = List().Where(e => e.Name.StartsWith($"{Scheduled}-{nodeName}-", StringComparison.Ordinal)).ToList();
        var surplus = ours.Take(ours.Count - Math.Max(retention, 1)).ToList();
        foreach (var entry in surplus)
            File.Delete(entry.Path);
        return surplus;
    }

    private static long? SecondsOf(string name)
    {
        var dash = name.LastIndexOf('-');
        return dash > 0 && long.TryParse(name.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253_402_300_800 ? seconds : null;
    }
}
