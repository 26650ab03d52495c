namespace Tiphys.Kubelet.Volumes;

/// <summary>Gives a volume's files to a pod's fsGroup.</summary>
internal static class VolumeOwnership
{
    private const int ReadWrite = 0x1b0; // rw-rw----
    private const int ReadOnly = 0x120; // r--r-----
    private const int DirectoryExtra = 0x448; // set-group-id, and --x for user and group

    /// <summary>Sets group and mode on a directory and everything below.</summary>
    /// <param name="root">The directory.</param>
    /// <param name="group">The group id.</param>
    /// <param name="readOnly">Whether the group may only read.</param>
    /// <param name="onlyIfRootDiffers">Skips everything when the root is as it should be (fsGroupChangePolicy OnRootMismatch).</param>
    public static void Apply(string root, long group, bool readOnly, bool onlyIfRootDiffers = false)
    {
        var mask = readOnly ? ReadOnly : ReadWrite;
        if (onlyIfRootDiffers)
        {
            var facts = Native.Files.Stat(root);
            if (facts.Group == group && (facts.Mode & (mask | DirectoryExtra)) == (mask | DirectoryExtra)) return;
        }
        Walk(root, group, mask);
    }

    private static void Walk(string path, long group, int mask)
    {
        var facts = Native.Files.Stat(path, followLinks: false);
        Native.Files.ChangeOwner(path, -1, group);
        if (facts.IsLink) return;
        Native.Files.ChangeMode(path, (facts.Mode & 0xfff) | mask | (facts.IsDirectory ? DirectoryExtra : 0));
        if (!facts.IsDirectory) return;
        foreach (var child in Directory.EnumerateFileSystemEntries(path)) Walk(child, group, mask);
    }
}
