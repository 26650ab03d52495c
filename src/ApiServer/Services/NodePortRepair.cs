using Microsoft.Extensions.Logging;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// Holds the stored node ports against those that Services have (upstream's portallocator-repair-controller): a port that was not
/// written down is, one that no Service has is given back after a while.
/// </summary>
internal sealed partial class NodePortRepair(ApiResources resources, NodePortRegistry registry, TimeProvider time, ILogger logger)
{
    private const string Action = "PortAllocation";

    /// <summary>How often a port must be found without a Service: one may be about to get it.</summary>
    private const int LooksBeforeRelease = 3;

    private const int Attempts = 5;
    private readonly ServerEvents _events = new(resources, "portallocator-repair-controller", time);
    private Dictionary<int, int> _leaks = [];

    /// <summary>Looks once; other servers that change the ports meanwhile make it look again.</summary>
    public async Task RunOnceAsync(CancellationToken cancel)
    {
        for (var attempt = 1; attempt <= Attempts && !await TryAsync(cancel); attempt++) await Task.Delay(TimeSpan.FromMilliseconds(10 * attempt), time, cancel);
        await _events.KeepAsync(cancel);
    }

    private async Task<bool> TryAsync(CancellationToken cancel)
    {
        // The Services as of later than the ports: whatever was allocated for a Service that is listed is in the ports.
        var stored = await registry.ReadAsync(cancel);
        var (services, _) = await resources.Of<Service>().ListFreshAsync(Selection.All, cancel);
        var rebuilt = registry.Empty;
        var unclaimed = stored is { } found ? found.Ports.Taken.ToHashSet() : [];
        foreach (var item in services)
        {
            if (item.Field("spec.type") is ServiceType.ClusterIP or ServiceType.ExternalName) continue;
            var service = (Service)item.Decode();
            foreach (var port in Claimed(service)) await ClaimAsync(service, port, rebuilt, unclaimed, isNew: stored is null, cancel);
        }

        var leaks = new Dictionary<int, int>();
        foreach (var port in unclaimed)
        {
            var left = _leaks.GetValueOrDefault(port, LooksBeforeRelease) - 1;
            if (left < 0)
            {
                LogLeaked(logger, port);
                continue;
            }

            leaks[port] = left;
            if (rebuilt.Contains(port)) rebuilt.Take(port);
        }

        if (stored is not { } before || before.Ports.Range != rebuilt.Range || !before.Ports.Save().AsSpan().SequenceEqual(rebuilt.Save()))
            if (!await registry.ReplaceAsync(rebuilt, stored?.Revision ?? 0, cancel)) return false;
        _leaks = leaks;
        return true;
    }

    private async Task ClaimAsync(Service service, int port, NodePortBitmap rebuilt, HashSet<int> unclaimed, bool isNew, CancellationToken cancel)
    {
        if (!rebuilt.Contains(port)) await WarnAsync(service, "PortOutOfRange", $"Port {port} is not within the port range {rebuilt.Range}; please recreate service", cancel);
        else if (rebuilt.Has(port)) await WarnAsync(service, "PortAlreadyAllocated", $"Port {port} was assigned to multiple services; please recreate service", cancel);
        else
        {
            rebuilt.Take(port);

            // A store in which no ports were ever written down has nothing wrong with it.
            if (!unclaimed.Remove(port) && !isNew) await WarnAsync(service, "PortNotAllocated", $"Port {port} is not allocated; repairing", cancel);
        }
    }

    /// <summary>The ports a Service claims: the same over two protocols is one, the same twice over one is two.</summary>
    private static IEnumerable<int> Claimed(Service service)
    {
        var seen = new HashSet<(int, string)>();
        var numbers = new HashSet<int>();
        foreach (var port in service.Spec.Ports ?? [])
        {
            if (port.NodePort == 0) continue;
            var again = !seen.Add((port.NodePort, port.Protocol));
            if (numbers.Add(port.NodePort) || again) yield return port.NodePort;
        }

        var health = service.Spec.HealthCheckNodePort;
        if (health != 0 && (!numbers.Contains(health) || seen.Contains((health, Protocol.Tcp)))) yield return health;
    }

    private Task WarnAsync(Service service, string reason, string note, CancellationToken cancel)
    {
        LogRepair(logger, service.Metadata.Namespace, service.Metadata.Name, note);
        return _events.WarnAsync(service, reason, Action, note, cancel);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Namespace}/{Name}: {Note}")]
    private static partial void LogRepair(ILogger logger, string @namespace, string name, string note);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the node port {Port} appears to have leaked: cleaning up")]
    private static partial void LogLeaked(ILogger logger, int port);
}
