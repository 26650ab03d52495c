using System.Globalization;
using Tiphys.Client;

namespace Tiphys.Kubelet.Cgroups;

/// <summary>What both versions of cgroups have in common: directories with processes.</summary>
internal static class CgroupDirectory
{
    public static void Write(string directory, string file, string value)
    {
        try
        {
            File.WriteAllText(Path.Combine(directory, file), value);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"could not write {value} to {Path.Combine(directory, file)}: {e.Message}", e);
        }
    }

    public static IEnumerable<int> Processes(string directory)
    {
        if (!Directory.Exists(directory)) return [];
        try
        {
            return Directory.EnumerateDirectories(directory).SelectMany(Processes).Concat(
                File.ReadLines(Path.Combine(directory, "cgroup.procs"))
                    .Select(l => int.TryParse(l, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
                    .Where(id => id > 0)).ToList();
        }
        catch (IOException)
        {
            return []; // it went away meanwhile
        }
    }

    public static void KillAll(string directory)
    {
        foreach (var process in Processes(directory)) Signals.Send(process, Signals.Kill);
    }

    /// <summary>Removes a cgroup's directories, deepest first; false while one is in use.</summary>
    public static bool Remove(string directory)
    {
        if (!Directory.Exists(directory)) return true;
        try
        {
            foreach (var child in Directory.EnumerateDirectories(directory))
            {
                if (!Remove(child)) return false;
            }
            // The kernel's files in it are not ours to delete, and need not be.
            Native.Files.RemoveDirectory(directory);
            return true;
        }
        catch (FileNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
