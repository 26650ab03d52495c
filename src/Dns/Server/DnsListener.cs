using System.Net;
using Microsoft.Extensions.Logging;

namespace Tiphys.Dns.Server;

/// <summary>Serves one address over UDP and TCP.</summary>
internal sealed class DnsListener : IDisposable
{
    private readonly TcpDnsListener _tcp;
    private readonly UdpDnsListener _udp;

    public DnsListener(IPEndPoint address, DnsHandler handler, TimeProvider time, ILogger logger)
    {
        _tcp = new TcpDnsListener(address, handler, time, logger);
        try
        {
            // With port 0 the system chose one for TCP; UDP takes the same.
            _udp = new UdpDnsListener(_tcp.Address, handler, logger);
        }
        catch
        {
            _tcp.Dispose();
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
