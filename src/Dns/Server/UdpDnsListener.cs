using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Tiphys.Dns.Server;

/// <summary>
/// Serves one address over UDP. For the wildcard address each local address that is actually asked gets a socket of its own:
/// an answer must come from where the question went, and the system would choose by route instead.
/// </summary>
internal sealed partial class UdpDnsListener : IDisposable
{
    // No sensible query is larger; one cut off here is malformed.
    private const int QuerySize = 4096;

    private readonly IPEndPoint _address;
    private readonly DnsHandler _handler;
    private readonly ILogger _logger;
    private readonly Socket _socket;
    private readonly Dictionary<IPAddress, Socket> _dedicated = [];
    private readonly List<Task> _running = [];

    public UdpDnsListener(IPEndPoint address, DnsHandler handler, ILogger logger)
    {
        (_address, _handler, _logger) = (address, handler, logger);
        _socket = Bind(address);
    }

    private bool IsWildcard => _address.Address.Equals(IPAddress.Any) || _address.Address.Equals(IPAddress.IPv6Any);

    /// <summary>Serves until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        if (!IsWildcard)
        {
            await ServeAsync(_socket, cancel).ConfigureAwait(false);
            return;
        }
        await ServeWildcardAsync(cancel).ConfigureAwait(false);
        await Task.WhenAll(_running).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _socket.Dispose();
        foreach (var socket in _dedicated.Values)
            socket.Dispose();
    }

    private Socket Bind(IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // Lets the dedicated sockets stand beside the wildcard one. That nobody else has the port, TCP has made sure of.
            if (IsWildcard)
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(address);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ServeWildcardAsync(CancellationToken cancel)
    {
        var buffer = new byte[QuerySize];
        var anyone = new IPEndPoint(_address.Address, 0);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var received = await _socket.ReceiveMessageFromAsync(buffer, SocketFlags.None, anyone, cancel).ConfigureAwait(false);
                var socket = Dedicated(received.PacketInformation.Address, cancel);
                var message = buffer.AsMemory(0, received.ReceivedBytes).ToArray();
                _ = FinishAsync(socket, _handler.HandleAsync(message, tcp: false, cancel), received.RemoteEndPoint.Serialize(), cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(_logger, _address, e);
            }
        }
    }

    // From now on the system hands what is sent to this address to its own socket, not to the wildcard one.
    private Socket Dedicated(IPAddress local, CancellationToken cancel)
    {
        if (_dedicated.TryGetValue(local, out var socket))
            return socket;
        socket = Bind(new IPEndPoint(local, _address.Port));
        _dedicated.Add(local, socket);
        _running.Add(ServeAsync(socket, cancel));
        return socket;
    }

    private Task ServeAsync(Socket socket, CancellationToken cancel)
    {
        // Several readers, for one alone would leave the other processors idle.
        var readers = Enumerable.Range(0, Math.Clamp(Environment.ProcessorCount, 1, 8));
        return Task.WhenAll(readers.Select(_ => Task.Run(() => ReceiveAsync(socket, cancel), CancellationToken.None)));
    }

    private async Task ReceiveAsync(Socket socket, CancellationToken cancel)
    {
        var buffer = new byte[QuerySize];
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var sender = new SocketAddress(socket.AddressFamily);
                var length = await socket.ReceiveFromAsync(buffer, SocketFlags.None, sender, cancel).ConfigureAwait(false);
                var answer = _handler.HandleAsync(buffer.AsMemory(0, length), tcp: false, cancel);
                if (answer.IsCompletedSuccessfully)
                {
                    await SendAsync(socket, answer.Result, sender, cancel).ConfigureAwait(false);
                    continue;
                }
                // It waits for another server, and may read the message until then: go on with a new buffer.
                buffer = new byte[QuerySize];
                _ = FinishAsync(socket, answer, sender, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(_logger, _address, e);
            }
        }
    }

    private async Task FinishAsync(Socket socket, ValueTask<byte[]?> answer, SocketAddress sender, CancellationToken cancel)
    {
        try
        {
            await SendAsync(socket, await answer.ConfigureAwait(false), sender, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
        }
        catch (Exception e)
        {
            LogFailed(_logger, _address, e);
        }
    }

    private static async ValueTask SendAsync(Socket socket, byte[]? response, SocketAddress sender, CancellationToken cancel)
    {
        if (response is not null)
            await socket.SendToAsync(response, SocketFlags.None, sender, cancel).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Serving DNS over UDP on {Address} failed")]
    private static partial void LogFailed(ILogger logger, IPEndPoint address, Exception error);
}
