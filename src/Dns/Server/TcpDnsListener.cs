using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Tiphys.Dns.Server;

/// <summary>Serves one address over TCP.</summary>
internal sealed partial class TcpDnsListener : IDisposable
{
    // Answers under way on one TCP connection; more wait unread in its buffer.
    private const int Pipelined = 64;

    private const int MaxConnections = 4096;
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(10);

    private readonly DnsHandler _handler;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Socket _socket;
    private int _connections;

    public TcpDnsListener(IPEndPoint address, DnsHandler handler, TimeProvider time, ILogger logger)
    {
        (_handler, _time, _logger) = (handler, time, logger);
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(address);
            _socket.Listen();
            Address = new IPEndPoint(address.Address, ((IPEndPoint)_socket.LocalEndPoint!).Port);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>The address served, with the port the system chose if it was to.</summary>
    public IPEndPoint Address { get; }

    /// <summary>Serves until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => AcceptAsync(cancel);

    public void Dispose() => _socket.Dispose();

    private async Task AcceptAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var client = await _socket.AcceptAsync(cancel).ConfigureAwait(false);
                if (Interlocked.Increment(ref _connections) > MaxConnections)
                {
                    Interlocked.Decrement(ref _connections);
                    client.Dispose();
                    continue;
                }
                _ = Task.Run(() => ServeAsync(client, cancel), CancellationToken.None);
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
                LogFailed(_logger, Address, e);
            }
        }
    }

    /// <summary>Serves one connection: its queries are answered side by side, each answer as soon as it is there (RFC 7766).</summary>
    private async Task ServeAsync(Socket client, CancellationToken cancel)
    {
        client.NoDelay = true;
        using var room = new SemaphoreSlim(Pipelined);
        using var writing = new SemaphoreSlim(1);
        var stream = new NetworkStream(client, ownsSocket: true);
        try
        {
            var prefix = new byte[2];
            while (true)
            {
                await room.WaitAsync(cancel).ConfigureAwait(false);
                using var idle = new CancellationTokenSource(IdleTimeout, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancel);
                if (await stream.ReadAtLeastAsync(prefix, 2, throwOnEndOfStream: false, either.Token).ConfigureAwait(false) < 2)
                {
                    room.Release();
                    break;
                }
                var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
                await stream.ReadExactlyAsync(message, either.Token).ConfigureAwait(false);
                _ = AnswerAsync(stream, message, room, writing, cancel);
            }
            // The client may have closed only its side; what it asked is still answered.
            for (var i = 0; i < Pipelined; i++)
                await room.WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or EndOfStreamException)
        {
            // Gone, idle or closing down. Answers under way will find the stream closed.
        }
        finally
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            Interlocked.Decrement(ref _connections);
        }
    }

    private async Task AnswerAsync(NetworkStream stream, byte[] message, SemaphoreSlim room, SemaphoreSlim writing, CancellationToken cancel)
    {
        try
        {
            if (await _handler.HandleAsync(message, tcp: true, cancel).ConfigureAwait(false) is not { } response)
                return;
            var framed = ArrayPool<byte>.Shared.Rent(response.Length + 2);
            BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)response.Length);
            response.CopyTo(framed, 2);
            await writing.WaitAsync(cancel).ConfigureAwait(false);
            try
            {
                await stream.WriteAsync(framed.AsMemory(0, response.Length + 2), cancel).ConfigureAwait(false);
            }
            finally
            {
                writing.Release();
                ArrayPool<byte>.Shared.Return(framed);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
        }
        catch (Exception e)
        {
            LogFailed(_logger, Address, e);
        }
        finally
        {
            Release(room);
        }
    }

    private static void Release(SemaphoreSlim room)
    {
        try
        {
            room.Release();
        }
        catch (ObjectDisposedException)
        {
            // The connection ended before this answer.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Serving DNS over TCP on {Address} failed")]
    private static partial void LogFailed(ILogger logger, IPEndPoint address, Exception error);
}
