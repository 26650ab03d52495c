using System.Net;
using System.Net.Sockets;

namespace Tiphys.Server;

/// <summary>Looks whether a port is free before anything else is started, for a message a person can act on.</summary>
internal static class PortCheck
{
    /// <param name="address">Address to listen on.</param>
    /// <param name="port">Port to listen on; zero is always free.</param>
    /// <param name="flag">The flag that chooses another port; null when there is none, as for the kubelet's.</param>
    /// <exception cref="StartException">Somebody listens there.</exception>
    public static void Free(IPAddress address, int port, string? flag = null)
    {
        if (port == 0) return;
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (!OperatingSystem.IsWindows()) socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            var way = flag is null ? "the kubelet needs it, so stop that program first (another cluster on this machine?)" : $"stop it, or choose another port with {flag}";
            throw new StartException($"port {port} on {address} is taken by another program; {way}.");
        }
        catch (SocketException e)
        {
            throw new StartException($"cannot listen on {address}:{port}{(flag is null ? "" : $" ({flag})")}: {e.Message}.");
        }
    }

    /// <summary>A port that is free for UDP and TCP alike: the given one, or else any.</summary>
    /// <param name="address">Address to listen on.</param>
    /// <param name="port">Port to prefer.</param>
    public static int FreeOr(IPAddress address, int port)
    {
        const int tries = 20;
        for (var i = 0; i < tries; i++)
        {
            using var udp = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            using var tcp = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            tcp.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            try
            {
                udp.Bind(new IPEndPoint(address, i == 0 ? port : 0));
                tcp.Bind(udp.LocalEndPoint!);
                tcp.Listen(1);
                return ((IPEndPoint)udp.LocalEndPoint!).Port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse)
            {
                // The next one, which the kernel chooses.
            }
            catch (SocketException)
            {
                return port; // whoever listens there says what is wrong with the address
            }
        }
        return port;
    }
}
