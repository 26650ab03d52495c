namespace Tiphys.Storage.Embedded.Log;

/// <summary>The store holds every Secret of the cluster: its directory and files are their owner's alone.</summary>
internal static class Permissions
{
    public const UnixFileMode Directory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    public const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const int AccessDenied = 13;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Opens a file, unbuffered; when that makes it, it is its owner's alone.</summary>
    public static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open)
            options.UnixCreateMode = File;
        return new FileStream(path, options);
    }

    /// <summary>Throws <see cref="StoreOpenException"/> when anyone but the owner may get at the directory or one of its files.</summary>
    public static void Check(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;
        if (System.IO.File.GetUnixFileMode(directory) is var mode && (mode & Others) != 0)
        {
            throw new StoreOpenException(
                $"the data directory {directory} may be read by others (mode {Octal(mode)}), and it holds the cluster's secrets: run `chmod 700 {directory}`");
        }
        foreach (var file in System.IO.Directory.EnumerateFiles(directory))
        {
            // A socket is guarded by the directory; a killed server may have left it between making and restricting it.
            if (!file.EndsWith(Maintenance.MaintenanceSocket.FileName, StringComparison.Ordinal) && System.IO.File.GetUnixFileMode(file) is var found && (found & Others) != 0)
                throw new StoreOpenException($"{file} may be read by others (mode {Octal(found)}), and it holds the cluster's secrets: run `chmod 600 {file}`");
        }
    }

    /// <summary>Takes everyone else's access away: for a directory that older versions made before permissions were checked.</summary>
    public static void Tighten(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;
        System.IO.File.SetUnixFileMode(directory, Directory);
        foreach (var file in System.IO.Directory.EnumerateFiles(directory))
            System.IO.File.SetUnixFileMode(file, File);
    }

    /// <summary>Creates a directory, and what is missing above it, that only its owner may enter.</summary>
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            System.IO.Directory.CreateDirectory(path);
        else
            System.IO.Directory.CreateDirectory(path, Directory);
    }

    /// <summary>
    /// Makes the names of a directory and of everything above it durable: a power loss must not take with one of them all that
    /// was synced below.
    /// </summary>
    public static void SyncPath(string path, IDisk disk)
    {
        for (var parent = Path.GetDirectoryName(Path.GetFullPath(path)); parent is not null; parent = Path.GetDirectoryName(parent))
        {
            try
            {
                disk.SyncDirectory(parent);
            }
            catch (IOException e) when (e.HResult == AccessDenied)
            {
                // A directory we may not read was not made by us.
            }
        }
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
}
