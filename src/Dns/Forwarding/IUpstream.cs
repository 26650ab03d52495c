using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Tiphys.Dns.Wire;

namespace Tiphys.Dns.Forwarding;

/// <summary>Another DNS server.</summary>
internal interface IUpstream
{
    /// <summary>
    /// Sends a query and waits for its response, whatever that says. Throws when the server cannot be reached or talks
    /// nonsense, and <see cref="OperationCanceledException"/> when it does not answer in time.
    /// </summary>
    Task<byte[]> ExchangeAsync(ReadOnlyMemory<byte> query, DnsQuestion question, bool tcp, CancellationToken cancellationToken);
}

/// <summary>A server reached over the network: one socket for each query, so that its port is as hard to guess as its number.</summary>
internal sealed class NetworkUpstream(IPEndPoint server) : IUpstream
{
    public Task<byte[]> ExchangeAsync(ReadOnlyMemory<byte> query, DnsQuestion question, bool tcp, CancellationToken cancellationToken) =>
        tcp ? OverTcpAsync(query, question, cancellationToken) : OverUdpAsync(query, question, cancellationToken);

    public override string ToString() => server.ToString();

    private async Task<byte[]> OverUdpAsync(ReadOnlyMemory<byte> query, DnsQuestion question, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
        await socket.SendAsync(query, cancellationToken).ConfigureAwait(false);
        // The client may have announced any size, and it was passed on.
        var buffer = ArrayPool<byte>.Shared.Rent(DnsProtocol.MaxMessageSize);
        try
        {
            while (true)
            {
                var length = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
                // Anything else is late, or somebody guessing: keep listening.
                if (DnsMessageScanner.Answers(buffer.AsSpan(0, length), Id(query), question))
                    return buffer[..length];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<byte[]> OverTcpAsync(ReadOnlyMemory<byte> query, DnsQuestion question, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        var framed = new byte[query.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed.AsMemory(2));
        await stream.WriteAsync(framed, cancellationToken).ConfigureAwait(false);
        var prefix = new byte[2];
        await stream.ReadExactlyAsync(prefix, cancellationToken).ConfigureAwait(false);
        var response = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
        await stream.ReadExactlyAsync(response, cancellationToken).ConfigureAwait(false);
        return DnsMessageScanner.Answers(response, Id(query), question) ? response : throw new InvalidDataException($"{server} answered another question");
    }

    private static ushort Id(ReadOnlyMemory<byte> query) => BinaryPrimitives.ReadUInt16BigEndian(query.Span);
}
