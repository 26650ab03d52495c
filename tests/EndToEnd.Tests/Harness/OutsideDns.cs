using System.Net;
using System.Net.Sockets;

namespace Tiphys.EndToEnd.Tests;

/// <summary>The node's resolver, as a provider would run it: it knows one name outside the cluster, and answers nothing else.</summary>
internal sealed class OutsideDns : IDisposable
{
    public const string Name = "harbour.example";
    public const string Address = "192.0.2.7";
    private const int HeaderSize = 12;
    private static readonly byte[] s_question = [7, .. "harbour"u8, 7, .. "example"u8, 0];
    private readonly UdpClient _socket;

    public OutsideDns(string networkNamespace, IPAddress address)
    {
        _socket = NetworkNamespace.Inside(networkNamespace, () => new UdpClient(new IPEndPoint(address, 53)));
        _ = AnswerAsync();
    }

    public void Dispose() => _socket.Dispose();

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var query = await _socket.ReceiveAsync();
                await _socket.SendAsync(Answer(query.Buffer), query.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private static byte[] Answer(byte[] query)
    {
        var question = query.AsSpan(HeaderSize);
        var end = question.IndexOf((byte)0) + 5; // the name's last byte, type and class
        var known = question.StartsWith(s_question) && question[end - 3] == 1;
        byte[] header = [query[0], query[1], 0x81, known || question.StartsWith(s_question) ? (byte)0x80 : (byte)0x83, 0, 1, 0, known ? (byte)1 : (byte)0, 0, 0, 0, 0];
        byte[] answer = known ? [0xc0, HeaderSize, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, .. IPAddress.Parse(Address).GetAddressBytes()] : [];
        return [.. header, .. question[..end], .. answer];
    }
}
