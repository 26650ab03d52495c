using System.Net;
using System.Net.Sockets;

namespace Tiphys.Server;

/// <summary>Looks whether a port is free before anything else is started, for a message a person can act on.</summary>
internal static class PortCheck
{
    /// <exception cref="StartException">Somebody listens there.</exception>
    public static void Free(IPAddress address, int port, string flag)
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
            throw new StartException($"port {port} on {address} is taken by another program; stop it, or choose another port with {flag}.");
        }
        catch (SocketException e)
        {
            throw new StartException($"cannot listen on {address}:{port} ({flag}): {e.Message}.");
        }
    }
}
