using Microsoft.Extensions.Logging;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Kubelet.Nodes;

/// <summary>
/// Keeps routes to the pods of other nodes: each through its node's own address where the two share a network, else through an
/// <see cref="Overlay"/>.
/// It needs to list and watch nodes, which a node's own identity may not; the service proxy's may.
/// </summary>
public sealed partial class NodeRoutes
{
    // Marks our routes among others', so that stale ones can be told apart.
    internal const string Protocol = "84";

    // The kernel drops routes over a link that goes down, and does not bring them back with it.
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);
    private readonly string _nodeName;
    private readonly IInformer<Node> _nodes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Overlay _overlay = new();
    private readonly SemaphoreSlim _wake = new(1, 1);

    /// <summary>Prepares the routes of a node; the informer is the caller's to run.</summary>
    /// <param name="nodeName">The node this runs on.</param>
    /// <param name="nodes">All nodes.</param>
    /// <param name="time">Clock.</param>
    /// <param name="loggers">Where to log.</param>
    public NodeRoutes(string nodeName, IInformer<Node> nodes, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        _nodeName = nodeName;
        _nodes = nodes;
        _time = time;
        _logger = loggers.CreateLogger<NodeRoutes>();
        nodes.On(
            added: _ => Wake(),
            updated: (before, after) =>
            {
                if (Routes([before]).SetEquals(Routes([after]))) return; // a heartbeat
                Wake();
            },
            deleted: _ => Wake());
    }

    /// <summary>Keeps a node's routes until cancelled. They stay after that.</summary>
    /// <param name="nodeName">The node this runs on.</param>
    /// <param name="client">An identity that may list and watch nodes.</param>
    /// <param name="time">Clock.</param>
    /// <param name="loggers">Where to log.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task RunAsync(string nodeName, KubernetesClient client, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel)
    {
        var informers = new InformerFactory(client, time, loggers);
        var routes = new NodeRoutes(nodeName, informers.For<Node>(), time, loggers);
        await Task.WhenAll(informers.RunAsync(cancel), routes.RunAsync(cancel)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Keeps the routes until cancelled. They stay after that.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        await _nodes.WaitForSyncAsync(cancel).ConfigureAwait(false);
        using var timer = _time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        while (!cancel.IsCancellationRequested)
        {
            await _wake.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancel.IsCancellationRequested) return;
            var again = Recheck;
            try
            {
                await ReconcileAsync(cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(_logger, e.Message);
                again = RetryAfter;
            }

            timer.Change(again, Timeout.InfiniteTimeSpan);
        }
    }

    internal static HashSet<(string Range, string Via)> Routes(IEnumerable<Node> nodes)
    {
        var routes = new HashSet<(string, string)>();
        foreach (var node in nodes)
        {
            var ranges = node.Spec.PodCIDRs is { Count: > 0 } several ? several : node.Spec.PodCIDR.Length > 0 ? [node.Spec.PodCIDR] : [];
            foreach (var range in ranges)
            {
                var via = node.Status.Addresses?.Find(a => a.Type == NodeAddressType.InternalIP && a.Address.Contains(':') == range.Contains(':'));
                if (via is not null) routes.Add((range, via.Address));
            }
        }
        return routes;
    }

    private async Task ReconcileAsync(CancellationToken cancel)
    {
        var troubles = new List<string>();
        var nodes = _nodes.List();
        var others = Routes(nodes.Where(n => n.Metadata.Name != _nodeName));
        var behind = await BehindRoutersAsync(nodes, others, troubles, cancel).ConfigureAwait(false);
        foreach (var family in (string[])["-4", "-6"])
        {
            var there = ParseRoutes(await IpAsync(cancel, family, "route", "show", "proto", Protocol).ConfigureAwait(false));
            var wanted = others.Where(r => r.Range.Contains(':') == (family == "-6")).Select(r => behind.Contains(r) ? (r.Range, Via: Overlay.AddressOf(r.Range)) : r).ToHashSet();
            foreach (var (range, via) in there.Except(wanted)) await TryAsync(family, "route", "del", range, "via", via, "proto", Protocol).ConfigureAwait(false);
            foreach (var (range, via) in wanted.Except(there))
            {
                string[] device = via == Overlay.AddressOf(range) ? ["dev", Overlay.Device, "onlink"] : [];
                if (await TryAsync([family, "route", "replace", range, "via", via, .. device, "proto", Protocol]).ConfigureAwait(false)) LogRoute(_logger, range, device.Length > 0 ? Overlay.Device : via);
            }
        }

        if (troubles.Count > 0) throw new InvalidOperationException(string.Join("; ", troubles));

        // One node that cannot be reached must not keep the others' routes away.
        async Task<bool> TryAsync(params string[] arguments)
        {
            try
            {
                await IpAsync(cancel, arguments).ConfigureAwait(false);
                return true;
            }
            catch (InvalidOperationException e)
            {
                troubles.Add(e.Message);
                return false;
            }
        }
    }

    /// <summary>Those of the nodes that are reached through the overlay, which is made ready for them.</summary>
    private async Task<HashSet<(string Range, string Via)>> BehindRoutersAsync(IEnumerable<Node> nodes, HashSet<(string Range, string Via)> others, List<string> troubles, CancellationToken cancel)
    {
        var behind = new HashSet<(string Range, string Via)>();
        foreach (var other in others)
        {
            try
            {
                if (await Overlay.IsNeededAsync(other.Via, cancel).ConfigureAwait(false)) behind.Add(other);
            }
            catch (InvalidOperationException e)
            {
                troubles.Add(e.Message);
            }
        }

        var own = Routes(nodes.Where(n => n.Metadata.Name == _nodeName)).FirstOrDefault(static r => !r.Range.Contains(':'));
        if (behind.Count == 0 || own.Range is null) return [];
        try
        {
            await _overlay.SetUpAsync(own, behind, cancel).ConfigureAwait(false);
            return behind;
        }
        catch (InvalidOperationException e)
        {
            troubles.Add(e.Message);
            return [];
        }
    }

    internal static HashSet<(string Range, string Via)> ParseRoutes(string text) => text.Split('\n')
        .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(f => f.Length >= 3 && f[1] == "via")
        .Select(f => (f[0].Contains('/') ? f[0] : f[0] + (f[0].Contains(':') ? "/128" : "/32"), f[2])).ToHashSet();

    private static async Task<string> IpAsync(CancellationToken cancel, params string[] arguments)
    {
        var ip = await HostProgram.RunAsync("ip", arguments, cancel: cancel).ConfigureAwait(false);
        return ip.Succeeded ? ip.Output : throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {ip.Errors.Trim()}");
    }

    private void Wake()
    {
        try
        {
            if (_wake.CurrentCount == 0) _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Pods of {Range} are reached through {Via}")]
    private static partial void LogRoute(ILogger logger, string range, string via);

    [LoggerMessage(2, LogLevel.Warning, "Routes to other nodes' pods are not as they should be: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
