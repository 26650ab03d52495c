using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Tiphys.Storage.Etcd.Gateway;

/// <summary>What Prometheus's clients tell of their own process; etcdctl's load checks read the memory.</summary>
internal static class ProcessMetrics
{
    private const string OpenFiles = "/proc/self/fd";

    public static void Append(StringBuilder text)
    {
        using var process = Process.GetCurrentProcess();
        Add("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", "counter", process.TotalProcessorTime.TotalSeconds);
        if (Directory.Exists(OpenFiles))
            Add("process_open_fds", "Number of open file descriptors.", "gauge", Directory.EnumerateFileSystemEntries(OpenFiles).Count());
        Add("process_resident_memory_bytes", "Resident memory size in bytes.", "gauge", process.WorkingSet64);
        Add("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", "gauge", new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        Add("process_virtual_memory_bytes", "Virtual memory size in bytes.", "gauge", process.VirtualMemorySize64);

        void Add(string name, string help, string type, double value) =>
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n{name} {value:R}\n");
    }
}
