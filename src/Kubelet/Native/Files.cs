using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tiphys.Kubelet.Native;

/// <summary>File operations the class library does not offer.</summary>
internal static partial class Files
{
    private const int AtCurrentDirectory = -100;
    private const int AtEmptyPath = 0x1000;
    private const int AtNoFollow = 0x100;
    private const uint StatxBasic = 0x7ff;

    /// <summary>Whether a name still leads to the file that is open.</summary>
    /// <exception cref="FileNotFoundException">The name leads nowhere.</exception>
    public static bool IsSame(string path, SafeFileHandle open)
    {
        var named = Stat(path);
        var held = StatHandle(open);
        return named.Inode == held.Inode && named.DeviceMajor == held.DeviceMajor && named.DeviceMinor == held.DeviceMinor;
    }

    /// <summary>Changes a file's owner and group; -1 leaves either alone. Links are changed, not followed.</summary>
    public static void ChangeOwner(string path, long owner, long group)
    {
        if (LinkChown(path, unchecked((uint)owner), unchecked((uint)group)) != 0) throw Failure("chown", path);
    }

    /// <summary>Changes a file's mode, the set-group-id and sticky bits included.</summary>
    public static void ChangeMode(string path, int mode)
    {
        if (Chmod(path, (uint)mode) != 0) throw Failure("chmod", path);
    }

    /// <summary>A file's facts. Links are followed unless asked not to.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static FileFacts Stat(string path, bool followLinks = true)
    {
        Span<byte> buffer = stackalloc byte[256];
        if (Statx(AtCurrentDirectory, path, followLinks ? 0 : AtNoFollow, StatxBasic, ref MemoryMarshal.GetReference(buffer)) != 0)
            throw Failure("stat", path);
        return FileFacts.Read(buffer);
    }

    /// <summary>Removes a directory as the kernel does: one that holds nothing but what the file system itself put there.</summary>
    public static void RemoveDirectory(string path)
    {
        if (Rmdir(path) != 0) throw Failure("rmdir", path);
    }

    /// <summary>Renames a file or link over another in one step. Links are renamed, not followed.</summary>
    public static void Rename(string from, string to)
    {
        if (RenameRaw(from, to) != 0) throw Failure("rename", from);
    }

    private static FileFacts StatHandle(SafeFileHandle handle)
    {
        Span<byte> buffer = stackalloc byte[256];
        if (Statx((int)handle.DangerousGetHandle(), "", AtEmptyPath, StatxBasic, ref MemoryMarshal.GetReference(buffer)) != 0)
            throw Failure("stat", "an open file");
        return FileFacts.Read(buffer);
    }

    internal static IOException Failure(string operation, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        var message = $"{operation} {path}: {Marshal.GetPInvokeErrorMessage(error).ToLowerInvariant()}";
        return error == 2 ? new FileNotFoundException(message, path) : new IOException(message, error);
    }

    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int LinkChown(string path, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "chmod", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Chmod(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "rmdir", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Rmdir(string path);

    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int RenameRaw(string from, string to);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte buffer);
}

/// <summary>What the kernel keeps about a file.</summary>
/// <param name="Mode">Type and permission bits.</param>
/// <param name="Owner">The user id.</param>
/// <param name="Group">The group id.</param>
/// <param name="Inode">Its number within the file system.</param>
/// <param name="Blocks">How much room it takes, in units of 512 bytes.</param>
/// <param name="DeviceMajor">The file system's device, first half.</param>
/// <param name="DeviceMinor">The file system's device, second half.</param>
internal readonly record struct FileFacts(int Mode, uint Owner, uint Group, ulong Inode, ulong Blocks, uint DeviceMajor, uint DeviceMinor)
{
    private const int TypeMask = 0xf000;

    public bool IsSocket => (Mode & TypeMask) == 0xc000;
    public bool IsCharacterDevice => (Mode & TypeMask) == 0x2000;
    public bool IsBlockDevice => (Mode & TypeMask) == 0x6000;
    public bool IsDirectory => (Mode & TypeMask) == 0x4000;
    public bool IsRegular => (Mode & TypeMask) == 0x8000;
    public bool IsLink => (Mode & TypeMask) == 0xa000;

    // struct statx has the same layout on every architecture.
    internal static FileFacts Read(ReadOnlySpan<byte> statx) => new(
        MemoryMarshal.Read<ushort>(statx[28..]), MemoryMarshal.Read<uint>(statx[20..]), MemoryMarshal.Read<uint>(statx[24..]),
        MemoryMarshal.Read<ulong>(statx[32..]), MemoryMarshal.Read<ulong>(statx[48..]),
        MemoryMarshal.Read<uint>(statx[136..]), MemoryMarshal.Read<uint>(statx[140..]));
}
