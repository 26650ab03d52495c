using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tiphys.Kubelet.Volumes;

/// <summary>Mounts parts of volumes without ever leaving the volume, whatever links containers plant in it.</summary>
internal static partial class SubPaths
{
    private const int OpenAt2 = 437;
    private const int PathOnly = 0x200000;
    private const int CloseOnExec = 0x80000;
    private const ulong ResolveInRoot = 0x10;

    /// <summary>Makes the sub-path (as a directory) if it is missing, and binds it to a place of its own that cannot be swapped later.</summary>
    /// <param name="volume">The volume's directory.</param>
    /// <param name="subPath">A relative path in it.</param>
    /// <param name="target">Where to bind it.</param>
    /// <exception cref="IOException">It leads nowhere, or the kernel refused.</exception>
    public static void Bind(string volume, string subPath, string target)
    {
        if (Path.IsPathRooted(subPath)) throw new IOException($"error SubPath `{subPath}` must not be an absolute path");
        if (subPath.Split('/').Contains("..")) throw new IOException($"unable to provision SubPath `{subPath}`: must not contain '..'");
        MakeDirectories(volume, subPath);
        using var opened = Open(volume, subPath);
        var source = $"/proc/self/fd/{opened.DangerousGetHandle()}";
        var isDirectory = Native.Files.Stat(source).IsDirectory;
        if (Native.MountTable.Read().Any(m => m.Point == target)) Native.Mounts.Unmount(target);
        if (isDirectory)
        {
            Directory.CreateDirectory(target);
        }
        else
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (!File.Exists(target)) File.WriteAllBytes(target, []);
        }
        Native.Mounts.Bind(source, target);
    }

    private static void MakeDirectories(string volume, string subPath)
    {
        if (TryOpen(volume, subPath) is { } there)
        {
            there.Dispose();
            return;
        }
        var mode = Native.Files.Stat(volume);
        var built = "";
        foreach (var part in subPath.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            using var parent = Open(volume, built.Length == 0 ? "." : built);
            var path = $"/proc/self/fd/{parent.DangerousGetHandle()}/{part}";
            if (!Path.Exists(path))
            {
                Directory.CreateDirectory(path);
                Native.Files.ChangeMode(path, mode.Mode & 0xfff);
                Native.Files.ChangeOwner(path, -1, mode.Group);
            }
            built = built.Length == 0 ? part : $"{built}/{part}";
        }
    }

    private static SafeFileHandle Open(string root, string path) =>
        TryOpen(root, path) ?? throw Native.Files.Failure("open sub-path", path);

    private static SafeFileHandle? TryOpen(string root, string path)
    {
        var directory = OpenRaw(root, PathOnly | CloseOnExec);
        if (directory < 0) throw Native.Files.Failure("open", root);
        using var held = new SafeFileHandle(directory, ownsHandle: true);
        var how = new OpenHow { Flags = PathOnly | CloseOnExec, Resolve = ResolveInRoot };
        var descriptor = Syscall(OpenAt2, directory, path, ref how, Marshal.SizeOf<OpenHow>());
        return descriptor < 0 ? null : new SafeFileHandle((nint)descriptor, ownsHandle: true);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenRaw(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syscall", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long Syscall(long number, nint directory, string path, ref OpenHow how, nint size);
}
