namespace Tiphys.Kubelet.Eviction;

/// <summary>Adds up how much room directories take.</summary>
internal static class DiskUsage
{
    private const int BlockSize = 512;

    /// <summary>The bytes of disk everything in a directory takes; zero when there is none.</summary>
    public static long Of(string directory)
    {
        if (!Directory.Exists(directory)) return 0;
        long blocks = 0;
        foreach (var entry in Directory.EnumerateFileSystemEntries(directory, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true, ReturnSpecialDirectories = false }))
        {
            try
            {
                blocks += (long)Native.Files.Stat(entry, followLinks: false).Blocks;
            }
            catch (IOException)
            {
                // It went away meanwhile.
            }
        }
        return blocks * BlockSize;
    }
}
