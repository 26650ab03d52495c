using System.Globalization;
using System.IO.Compression;

namespace Tiphys.Kubelet.Logs;

/// <summary>Keeps each container's log within bounds: one live file, one rotated file as it was, older ones compressed.</summary>
/// <param name="time">Names the rotated files.</param>
/// <param name="maxBytes">The size at which a file is rotated (<c>--container-log-max-size</c>, 10Mi by default).</param>
/// <param name="maxFiles">How many files a container may have, the live one included (<c>--container-log-max-files</c>, 5 by default).</param>
internal sealed class LogRotator(TimeProvider time, long maxBytes = 10 * 1024 * 1024, int maxFiles = 5)
{
    private const string Compressed = ".gz";
    private const string Unfinished = ".tmp";

    /// <summary>Rotates the log if it has grown too large.</summary>
    /// <param name="path">The live file.</param>
    /// <param name="reopen">Has the runtime open the file anew.</param>
    /// <returns>Whether it was rotated.</returns>
    public async Task<bool> RotateAsync(string path, Func<Task> reopen)
    {
        var live = new FileInfo(path);
        if (!live.Exists || live.Length < maxBytes) return false;
        var rotated = Clean(Rotated(path));
        // Room is needed for the live file and for the one it is about to become.
        foreach (var old in rotated.Take(Math.Max(0, rotated.Count - (maxFiles - 2)))) File.Delete(old);
        foreach (var old in rotated.Where(f => File.Exists(f) && !f.EndsWith(Compressed, StringComparison.Ordinal)))
            await CompressAsync(old).ConfigureAwait(false);

        var name = path + "." + time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        File.Move(path, name, overwrite: true);
        try
        {
            await reopen().ConfigureAwait(false);
        }
        catch
        {
            // The runtime still writes to the file it has open; under the old name it is found and tried again.
            File.Move(name, path, overwrite: false);
            throw;
        }
        return true;
    }

    /// <summary>Deletes a log and everything rotated from it.</summary>
    public static void Delete(string path)
    {
        foreach (var file in Rotated(path)) File.Delete(file);
        File.Delete(path);
    }

    // Not by a search pattern: those take a final ".*" for optional, and would find the live file.
    private static List<string> Rotated(string path) => Directory.Exists(Path.GetDirectoryName(path))
        ? [.. Directory.EnumerateFiles(Path.GetDirectoryName(path)!)
            .Where(f => f.StartsWith(path + ".", StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
        : [];

    private static List<string> Clean(List<string> rotated)
    {
        foreach (var file in rotated)
        {
            // Left by a compression that was cut short, or already compressed.
            if (file.EndsWith(Unfinished, StringComparison.Ordinal) || rotated.Contains(file + Compressed)) File.Delete(file);
        }
        return [.. rotated.Where(File.Exists)];
    }

    private static async Task CompressAsync(string path)
    {
        var unfinished = path + Unfinished;
        await using (var source = File.OpenRead(path))
        await using (var target = File.Create(unfinished))
        await using (var gzip = new GZipStream(target, CompressionLevel.Optimal))
            await source.CopyToAsync(gzip).ConfigureAwait(false);
        File.Move(unfinished, path + Compressed, overwrite: true);
        File.Delete(path);
    }
}
