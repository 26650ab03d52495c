using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Tiphys.Storage.Embedded.Writing;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>
/// The store's directory: the lock that keeps a second process out, and the format version that keeps an older binary from
/// misreading what a newer one wrote.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    public const int FormatVersion = 3;

    /// <summary>The oldest version that is read, and brought up to the present one when it is opened.</summary>
    public const int OldestFormatVersion = 1;

    private const int FirstPrivateVersion = 2;

    // What the system answers when somebody holds the lock: EWOULDBLOCK, ERROR_SHARING_VIOLATION.
    private const int WouldBlock = 11;
    private const int SharingViolation = unchecked((int)0x80070020);

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

    public static DataDirectory Open(string path, IDisk disk, ILogger logger)
    {
        try
        {
            Permissions.CreateDirectory(path);
            var directory = new DataDirectory(path, Lock(path));
            try
            {
                directory.CheckFormat(disk, logger);
                Permissions.Check(path);
                return directory;
            }
            catch
            {
                directory.Dispose();
                throw;
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreOpenException($"the data directory {path} belongs to another user: run as its owner ({e.Message})", e);
        }
    }

    /// <summary>Keeps other processes out of a directory without looking at what is in it.</summary>
    public static IDisposable LockOnly(string path) => Lock(path);

    /// <summary>Whether a store has ever been made there.</summary>
    public static bool Exists(string path) => File.Exists(System.IO.Path.Combine(path, FormatFile));

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path)
    {
        var file = System.IO.Path.Combine(path, LockFile);
        try
        {
            // FileShare.None is an advisory lock the kernel drops with the process, however it ends.
            var stream = Permissions.Open(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            NameOwner(path);
            return stream;
        }
        catch (IOException e) when (e.HResult is WouldBlock or SharingViolation)
        {
            throw new StoreOpenException($"the data directory {path} is in use by another process{Owner(path)}: stop it, or use another directory", e);
        }
    }

    private static void NameOwner(string path)
    {
        try
        {
            // Not in the locked file itself, which nobody else may open to read it.
            using var stream = Permissions.Open(System.IO.Path.Combine(path, OwnerFile), FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
            stream.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
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

    /// <summary>
    /// The format version a directory names, or why none can be told; neither where there is no store yet. Throws
    /// <see cref="StoreOpenException"/> when it is a newer one.
    /// </summary>
    public static (int? Version, string? Problem) FormatOf(string path)
    {
        var file = System.IO.Path.Combine(path, FormatFile);
        if (!File.Exists(file))
            return (null, HasData(path) ? $"the data directory {path} has data but no '{FormatFile}' file" : null);
        var text = File.ReadAllText(file).Trim();
        if (!text.StartsWith(FormatPrefix, StringComparison.Ordinal)
            || !int.TryParse(text.AsSpan(FormatPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            || version < 1)
        {
            return (null, $"{file} does not name a store format");
        }
        return version <= FormatVersion ? (version, null) : throw Newer(path, version);
    }

    /// <summary>The refusal of what a newer binary wrote.</summary>
    public static StoreOpenException Newer(string path, int version) => new(
        $"the data directory {path} was written in a newer format version ({version}); this binary reads up to {FormatVersion}: use the newer tiphys, or restore a snapshot into a new directory");

    /// <summary>Whether any log or checkpoint is there.</summary>
    public static bool HasData(string path) => Directory.EnumerateFiles(path).Any(
        static f => f.EndsWith(SegmentedLog.Extension, StringComparison.Ordinal) || f.EndsWith(Checkpoint.Extension, StringComparison.Ordinal));

    private void CheckFormat(IDisk disk, ILogger logger)
    {
        var file = System.IO.Path.Combine(Path, FormatFile);
        switch (FormatOf(Path))
        {
            case (_, { } problem):
                throw new StoreOpenException($"{problem}: put the file back, restore a snapshot into a new directory, or have it made anew with `tiphys etcd repair`");
            case (null, _):
                Permissions.SyncPath(Path, disk);
                Write(disk, file);
                break;
            case (< FormatVersion and var version, _):
                // Version 2 added permissions that are checked and the mark of a clean end, version 3 alarms; everything else reads the same.
                if (version < FirstPrivateVersion)
                    Permissions.Tighten(Path);
                Write(disk, file);
                StoreLog.Migrated(logger, Path, version, FormatVersion);
                break;
        }
    }

    private void Write(IDisk disk, string file) => Write(disk, Path, file);

    /// <summary>Names the format in a directory that is being put together.</summary>
    public static void WriteFormat(IDisk disk, string directory) => Write(disk, directory, System.IO.Path.Combine(directory, FormatFile));

    private static void Write(IDisk disk, string directory, string file)
    {
        var temporary = file + Checkpoint.TemporaryExtension;
        using (var output = disk.Open(temporary, create: true))
        {
            output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{FormatPrefix}{FormatVersion}\n")), 0);
            output.Sync();
        }
        disk.Rename(temporary, file);
        disk.SyncDirectory(directory);
    }
}
