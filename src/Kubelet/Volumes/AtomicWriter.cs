using System.Globalization;

namespace Tiphys.Kubelet.Volumes;

/// <summary>One file of a volume.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Mode">Its permission bits.</param>
/// <param name="Owner">The user that owns it, or null for root.</param>
internal sealed record VolumeFile(byte[] Content, int Mode, long? Owner = null);

/// <summary>
/// Replaces the files of a volume all at once: readers see either all old files or all new ones, as the names they use are links
/// through <c>..data</c>, which is switched over in one step.
/// </summary>
internal sealed class AtomicWriter(string directory, TimeProvider time)
{
    private const string Data = "..data";
    private const string NewData = "..data_tmp";
    private const int DirectoryMode = 0x1ed; // rwxr-xr-x

    /// <summary>Writes the files unless they are there already.</summary>
    /// <param name="files">Relative paths and contents. Paths that would leave the volume are refused.</param>
    /// <param name="finish">Sets ownership on the new files before they are shown.</param>
    /// <returns>Whether anything changed.</returns>
    /// <exception cref="ArgumentException">A path is absolute, climbs, or begins with two dots.</exception>
    public bool Write(IReadOnlyDictionary<string, VolumeFile> files, Action<string>? finish = null)
    {
        foreach (var path in files.Keys) Check(path);
        var link = Path.Combine(directory, Data);
        var current = new FileInfo(link).LinkTarget is { } target ? Path.Combine(directory, target) : null;
        if (current is not null && IsSame(current, files))
        {
            LinkNames(files);
            return false;
        }

        var version = Path.Combine(directory, time.GetUtcNow().ToString("'..'yyyy_MM_dd_HH_mm_ss.", CultureInfo.InvariantCulture) +
            Random.Shared.NextInt64(1_000_000_000).ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(version);
        Native.Files.ChangeMode(version, DirectoryMode);
        foreach (var (path, file) in files) WriteFile(version, path, file);
        finish?.Invoke(version);

        var newLink = Path.Combine(directory, NewData);
        File.Delete(newLink);
        File.CreateSymbolicLink(newLink, Path.GetFileName(version));
        Native.Files.Rename(newLink, link);
        LinkNames(files);
        RemoveStaleNames(files);
        if (current is not null && Directory.Exists(current)) Directory.Delete(current, recursive: true);
        return true;
    }

    private static void WriteFile(string version, string path, VolumeFile file)
    {
        var full = Path.Combine(version, path);
        for (var parent = Path.GetDirectoryName(full)!; parent.Length > version.Length && !Directory.Exists(parent); parent = Path.GetDirectoryName(parent)!)
        {
            Directory.CreateDirectory(parent);
            Native.Files.ChangeMode(parent, DirectoryMode);
        }
        File.WriteAllBytes(full, file.Content);
        Native.Files.ChangeMode(full, file.Mode);
        if (file.Owner is { } owner) Native.Files.ChangeOwner(full, owner, -1);
    }

    private static bool IsSame(string current, IReadOnlyDictionary<string, VolumeFile> files)
    {
        if (!Directory.Exists(current)) return false;
        var there = Directory.EnumerateFiles(current, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(current, f)).ToHashSet(StringComparer.Ordinal);
        return there.SetEquals(files.Keys) && files.All(f => File.ReadAllBytes(Path.Combine(current, f.Key)).AsSpan().SequenceEqual(f.Value.Content));
    }

    private void LinkNames(IReadOnlyDictionary<string, VolumeFile> files)
    {
        foreach (var name in TopNames(files))
        {
            var visible = Path.Combine(directory, name);
            if (new FileInfo(visible).LinkTarget is null) File.CreateSymbolicLink(visible, Path.Combine(Data, name));
        }
    }

    private void RemoveStaleNames(IReadOnlyDictionary<string, VolumeFile> files)
    {
        var wanted = TopNames(files).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos())
        {
            if (!entry.Name.StartsWith("..", StringComparison.Ordinal) && entry.LinkTarget is not null && !wanted.Contains(entry.Name))
                File.Delete(entry.FullName);
        }
    }

    private static IEnumerable<string> TopNames(IReadOnlyDictionary<string, VolumeFile> files) => files.Keys.Select(p => p.Split('/')[0]).Distinct();

    private static void Check(string path)
    {
        if (path.Length == 0 || path[0] == '/' || path.StartsWith("..", StringComparison.Ordinal) || path.Split('/').Contains(".."))
            throw new ArgumentException($"invalid path: {path}: must be relative and must not contain '..'", nameof(path));
    }
}
