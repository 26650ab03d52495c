using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Volumes;

/// <summary>Checks that a host path is what its type says, or makes it.</summary>
internal static class HostPathCheck
{
    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute |
        UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <exception cref="VolumeException">It is something else, or missing.</exception>
    public static void Ensure(string path, string type)
    {
        Native.FileFacts? facts;
        try
        {
            facts = Native.Files.Stat(path);
        }
        catch (FileNotFoundException)
        {
            facts = null;
        }
        switch (type)
        {
            case HostPathType.Unset:
                return;
            case HostPathType.DirectoryOrCreate when facts is null:
                Directory.CreateDirectory(path, DirectoryMode);
                return;
            case HostPathType.FileOrCreate when facts is null:
                using (File.Open(path, new FileStreamOptions { Mode = System.IO.FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = FileMode }))
                    return;
            default:
                break;
        }
        var (fits, noun) = type switch
        {
            HostPathType.Directory or HostPathType.DirectoryOrCreate => (facts?.IsDirectory, "a directory"),
            HostPathType.File or HostPathType.FileOrCreate => (facts?.IsRegular, "a file"),
            HostPathType.Socket => (facts?.IsSocket, "a socket file"),
            HostPathType.CharDevice => (facts?.IsCharacterDevice, "a character device"),
            HostPathType.BlockDevice => (facts?.IsBlockDevice, "a block device"),
            _ => throw new VolumeException($"{type} is an invalid volume type"),
        };
        if (fits is not true) throw new VolumeException($"hostPath type check failed: {path} is not {noun}");
    }
}
