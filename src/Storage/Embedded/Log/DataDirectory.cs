using System.Globalization;
using System.Text;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>
/// The store's directory: the lock that keeps a second process out, and the format version that keeps an older binary from
/// misreading what a newer one wrote.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    public const int FormatVersion = 1;

    private const string FormatPrefix = "tiphys-store ";
    private const string FormatFile = "format";
    private const string LockFile = "lock";
    private const string OwnerFile = "owner";

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream lockStream)
    {
        Path = path;
        _lock = lockStream;
    }

    public string Path { get; }

    public static DataDirectory Open(string path, IDisk disk)
    {
        Directory.CreateDirectory(path);
        var directory = new DataDirectory(path, Lock(path));
        try
        {
            directory.CheckFormat(disk);
            return directory;
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path)
    {
        var file = System.IO.Path.Combine(path, LockFile);
        try
        {
            // FileShare.None is an advisory lock the kernel drops with the process, however it ends.
            var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            NameOwner(path);
            return stream;
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new StoreOpenException($"the data directory {path} is in use by another process{Owner(path)}", e);
        }
    }

    private static void NameOwner(string path)
    {
        try
        {
            // Not in the locked file itself, which nobody else may open to read it.
            File.WriteAllText(System.IO.Path.Combine(path, OwnerFile), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It only makes a message better; a full disk must not keep the store from being read.
        }
    }

    private static string Owner(string path)
    {
        try
        {
            return $" (pid {File.ReadAllText(System.IO.Path.Combine(path, OwnerFile))})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private void CheckFormat(IDisk disk)
    {
        var file = System.IO.Path.Combine(Path, FormatFile);
        if (!File.Exists(file))
        {
            if (Directory.EnumerateFiles(Path).Any(f => f.EndsWith(SegmentedLog.Extension, StringComparison.Ordinal)
                    || f.EndsWith(Checkpoint.Extension, StringComparison.Ordinal)))
            {
                throw new StoreOpenException($"the data directory {Path} has data but no '{FormatFile}' file");
            }
            Write(disk, file);
            return;
        }

        var text = File.ReadAllText(file).Trim();
        if (!text.StartsWith(FormatPrefix, StringComparison.Ordinal)
            || !int.TryParse(text.AsSpan(FormatPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            || version < 1)
        {
            throw new StoreOpenException($"{file} does not name a store format");
        }
        if (version > FormatVersion)
        {
            throw new StoreOpenException(
                $"the data directory {Path} was written in a newer format version ({version}); this binary reads up to {FormatVersion}");
        }
    }

    private void Write(IDisk disk, string file)
    {
        var temporary = file + Checkpoint.TemporaryExtension;
        using (var output = disk.Open(temporary, create: true))
        {
            output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{FormatPrefix}{FormatVersion}\n")), 0);
            output.Sync();
        }
        disk.Rename(temporary, file);
        disk.SyncDirectory(Path);
    }
}
