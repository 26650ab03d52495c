using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Tiphys.Dns.Server;

/// <summary>Serves one address over UDP and TCP.</summary>
internal sealed class DnsListener : IDisposable
{
    private readonly TcpDnsListener _tcp;
    private readonly UdpDnsListener _udp;

    /// <exception cref="IOException">The address cannot be had.</exception>
    public DnsListener(IPEndPoint address, DnsHandler handler, TimeProvider time, ILogger logger)
    {
        try
        {
            _tcp = new TcpDnsListener(address, handler, time, logger);

            // With port 0 the system chose one for TCP; UDP takes the same.
            _udp = new UdpDnsListener(_tcp.Address, handler, logger);
        }
        catch (Exception e)
        {
            _tcp?.Dispose();
            if (e is SocketException) throw new IOException($"listen {address}: {e.Message}", e);
            throw;
        }
    }

    /// <summary>The address served.</summary>
    public IPEndPoint Address => _tcp.Address;

    /// <summary>Serves until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(_tcp.RunAsync(cancel), _udp.RunAsync(cancel));

    public void Dispose()
    {
        _tcp.Dispose();
        _udp.Dispose();
    }
}
