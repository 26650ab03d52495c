using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using static Tiphys.Client.RemoteCommandChannel;

namespace Tiphys.Client;

/// <summary>The streams of an exec or attach.</summary>
/// <param name="Stdin">Whether the client sends input.</param>
/// <param name="Stdout">Whether it wants output.</param>
/// <param name="Stderr">Whether it wants error output; with a terminal all comes as output.</param>
/// <param name="Tty">Whether there is a terminal, whose size may change.</param>
public sealed record RemoteCommandStreams(bool Stdin, bool Stdout, bool Stderr, bool Tty);

/// <summary>
/// Translates exec and attach between a WebSocket (<c>v4</c> and <c>v5.channel.k8s.io</c>: every message begins with its
/// channel's number) and SPDY (<c>v4.channel.k8s.io</c>: a stream for each channel). Upstream's StreamTranslatorHandler.
/// </summary>
public sealed class RemoteCommandTranslator
{
    private readonly WebSocket _socket;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly Dictionary<byte, SpdyStream> _streams = [];

    private RemoteCommandTranslator(WebSocket socket) => _socket = socket;

    /// <summary>Translates until the command ends or the client leaves.</summary>
    /// <param name="socket">The client's side.</param>
    /// <param name="connection">The command's side, without any streams yet.</param>
    /// <param name="streams">The streams both sides expect.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="IOException">The command's side does not open the streams.</exception>
    public static async Task RunAsync(WebSocket socket, SpdyConnection connection, RemoteCommandStreams streams, CancellationToken cancel)
    {
        var translator = new RemoteCommandTranslator(socket);
        await translator.OpenAsync(connection, streams, cancel).ConfigureAwait(false);
        await translator.TranslateAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>The serving side waits until all streams it expects are there.</summary>
    private async Task OpenAsync(SpdyConnection connection, RemoteCommandStreams streams, CancellationToken cancel)
    {
        await OpenAsync(Error, "error").ConfigureAwait(false);
        if (streams.Stdin) await OpenAsync(Stdin, "stdin").ConfigureAwait(false);
        if (streams.Stdout) await OpenAsync(Stdout, "stdout").ConfigureAwait(false);
        if (streams.Stderr && !streams.Tty) await OpenAsync(Stderr, "stderr").ConfigureAwait(false);
        if (streams.Tty) await OpenAsync(Resize, "resize").ConfigureAwait(false);

        async Task OpenAsync(byte channel, string type) => _streams[channel] = await connection.OpenAsync([("streamType", type)], cancel).ConfigureAwait(false);
    }

    private async Task TranslateAsync(CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var input = ReceiveAsync(ended.Token);
        var output = Task.WhenAll(_streams.Where(static s => s.Key is Stdout or Stderr or Error).Select(s => SendAsync(s.Key, s.Value.Input, ended.Token)));
        await Task.WhenAny(output, input).ConfigureAwait(false);
        if (output.IsCompletedSuccessfully) await CloseAsync(input, cancel).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(output, input).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Hanging up before the client has answered the close would throw away what is still on its way to it.</summary>
    private async Task CloseAsync(Task input, CancellationToken cancel)
    {
        var limit = TimeSpan.FromSeconds(5);
        if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancel).WaitAsync(limit, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await input.WaitAsync(limit, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ReceiveAsync(CancellationToken cancel)
    {
        var buffer = new byte[32 * 1024];
        byte channel = 0;
        var start = true;
        while (true)
        {
            var result = await _socket.ReceiveAsync(buffer.AsMemory(), cancel).ConfigureAwait(false);
            if (result.MessageType == WebSocketMessageType.Close) return;
            var data = buffer.AsMemory(0, result.Count);
            if (start && !data.IsEmpty)
            {
                channel = data.Span[0];
                data = data[1..];
            }

            start = result.EndOfMessage;
            if (data.IsEmpty) continue;
            if (channel == CloseChannel)
            {
                if (_streams.TryGetValue(data.Span[0], out var closed)) await closed.CloseWriteAsync(cancel).ConfigureAwait(false);
            }
            else if (channel is Stdin or Resize && _streams.TryGetValue(channel, out var stream))
            {
                await stream.WriteAsync(data, cancel).ConfigureAwait(false);
            }
        }
    }

    private async Task SendAsync(byte channel, PipeReader input, CancellationToken cancel)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancel).ConfigureAwait(false);
            foreach (var segment in result.Buffer) await SendAsync(channel, segment, cancel).ConfigureAwait(false);
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted) return;
        }
    }

    private async Task SendAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        var message = ArrayPool<byte>.Shared.Rent(data.Length + 1);
        message[0] = channel;
        data.CopyTo(message.AsMemory(1));
        await _sending.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await _socket.SendAsync(message.AsMemory(0, data.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, cancel).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
            ArrayPool<byte>.Shared.Return(message);
        }
    }
}
