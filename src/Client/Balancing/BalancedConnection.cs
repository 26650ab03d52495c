using System.Net.Sockets;

namespace Tiphys.Client;

/// <summary>A client's connection and the one to its server; bytes go to and fro until both have said all, or it is cut.</summary>
internal sealed class BalancedConnection
{
    private const int TcpLevel = 6;
    private const int UserTimeoutOption = 18;

    /// <summary>How long sent bytes may stay unacknowledged; the kernel alone would try for a quarter of an hour.</summary>
    private const int UserTimeoutMilliseconds = 30_000;

    private readonly Socket _client;
    private readonly Socket _upstream;

    public BalancedConnection(Uri server, Socket client, Socket upstream)
    {
        (Server, _client, _upstream) = (server, client, upstream);
        client.NoDelay = upstream.NoDelay = true;

        // For the only server there is: with others, the monitor is quicker.
        upstream.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        upstream.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
        upstream.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        upstream.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        if (OperatingSystem.IsLinux()) upstream.SetRawSocketOption(TcpLevel, UserTimeoutOption, BitConverter.GetBytes(UserTimeoutMilliseconds));
    }

    /// <summary>The server.</summary>
    public Uri Server { get; }

    /// <summary>Carries bytes until both sides have ended.</summary>
    public async Task RunAsync()
    {
        await Task.WhenAll(CopyAsync(_client, _upstream), CopyAsync(_upstream, _client));
        _client.Dispose();
        _upstream.Dispose();
    }

    /// <summary>Resets both sides: a client that merely saw an end could wait for more.</summary>
    public void Cut()
    {
        foreach (var socket in (Socket[])[_client, _upstream])
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It ended by itself.
            }

            socket.Dispose();
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        try
        {
            using var source = new NetworkStream(from);
            using var sink = new NetworkStream(to);
            await source.CopyToAsync(sink);
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            Cut();
        }
    }
}
