using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Tiphys.Kubelet.Streaming;

/// <summary>Carries SPDY port forwarding inside a WebSocket's binary messages.</summary>
internal static class PortForwardTunnel
{
    public const string Protocol = "SPDY/3.1+portforward.k8s.io";
    private const string Inner = "portforward.k8s.io";

    public static async Task RunAsync(HttpContext context, Uri target, CancellationToken cancel)
    {
        (string, string)[] headers = [("Connection", "Upgrade"), ("Upgrade", "SPDY/3.1"), ("X-Stream-Protocol-Version", Inner), ("Content-Length", "0")];
        var connection = await UpgradedConnection.OpenAsync(target, "POST", headers, cancel).ConfigureAwait(false);
        await using var backend = connection.Stream.ConfigureAwait(false);
        if (connection.Status != StatusCodes.Status101SwitchingProtocols) throw new IOException($"the runtime's streaming server answered {connection.Status}");
        using var socket = await WebSocketAccept.AcceptAsync(context, Protocol).ConfigureAwait(false);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var toBackend = ReceiveAsync(socket, connection.Stream, done.Token);
        var toClient = SendAsync(connection.Stream, socket, done.Token);
        await Task.WhenAny(toBackend, toClient).ConfigureAwait(false);
        if (toClient.IsCompleted) await WebSocketTranslator.CloseAsync(socket, toBackend, cancel).ConfigureAwait(false);
        await done.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(toBackend, toClient).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task ReceiveAsync(WebSocket socket, Stream backend, CancellationToken cancel)
    {
        var buffer = new byte[32 * 1024];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), cancel).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close) return;
            await backend.WriteAsync(buffer.AsMemory(0, part.Count), cancel).ConfigureAwait(false);
        }
    }

    private static async Task SendAsync(Stream backend, WebSocket socket, CancellationToken cancel)
    {
        var buffer = new byte[32 * 1024];
        while (await backend.ReadAsync(buffer, cancel).ConfigureAwait(false) is > 0 and var read)
            await socket.SendAsync(buffer.AsMemory(0, read), WebSocketMessageType.Binary, endOfMessage: true, cancel).ConfigureAwait(false);
    }
}
