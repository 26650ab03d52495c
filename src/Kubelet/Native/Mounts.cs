using System.Runtime.InteropServices;

namespace Tiphys.Kubelet.Native;

/// <summary>Mounts and unmounts file systems.</summary>
internal static partial class Mounts
{
    private const int Detach = 2;
    private const nuint BindFlag = 0x1000;

    /// <summary>Mounts a file system held in memory.</summary>
    /// <param name="target">An existing directory.</param>
    /// <param name="sizeBytes">Its capacity, or null for the kernel's default of half the memory.</param>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static void MountTmpfs(string target, long? sizeBytes)
    {
        if (Mount("tmpfs", target, "tmpfs", 0, sizeBytes is { } size ? $"size={size}" : null) != 0)
            throw Files.Failure("mount tmpfs on", target);
    }

    /// <summary>Makes a file or directory appear at a second place.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static void Bind(string source, string target)
    {
        if (Mount(source, target, null, BindFlag, null) != 0) throw Files.Failure($"bind {source} to", target);
    }

    /// <summary>Unmounts, at the latest when the last user lets go. Nothing happens if nothing is mounted there.</summary>
    public static void Unmount(string target) => _ = Umount(target, Detach);

    /// <summary>Unmounts everything at or below a directory, deepest first.</summary>
    public static void UnmountBelow(string directory)
    {
        foreach (var mount in MountTable.Read().Where(m => MountTable.Covers(directory, m.Point)).OrderByDescending(m => m.Point.Length))
            Unmount(mount.Point);
    }

    [LibraryImport("libc", EntryPoint = "mount", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Mount(string source, string target, string? type, nuint flags, string? data);

    [LibraryImport("libc", EntryPoint = "umount2", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Umount(string target, int flags);
}
