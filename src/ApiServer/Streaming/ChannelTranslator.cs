using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tiphys.Client;

namespace Tiphys.ApiServer;

/// <summary>
/// Translates exec and attach between kubectl's WebSocket (<c>v5.channel.k8s.io</c>: every message begins with its channel's
/// number) and the kubelet's SPDY (<c>v4.channel.k8s.io</c>: a stream for each channel). Upstream's StreamTranslatorHandler.
/// </summary>
internal sealed class ChannelTranslator
{
    private const byte Stdin = 0;
    private const byte Stdout = 1;
    private const byte Stderr = 2;
    private const byte Error = 3;
    private const byte Resize = 4;

    /// <summary>In front of a channel's number: the client closes that channel.</summary>
    private const byte CloseChannel = 255;

    private readonly WebSocket _socket;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly Dictionary<byte, SpdyStream> _streams = [];

    private ChannelTranslator(WebSocket socket) => _socket = socket;

    public static async Task RunAsync(ApiRequest request, IHttpUpgradeFeature upgrade, Stream kubelet, string path, string node)
    {
        await using var connection = new SpdyConnection(kubelet);
        await RawHttp.SendAsync(
            kubelet,
            "POST",
            path,
            [("Host", node), ("Connection", "Upgrade"), ("Upgrade", "SPDY/3.1"), ("X-Stream-Protocol-Version", "v4.channel.k8s.io"), ("Content-Length", "0")],
            request.Cancel);
        var response = await RawHttp.ReadHeadAsync(kubelet, request.Cancel);
        if (response.Code != StatusCodes.Status101SwitchingProtocols) throw await StreamingSubresource.RefusedAsync(kubelet, response, request.Cancel);
        using var socket = await WebSocketHandshake.AcceptAsync(request.Http, upgrade, "v5.channel.k8s.io");
        await new ChannelTranslator(socket).TranslateAsync(request, connection);
    }

    private async Task TranslateAsync(ApiRequest request, SpdyConnection connection)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(request.Cancel);
        var tty = request.QueryFlag("tty");

        // The kubelet waits until all streams it expects are there.
        var frames = connection.RunAsync(ended.Token);
        await OpenAsync(connection, Error, "error", ended.Token);
        if (request.QueryFlag("stdin")) await OpenAsync(connection, Stdin, "stdin", ended.Token);
        if (request.QueryFlag("stdout")) await OpenAsync(connection, Stdout, "stdout", ended.Token);
        if (request.QueryFlag("stderr") && !tty) await OpenAsync(connection, Stderr, "stderr", ended.Token);
        if (tty) await OpenAsync(connection, Resize, "resize", ended.Token);
        var input = ReceiveAsync(ended.Token);
        Task[] outputs = [.. _streams.Where(static s => s.Key is Stdout or Stderr).Select(s => SendAsync(s.Key, s.Value.Input, ended.Token))];
        await Task.WhenAny(Task.WhenAll(outputs.Append(SendAsync(Error, _streams[Error].Input, ended.Token))), input);
        if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ended.CancelAsync();
        await Task.WhenAll(frames, input).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task OpenAsync(SpdyConnection connection, byte channel, string type, CancellationToken cancel) =>
        _streams[channel] = await connection.OpenAsync([("streamType", type)], cancel);

    private async Task ReceiveAsync(CancellationToken cancel)
    {
        var buffer = new byte[32 * 1024];
        byte channel = 0;
        var start = true;
        while (true)
        {
            var result = await _socket.ReceiveAsync(buffer.AsMemory(), cancel);
            if (result.MessageType == WebSocketMessageType.Close) return;
            var data = buffer.AsMemory(0, result.Count);
            if (start && !data.IsEmpty)
            {
                channel = data.Span[0];
                data = data[1..];
            }

            start = result.EndOfMessage;
            if (channel == CloseChannel)
            {
                if (!data.IsEmpty && _streams.TryGetValue(data.Span[0], out var closed)) await closed.CloseAsync(cancel);
            }
            else if (channel is Stdin or Resize && !data.IsEmpty && _streams.TryGetValue(channel, out var stream)) await stream.SendAsync(data, cancel);
        }
    }

    private async Task SendAsync(byte channel, PipeReader input, CancellationToken cancel)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancel);
            foreach (var segment in result.Buffer) await SendAsync(channel, segment, cancel);
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted) return;
        }
    }

    private async Task SendAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        var message = ArrayPool<byte>.Shared.Rent(data.Length + 1);
        message[0] = channel;
        data.CopyTo(message.AsMemory(1));
        await _sending.WaitAsync(cancel);
        try
        {
            await _socket.SendAsync(message.AsMemory(0, data.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, cancel);
        }
        finally
        {
            _sending.Release();
            ArrayPool<byte>.Shared.Return(message);
        }
    }
}
