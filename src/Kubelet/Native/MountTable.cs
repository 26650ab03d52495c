using System.Text;

namespace Tiphys.Kubelet.Native;

/// <summary>One mounted file system as this process sees it.</summary>
/// <param name="Point">Where it is mounted.</param>
/// <param name="Root">Which directory of the file system is mounted there.</param>
/// <param name="FileSystem">The type, such as <c>ext4</c> or <c>cgroup2</c>.</param>
/// <param name="SuperOptions">Options of the file system, such as the controllers of a cgroup hierarchy.</param>
internal sealed record MountEntry(string Point, string Root, string FileSystem, IReadOnlyList<string> SuperOptions);

/// <summary>Reads the table of mounts.</summary>
internal static class MountTable
{
    public static IReadOnlyList<MountEntry> Read(string path = "/proc/self/mountinfo") =>
        [.. File.ReadLines(path).Select(Parse).OfType<MountEntry>()];

    /// <summary>Whether a path lies at or below a mount point.</summary>
    public static bool Covers(string point, string path) =>
        point == "/" || path == point || (path.StartsWith(point, StringComparison.Ordinal) && path[point.Length] == '/');

    private static MountEntry? Parse(string line)
    {
        // id parent dev root point options [optional fields] - type source super-options
        var fields = line.Split(' ');
        var dash = Array.IndexOf(fields, "-", 6);
        return dash < 0 || fields.Length < dash + 4
            ? null
            : new MountEntry(Unescape(fields[4]), Unescape(fields[3]), fields[dash + 1], fields[dash + 3].Split(','));
    }

    private static string Unescape(string field)
    {
        if (!field.Contains('\\')) return field;
        var result = new StringBuilder(field.Length);
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length)
            {
                result.Append((char)Convert.ToInt32(field.Substring(i + 1, 3), 8));
                i += 3;
            }
            else
            {
                result.Append(field[i]);
            }
        }
        return result.ToString();
    }
}
