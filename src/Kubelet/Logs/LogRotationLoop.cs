using Microsoft.Extensions.Logging;
using Tiphys.Kubelet.Cri;
using Tiphys.Kubelet.Cri.V1;

namespace Tiphys.Kubelet.Logs;

/// <summary>Looks at the logs of all running containers every ten seconds and rotates those that grew too large.</summary>
internal sealed partial class LogRotationLoop(IRuntimeService runtime, KubeletOptions options, TimeProvider time, ILogger<LogRotationLoop> logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    private readonly LogRotator _rotator = new(time, options.ContainerLogMaxSize, options.ContainerLogMaxFiles);
    private readonly Dictionary<string, string> _paths = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await Task.Delay(Period, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await RotateAllAsync(cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, "all containers", e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task RotateAllAsync(CancellationToken cancel)
    {
        var filter = new ContainerFilter { State = new ContainerStateValue { State = ContainerState.ContainerRunning } };
        var running = await runtime.ListContainersAsync(filter, cancel).ConfigureAwait(false);
        foreach (var gone in _paths.Keys.Except(running.Select(c => c.Id)).ToList()) _paths.Remove(gone);
        foreach (var container in running)
        {
            try
            {
                if (!_paths.TryGetValue(container.Id, out var path))
                    _paths[container.Id] = path = (await runtime.ContainerStatusAsync(container.Id, cancel).ConfigureAwait(false))?.LogPath ?? "";
                if (path.Length > 0) await _rotator.RotateAsync(path, () => runtime.ReopenContainerLogAsync(container.Id, cancel)).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, container.Id, e.Message);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The log of {Container} was not rotated: {Reason}")]
    private static partial void LogFailed(ILogger logger, string container, string reason);
}
