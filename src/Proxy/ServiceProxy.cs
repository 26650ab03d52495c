using Microsoft.Extensions.Logging;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Client;

namespace Tiphys.Proxy;

/// <summary>Follows Services and EndpointSlices and keeps the kernel's rules in step.</summary>
internal sealed partial class ServiceProxy(ProxyOptions options, IInformer<Service> services, IInformer<EndpointSlice> slices, INft nft, TimeProvider time, ILogger logger)
{
    private readonly SemaphoreSlim _changed = new(0, 1);
    private RuleSet? _applied;
    private long _wholeAt;

    /// <summary>When the rules last matched what the API says.</summary>
    public DateTimeOffset? LastSync { get; private set; }

    /// <summary>Works until cancelled. The rules stay when it ends: connections must survive a restart.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        services.OnChange(_ => Signal());
        slices.OnChange(_ => Signal());

        // With half of the picture, endpoints of the other half would lose their traffic.
        await Task.WhenAll(services.WaitForSyncAsync(cancel), slices.WaitForSyncAsync(cancel));
        while (!cancel.IsCancellationRequested)
        {
            var wait = options.SyncPeriod;
            try
            {
                await SyncAsync(cancel);
            }
            catch (NftException e)
            {
                LogRefused(logger, e.Message);
                _applied = null; // the next attempt writes everything
                wait = TimeSpan.FromSeconds(1);
            }

            await Task.Delay(options.MinSyncPeriod, time, cancel);
            using var timeout = new CancellationTokenSource(wait, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
            await _changed.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Brings the rules in step once.</summary>
    public async Task SyncAsync(CancellationToken cancel)
    {
        var wanted = RuleBuilder.Build(ServicePorts.Of(services.List(), slices.List(), options.NodeName), options);
        var whole = _applied is null || time.GetElapsedTime(_wholeAt) > TimeSpan.FromHours(1);
        var script = whole ? Transaction.Whole(wanted) : Transaction.Difference(_applied!, wanted);
        if (script.Length > 0) await nft.ApplyAsync(script, cancel);
        if (whole) _wholeAt = time.GetTimestamp();
        _applied = wanted;
        LastSync = time.GetUtcNow();
    }

    private void Signal()
    {
        try
        {
            if (_changed.CurrentCount == 0) _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else signalled in between; once is enough.
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "nft refused the service rules: {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);
}
