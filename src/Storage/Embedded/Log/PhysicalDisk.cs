using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>The operating system's files.</summary>
internal sealed partial class PhysicalDisk : IDisk
{
    public static readonly PhysicalDisk Instance = new();

    public IDiskFile Open(string path, bool create) =>
        new PhysicalFile(Permissions.Open(path, create ? FileMode.Create : FileMode.Open, FileAccess.ReadWrite, FileShare.Read));

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

    private static IOException Error(string call, string path)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{call} {path}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDescriptor(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int SyncData(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);

    private sealed class PhysicalFile(FileStream stream) : IDiskFile
    {
        private readonly SafeFileHandle _handle = stream.SafeFileHandle;

        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(_handle, bytes, offset);

        public void SetLength(long length) => RandomAccess.SetLength(_handle, length);

        public void Sync()
        {
            // .NET's own flush passes over EROFS, which is what a file system says that has shut itself down after an error.
            if (!OperatingSystem.IsLinux())
                RandomAccess.FlushToDisk(_handle);
            else if (SyncData(_handle) != 0)
                throw Error("fdatasync", stream.Name);
        }

        public void Dispose() => stream.Dispose();
    }
}
