using Tiphys.Storage.Embedded.Log;

namespace Tiphys.Storage.Tests;

/// <summary>A disk that fails on demand, as a full one does.</summary>
internal sealed class FailingDisk : IDisk
{
    [Flags]
    public enum Operation
    {
        None = 0,
        Open = 1,
        Write = 2,
        Sync = 4,
        SetLength = 8,
        Rename = 16,
        All = 31,
    }

    public volatile Operation Failing;

    /// <summary>What the disk says; ENOSPC unless told otherwise.</summary>
    public IOException Error { get; set; } = new("No space left on device", 28);

    /// <summary>Targets of renames so far.</summary>
    public List<string> Renamed { get; } = [];

    IDiskFile IDisk.Open(string path, bool create)
    {
        Check(Operation.Open);
        return new FailingFile(this, PhysicalDisk.Instance.Open(path, create));
    }

    void IDisk.Rename(string from, string to)
    {
        Check(Operation.Rename);
        Renamed.Add(to);
        PhysicalDisk.Instance.Rename(from, to);
    }

    void IDisk.Delete(string path) => PhysicalDisk.Instance.Delete(path);

    void IDisk.SyncDirectory(string path)
    {
        Check(Operation.Sync);
        PhysicalDisk.Instance.SyncDirectory(path);
    }

    private void Check(Operation operation)
    {
        if (Failing.HasFlag(operation))
            throw Error;
    }

    private sealed class FailingFile(FailingDisk disk, IDiskFile file) : IDiskFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            if (disk.Failing.HasFlag(Operation.Write))
                file.Write(bytes[..(bytes.Length / 2)], offset);
            disk.Check(Operation.Write);
            file.Write(bytes, offset);
        }

        public void SetLength(long length)
        {
            disk.Check(Operation.SetLength);
            file.SetLength(length);
        }

        public void Sync()
        {
            disk.Check(Operation.Sync);
            file.Sync();
        }

        public void Dispose() => file.Dispose();
    }
}
