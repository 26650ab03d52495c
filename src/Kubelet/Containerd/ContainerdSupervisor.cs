using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Tiphys.Client;
using Tiphys.Kubelet.Cri;
using Tiphys.Grpc;

namespace Tiphys.Kubelet.Containerd;

/// <summary>Keeps a private containerd running.</summary>
/// <remarks>
/// containerd is started in a session of its own with its output in a file, so that neither our death nor a terminal's signals reach it.
/// A later agent finds it by its process id and takes it over. Containers themselves outlive both, held by their shims.
/// </remarks>
internal sealed partial class ContainerdSupervisor(
    ContainerdOptions options, IRuntimeService runtime, TimeProvider time, ILogger<ContainerdSupervisor> logger)
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StableAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private Process? _process;

    /// <summary>Starts containerd or takes over one that runs already, and returns once it serves the CRI.</summary>
    /// <exception cref="InvalidOperationException">containerd is missing or does not come up.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        Directory.CreateDirectory(options.Directory);
        Directory.CreateDirectory(options.CniConfigDirectory);
        Directory.CreateDirectory(options.RegistryConfigDirectory);
        var config = ContainerdConfig.Generate(options);
        var unchanged = File.Exists(options.ConfigPath) && await File.ReadAllTextAsync(options.ConfigPath, cancel).ConfigureAwait(false) == config;
        if (FindRunning() is { } running)
        {
            if (unchanged)
            {
                LogAdopted(logger, running.Id);
                _process = running;
                await WaitUntilReadyAsync(cancel).ConfigureAwait(false);
                return;
            }
            LogConfigChanged(logger, running.Id);
            await StopAsync(running, cancel).ConfigureAwait(false);
        }
        await File.WriteAllTextAsync(options.ConfigPath, config, cancel).ConfigureAwait(false);
        Launch();
        await WaitUntilReadyAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Restarts containerd whenever it ends, until cancelled. It is left running then.</summary>
    public async Task SuperviseAsync(CancellationToken cancel)
    {
        var pause = TimeSpan.FromSeconds(1);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var since = time.GetTimestamp();
                await _process!.WaitForExitAsync(cancel).ConfigureAwait(false);
                LogExited(logger, _process.Id);
                if (time.GetElapsedTime(since) > StableAfter) pause = TimeSpan.FromSeconds(1);
                else pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                Launch();
                await WaitUntilReadyAsync(cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogRestartFailed(logger, e, pause);
                await Task.Delay(pause, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Ends containerd; running containers stay.</summary>
    public async Task ShutdownAsync(CancellationToken cancel)
    {
        if (FindRunning() is { } running) await StopAsync(running, cancel).ConfigureAwait(false);
    }

    private void Launch()
    {
        // The shell only redirects; setsid replaces it, and containerd setsid, so the id stays the same.
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", "exec \"$3\" \"$0\" --config \"$1\" </dev/null >>\"$2\" 2>&1", HostProgram.Require(options.Executable), options.ConfigPath, options.LogPath, HostProgram.Require("setsid") },
            WorkingDirectory = options.Directory,
        };
        // A socket handed to us by systemd is not containerd's.
        start.Environment.Remove("NOTIFY_SOCKET");
        _process = Process.Start(start) ?? throw new InvalidOperationException($"could not start {options.Executable}");
        WholeFile.WritePrivate(options.PidPath, _process.Id.ToString(CultureInfo.InvariantCulture));
        LogStarted(logger, _process.Id, options.LogPath);
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancel)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            try
            {
                var status = await runtime.StatusAsync(verbose: false, cancel).ConfigureAwait(false);
                if (status.Status.Conditions.Any(c => c is { Type: "RuntimeReady", Status: true })) return;
            }
            catch (GrpcException e) when (e.Code is GrpcStatusCode.Unavailable or GrpcStatusCode.Unimplemented or GrpcStatusCode.Unknown)
            {
                // The socket comes first and the CRI plugin some moments later.
            }
            if (_process!.HasExited)
                throw new InvalidOperationException($"containerd ended at once; {options.LogPath} says why: {LastLogLine()}");
            if (time.GetElapsedTime(since) > StartLimit)
                throw new InvalidOperationException($"containerd does not serve the CRI after {StartLimit.TotalSeconds} s; see {options.LogPath}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancel).ConfigureAwait(false);
        }
    }

    private Process? FindRunning()
    {
        if (!File.Exists(options.PidPath) ||
            !int.TryParse(File.ReadAllText(options.PidPath), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return null;
        try
        {
            return options.Owns(id) ? Process.GetProcessById(id) : null;
        }
        catch (ArgumentException)
        {
            return null; // it ended in between
        }
    }

    private async Task StopAsync(Process process, CancellationToken cancel)
    {
        Signals.Send(process.Id, Signals.Terminate);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(10));
        try
        {
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            process.Kill();
            await process.WaitForExitAsync(cancel).ConfigureAwait(false);
        }
        File.Delete(options.PidPath);
    }

    private string LastLogLine() => File.Exists(options.LogPath) ? File.ReadLines(options.LogPath).LastOrDefault() ?? "" : "";

    [LoggerMessage(1, LogLevel.Information, "Started containerd, process {Pid}, logging to {Log}")]
    private static partial void LogStarted(ILogger logger, int pid, string log);

    [LoggerMessage(2, LogLevel.Information, "Took over the running containerd, process {Pid}")]
    private static partial void LogAdopted(ILogger logger, int pid);

    [LoggerMessage(3, LogLevel.Information, "containerd's configuration changed; restarting process {Pid}")]
    private static partial void LogConfigChanged(ILogger logger, int pid);

    [LoggerMessage(4, LogLevel.Warning, "containerd, process {Pid}, ended; starting it again")]
    private static partial void LogExited(ILogger logger, int pid);

    [LoggerMessage(5, LogLevel.Error, "containerd could not be restarted; trying again in {Pause}")]
    private static partial void LogRestartFailed(ILogger logger, Exception error, TimeSpan pause);
}
