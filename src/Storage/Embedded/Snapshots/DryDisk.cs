using Tiphys.Storage.Embedded.Log;

namespace Tiphys.Storage.Embedded.Snapshots;

/// <summary>A disk that changes nothing: for finding out what opening a store would say.</summary>
internal sealed class DryDisk : IDisk
{
    public static readonly DryDisk Instance = new();

    public IDiskFile Open(string path, bool create) => new DryFile();

    public void Rename(string from, string to)
    {
    }

    public void Delete(string path)
    {
    }

    public void SyncDirectory(string path)
    {
    }

    private sealed class DryFile : IDiskFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
        }

        public void SetLength(long length)
        {
        }

        public void Sync()
        {
        }

        public void Dispose()
        {
        }
    }
}
