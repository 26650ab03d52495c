using Microsoft.Extensions.Logging;
using Tiphys.Storage;

namespace Tiphys.ApiServer;

/// <summary>What keeps the addresses and ports of Services in order while the server runs.</summary>
internal sealed partial class ServiceUpkeep : IAsyncDisposable
{
    private static readonly TimeSpan s_networkInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_repairInterval = TimeSpan.FromMinutes(3);
    private readonly CancellationTokenSource _stop = new();
    private readonly ServiceAllocator _allocator;
    private readonly DefaultServiceCidr _network;
    private readonly ServiceAddressRepair _addresses;
    private readonly NodePortRepair _ports;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Task _running = Task.CompletedTask;

    public ServiceUpkeep(ApiResources resources, ServiceAllocator allocator, ServiceNetwork range, TimeProvider time, ILogger logger)
    {
        _allocator = allocator;
        _time = time;
        _logger = logger;
        _network = new DefaultServiceCidr(resources, range, time);
        _addresses = new ServiceAddressRepair(resources, allocator.Addresses, time, logger);
        _ports = new NodePortRepair(resources, allocator.Ports, time, logger);
    }

    /// <summary>Puts everything in order once, lets allocations through, and goes on until disposed.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        var ports = _ports.RunOnceAsync(cancel);
        var check = _network.CheckAsync(await _network.EnsureAsync(cancel), cancel);
        var follow = await _addresses.StartAsync(s_repairInterval, cancel, _stop.Token);
        await ports;
        _allocator.Open();
        await check;
        _running = Task.WhenAll(
            RepeatAsync(s_networkInterval, async stop => await _network.CheckAsync(await _network.EnsureAsync(stop), stop), LogNetworkFailed),
            follow(),
            RepeatAsync(s_repairInterval, _ports.RunOnceAsync, LogPortsFailed));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _addresses.Dispose();
        _stop.Dispose();
    }

    /// <summary>Looks again and again until stopped; what fails is tried again the next time.</summary>
    private async Task RepeatAsync(TimeSpan interval, Func<CancellationToken, Task> look, Action<ILogger, Exception> logFailed)
    {
        var stop = _stop.Token;
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(interval, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!stop.IsCancellationRequested) await look(stop);
            }
            catch (Exception e) when (e is StatusException or StoreException or AllocationException or OperationCanceledException)
            {
                if (!stop.IsCancellationRequested) logFailed(_logger, e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "error trying to sync the default ServiceCIDR")]
    private static partial void LogNetworkFailed(ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "node ports could not be repaired")]
    private static partial void LogPortsFailed(ILogger logger, Exception error);
}
