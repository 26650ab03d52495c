using System.Text;

namespace Tiphys.Client;

/// <summary>Writes files whole or not at all: whoever reads one, also after a power loss, finds the old text or the new.</summary>
public static class WholeFile
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes a file for its owner's eyes only, in place of what was there: keys, and kubeconfigs that hold them. Its directory is made when missing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">What it holds afterwards.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void WritePrivate(string path, string text) => Write(path, text, Private);

    /// <summary>Writes a file that everyone may read; see <see cref="WritePrivate"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">What it holds afterwards.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void WritePublic(string path, string text) => Write(path, text, Public);

    private static void Write(string path, string text, UnixFileMode mode)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(directory);
        var temporary = Path.Combine(directory, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
            using (var file = new FileStream(temporary, options))
            {
                file.Write(Encoding.UTF8.GetBytes(text));
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
