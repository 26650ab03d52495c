using System.Diagnostics;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>
/// Deletes large files little by little: giving back a hundred megabytes at once keeps a file system's journal, and with it the
/// log's syncs, waiting for tens of milliseconds.
/// </summary>
internal static class GradualDeletion
{
    private const long StepBytes = 4 << 20;

    /// <summary>Deletes files of a directory; when stopped, at once.</summary>
    public static void Delete(string directory, IDisk disk, IReadOnlyList<string> paths, CancellationToken stop)
    {
        if (paths.Count == 0)
            return;
        foreach (var path in paths)
            disk.Rename(path, path + Checkpoint.TemporaryExtension);
        // Under its own name a shortened file would be damage. What is left of one under this name is swept up by the next start.
        disk.SyncDirectory(directory);
        foreach (var path in paths)
        {
            var condemned = path + Checkpoint.TemporaryExtension;
            using (var file = disk.Open(condemned, create: false))
            {
                for (var length = new FileInfo(condemned).Length - StepBytes; length > 0 && !stop.IsCancellationRequested; length -= StepBytes)
                {
                    var started = Stopwatch.GetTimestamp();
                    file.SetLength(length);
                    stop.WaitHandle.WaitOne(Stopwatch.GetElapsedTime(started));
                }
            }
            disk.Delete(condemned);
        }
    }
}
