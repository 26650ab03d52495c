using System.Diagnostics;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>A file system of a few megabytes that can be filled.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TestDirectory _directory = new();

    private SmallDisk()
    {
    }

    public string Path => _directory.Path;

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Mounts one; the test is skipped where that is not allowed.</summary>
    public static SmallDisk Mount(int megabytes)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) Assert.Skip("mounting needs root");
        var disk = new SmallDisk();
        if (Run("/usr/bin/mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0700", "tmpfs", disk.Path) != 0)
        {
            disk._directory.Dispose();
            Assert.Skip("no tmpfs can be mounted here");
        }
        return disk;
    }

    /// <summary>Takes all the room there is.</summary>
    public void Fill()
    {
        using var file = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var (block, size) = (new byte[1 << 20], 1 << 20);
        while (size > 0)
        {
            try
            {
                file.Write(block, 0, size);
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    }

    public void MakeRoom() => File.Delete(Ballast);

    public void Dispose()
    {
        Run("/usr/bin/umount", "-l", Path);
        _directory.Dispose();
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
