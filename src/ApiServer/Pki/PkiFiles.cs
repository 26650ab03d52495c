using System.Text;

namespace Tiphys.ApiServer;

/// <summary>Reads and writes the files of the cluster's PKI: whole or not at all, and keys for the owner's eyes only.</summary>
internal static class PkiFiles
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public static string? TryRead(string path) => File.Exists(path) ? File.ReadAllText(path) : null;

    public static void WritePrivate(string path, string text) => Write(path, text, Private);

    public static void WritePublic(string path, string text) => Write(path, text, Public);

    private static void Write(string path, string text, UnixFileMode mode)
    {
        var directory = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(directory);
        var temporary = Path.Combine(directory, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
            using (var file = new FileStream(temporary, options))
            {
                file.Write(Encoding.ASCII.GetBytes(text.EndsWith('\n') ? text : text + "\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
