using System.Net;
using System.Net.Sockets;

namespace Tiphys.Up;

/// <summary>Asks a DNS server for the name every cluster has.</summary>
internal static class DnsProbe
{
    /// <summary>Query for <c>kubernetes.default.svc.cluster.local</c>, type A; any answer at all shows that the server is there.</summary>
    private static readonly byte[] s_query =
    [
        0x54, 0x69, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0,
        10, .. "kubernetes"u8, 7, .. "default"u8, 3, .. "svc"u8, 7, .. "cluster"u8, 5, .. "local"u8, 0, 0, 1, 0, 1,
    ];

    /// <summary>Whether the server answers without an error within half a second.</summary>
    public static async Task<bool> AnswersAsync(IPAddress address, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(500);
        try
        {
            using var udp = new UdpClient(address.AddressFamily);
            udp.Connect(address, 53);
            await udp.SendAsync(s_query, patience.Token);
            var answer = await udp.ReceiveAsync(patience.Token);
            const int failure = 2;
            return answer.Buffer.Length > 3 && (answer.Buffer[3] & 0xf) != failure;
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return false;
        }
    }
}
