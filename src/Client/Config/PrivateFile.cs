using System.Text;

namespace Tiphys.Client;

/// <summary>Writes files for their owner's eyes only, whole or not at all: keys, and kubeconfigs that hold them.</summary>
public static class PrivateFile
{
    /// <summary>Writes a file in place of what was there. Its directory is made when missing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">What it holds afterwards, also when the machine stops in between: the old text or the new.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, string text)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(directory);
        var temporary = Path.Combine(directory, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
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
