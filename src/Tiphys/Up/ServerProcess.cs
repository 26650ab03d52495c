using System.Diagnostics;
using System.Globalization;
using Tiphys.Client;

namespace Tiphys.Up;

/// <summary>The background server of a data directory: its pid file, its log, its start and its end.</summary>
internal sealed class ServerProcess(string dataDir)
{
    private string PidFile => Path.Combine(dataDir, "server.pid");

    /// <summary>Where the server logs.</summary>
    public string LogFile => Path.Combine(dataDir, "server.log");

    /// <summary>The running server's pid, or null. A pid that another program got since does not count.</summary>
    public int? Find()
    {
        if (!File.Exists(PidFile) || !int.TryParse(File.ReadAllText(PidFile), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) return null;
        return RunningProgram.Arguments(pid) switch
        {
            null => null,
            [] => pid,

            // In its first moments it is still the shell that becomes the server.
            var arguments => arguments.Contains("server") && Array.Exists(arguments, static a => Path.GetFileName(a).StartsWith("tiphys", StringComparison.Ordinal)) ? pid : null,
        };
    }

    /// <summary>Starts a server that outlives this program.</summary>
    public int Start(IEnumerable<string> arguments)
    {
        Directory.CreateDirectory(dataDir);

        // A session of its own, so that closing the terminal does not end the cluster.
        var start = new ProcessStartInfo(HostProgram.Require("setsid"), ["/bin/sh", "-c", "exec \"$0\" \"$@\" >>\"$TIPHYS_LOG\" 2>&1 </dev/null", Environment.ProcessPath!, "server", .. arguments]) { UseShellExecute = false };
        start.Environment["TIPHYS_LOG"] = LogFile;
        using var process = Process.Start(start) ?? throw new InvalidOperationException("the server could not be started");
        File.WriteAllText(PidFile, process.Id.ToString(CultureInfo.InvariantCulture));
        return process.Id;
    }

    /// <summary>Ends the server: politely, and after a while not.</summary>
    public async Task StopAsync(int pid, TimeSpan patience, CancellationToken cancel)
    {
        Signals.Send(pid, Signals.Terminate);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(patience);
        while (Find() is not null && !deadline.IsCancellationRequested) await Task.Delay(50, deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Find() is not null) Signals.Send(pid, Signals.Kill);
        File.Delete(PidFile);
    }

    /// <summary>The last lines of the log, for an error message.</summary>
    public string LogTail(int lines) => File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(lines)) : "";
}
