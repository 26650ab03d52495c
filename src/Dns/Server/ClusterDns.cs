using System.Net;
using Microsoft.Extensions.Logging;
using Tiphys.Client;
using Tiphys.Dns.Forwarding;
using Tiphys.Dns.Source;
using Tiphys.Dns.Zone;

namespace Tiphys.Dns.Server;

/// <summary>The cluster's DNS server: what CoreDNS does with kubeadm's configuration.</summary>
public sealed class ClusterDns : IRunnable, IDisposable
{
    private readonly List<DnsListener> _listeners = [];
    private readonly HealthServer _health;

    /// <summary>Binds the addresses; <see cref="RunAsync"/> serves them.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">An address cannot be had.</exception>
    public ClusterDns(ClusterDnsOptions options, IServiceSource source, TimeProvider time, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger("Tiphys.Dns");
        // A resolv.conf that names this very server would have it ask itself for ever.
        var upstreams = options.Upstreams.Where(u => !options.Listen.Contains(u)).Select(IUpstream (u) => new NetworkUpstream(u));
        var handler = new DnsHandler(new ClusterZone(options.Zone), source, new Forwarder(upstreams, options.Forwarding, time, logger));
        try
        {
            foreach (var address in options.Listen)
                _listeners.Add(new DnsListener(address, handler, time, logger));
        }
        catch
        {
            Dispose();
            throw;
        }
        _health = new HealthServer(options.Health, options.Ready, source);
    }

    /// <summary>The addresses served, with the ports the system chose.</summary>
    public IReadOnlyList<IPEndPoint> Addresses => [.. _listeners.Select(l => l.Address)];

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancel)
    {
        await _health.StartAsync(cancel).ConfigureAwait(false);
        try
        {
            await Task.WhenAll(_listeners.Select(l => l.RunAsync(cancel))).ConfigureAwait(false);
        }
        finally
        {
            await _health.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var listener in _listeners)
            listener.Dispose();
    }
}
