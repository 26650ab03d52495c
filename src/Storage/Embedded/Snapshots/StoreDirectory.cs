using Tiphys.Storage.Embedded.Log;
using Tiphys.Storage.Embedded.Mvcc;

namespace Tiphys.Storage.Embedded.Snapshots;

/// <summary>Puts together a data directory that holds a given image: a checkpoint and an empty log behind it.</summary>
internal static class StoreDirectory
{
    /// <summary>Throws <see cref="StoreOpenException"/> when the directory holds anything already.</summary>
    public static void Create(string directory, IDisk disk, StoreImage image)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
            throw new StoreOpenException($"the data directory {target} is not empty: move it away, or name another one");
        var parent = Path.GetDirectoryName(target)!;
        Permissions.CreateDirectory(parent);
        var temporary = target + ".restoring";
        if (Directory.Exists(temporary))
            Directory.Delete(temporary, recursive: true);
        Permissions.CreateDirectory(temporary);
        Checkpoint.Write(temporary, disk, image, paced: false, CancellationToken.None);
        SegmentedLog.Create(temporary, disk, 1, image.Revision, 0).File.Dispose();
        DataDirectory.WriteFormat(disk, temporary);
        if (Directory.Exists(target))
            Directory.Delete(target);
        Directory.Move(temporary, target);
        Permissions.SyncPath(target, disk);
    }
}
