using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>
/// Makes the disk slow for one process: the kernel's throttling of block devices where it may be used (control groups, version 1), so
/// that a sync takes a tenth of a second; otherwise the process is stopped and continued again and again, which is as slow.
/// </summary>
internal sealed partial class SlowDisk : IDisposable
{
    private const string Groups = "/sys/fs/cgroup/blkio";
    private const int Stop = 19;
    private const int Continue = 18;
    private static readonly TimeSpan Stopped = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Running = TimeSpan.FromMilliseconds(40);
    private readonly Action _end;

    private SlowDisk(string way, Action end) => (Way, _end) = (way, end);

    /// <summary>How it is done.</summary>
    public string Way { get; }

    public static SlowDisk Of(int process, string directory, int operationsPerSecond) =>
        Throttle(process, directory, operationsPerSecond) ?? Interrupt(process);

    public void Dispose() => _end();

    private static SlowDisk? Throttle(int process, string directory, int operationsPerSecond)
    {
        var group = Path.Combine(Groups, $"tiphys-test-{process}");
        try
        {
            if (!File.Exists(Path.Combine(Groups, "blkio.throttle.write_iops_device")) && !Directory.Exists(Groups)) return null;
            if (Device(directory) is not { } device) return null;
            var before = Path.Join(Groups, Group().Match(File.ReadAllText($"/proc/{process}/cgroup")).Groups[1].Value);
            Directory.CreateDirectory(group);
            File.WriteAllText(Path.Combine(group, "blkio.throttle.write_iops_device"), string.Create(CultureInfo.InvariantCulture, $"{device} {operationsPerSecond}"));
            File.WriteAllText(Path.Combine(group, "cgroup.procs"), process.ToString(CultureInfo.InvariantCulture));
            return new SlowDisk($"{operationsPerSecond} writes a second to device {device}", () =>
            {
                Move(process, before);
                Remove(group);
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove(group);
            return null;
        }
    }

    private static SlowDisk Interrupt(int process)
    {
        var stop = new CancellationTokenSource();
        var running = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested && Signal(process, Stop) == 0)
            {
                await Task.Delay(Stopped, CancellationToken.None);
                _ = Signal(process, Continue);
                await Task.Delay(Running, CancellationToken.None);
            }
        });
        return new SlowDisk("stopped for 150 of each 190 ms", () =>
        {
            stop.Cancel();
            running.Wait();
            stop.Dispose();
        });
    }

    // The whole disk: a partition cannot be throttled. Null for what is on no disk.
    private static string? Device(string directory)
    {
        using var find = Process.Start(new ProcessStartInfo("/usr/bin/stat", ["-c", "%Hd:%Ld", directory]) { RedirectStandardOutput = true })!;
        var device = find.StandardOutput.ReadToEnd().Trim();
        find.WaitForExit();
        var path = $"/sys/dev/block/{device}";
        if (find.ExitCode != 0 || !Directory.Exists(path)) return null;
        var real = new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        return File.Exists(Path.Combine(real, "partition")) ? File.ReadAllText(Path.Combine(Path.GetDirectoryName(real)!, "dev")).Trim() : device;
    }

    private static void Move(int process, string group)
    {
        try
        {
            File.WriteAllText(Path.Combine(group, "cgroup.procs"), process.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process is gone.
        }
    }

    private static void Remove(string group)
    {
        try
        {
            if (Directory.Exists(group)) Directory.Delete(group);
        }
        catch (IOException)
        {
            // A dying process is still in it; an empty group does no harm.
        }
    }

    [GeneratedRegex(":(?:[^:]*,)?blkio(?:,[^:]*)?:(.*)")]
    private static partial Regex Group();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int pid, int signal);
}
