using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>The few file operations durability rests on; tests put a failing disk in its place.</summary>
internal interface IDisk
{
    /// <summary>Opens a file for writing: a new, empty one, or an existing one as it is.</summary>
    IDiskFile Open(string path, bool create);

    void Rename(string from, string to);

    void Delete(string path);

    /// <summary>Makes the creation, renaming and deletion of a directory's files durable.</summary>
    void SyncDirectory(string path);
}

/// <summary>A file open for writing.</summary>
internal interface IDiskFile : IDisposable
{
    void Write(ReadOnlySpan<byte> bytes, long offset);

    void SetLength(long length);

    /// <summary>Returns once everything written is on stable storage.</summary>
    void Sync();
}

/// <summary>The operating system's files.</summary>
internal sealed partial class PhysicalDisk : IDisk
{
    public static readonly PhysicalDisk Instance = new();

    public IDiskFile Open(string path, bool create) => new PhysicalFile(
        File.OpenHandle(path, create ? FileMode.Create : FileMode.Open, FileAccess.ReadWrite, FileShare.Read));

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void Delete(string path) => File.Delete(path);

    public void SyncDirectory(string path)
    {
        // NTFS journals directory changes itself, and has nothing to call.
        if (OperatingSystem.IsWindows())
            return;
        const int readOnly = 0;
        var descriptor = OpenDescriptor(path, readOnly);
        if (descriptor < 0)
            throw Error("open", path);
        try
        {
            if (SyncDescriptor(descriptor) != 0)
                throw Error("fsync", path);
        }
        finally
        {
            _ = CloseDescriptor(descriptor);
        }
    }

    private static IOException Error(string call, string path) =>
        new($"{call} {path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDescriptor(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);

    private sealed class PhysicalFile(SafeFileHandle handle) : IDiskFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(handle, bytes, offset);

        public void SetLength(long length) => RandomAccess.SetLength(handle, length);

        public void Sync() => RandomAccess.FlushToDisk(handle);

        public void Dispose() => handle.Dispose();
    }
}
