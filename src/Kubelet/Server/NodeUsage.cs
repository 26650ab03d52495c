using System.Globalization;

namespace Tiphys.Kubelet.Server;

/// <summary>How much of the machine is in use, as the kernel counts it.</summary>
internal static class NodeUsage
{
    private const long NanosecondsPerTick = 10_000_000; // the kernel counts CPU time in hundredths of a second

    /// <summary>CPU time used since the machine started, in nanoseconds.</summary>
    public static ulong CpuNanoseconds()
    {
        // cpu user nice system idle iowait irq softirq steal ...
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        ulong ticks = 0;
        foreach (var index in (int[])[1, 2, 3, 6, 7, 8])
        {
            if (index < fields.Length) ticks += ulong.Parse(fields[index], CultureInfo.InvariantCulture);
        }
        return ticks * NanosecondsPerTick;
    }

    /// <summary>When the machine started.</summary>
    public static DateTimeOffset BootTime()
    {
        var line = File.ReadLines("/proc/stat").First(l => l.StartsWith("btime ", StringComparison.Ordinal));
        return DateTimeOffset.FromUnixTimeSeconds(long.Parse(line.AsSpan(6), CultureInfo.InvariantCulture));
    }

    /// <summary>One figure of the memory statistics, in bytes.</summary>
    public static ulong Memory(string field)
    {
        var line = File.ReadLines("/proc/meminfo").FirstOrDefault(l => l.StartsWith(field + ":", StringComparison.Ordinal));
        return line is null ? 0 : ulong.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
