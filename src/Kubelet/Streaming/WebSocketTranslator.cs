using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Tiphys.Kubelet.Streaming.Spdy;

namespace Tiphys.Kubelet.Streaming;

/// <summary>Which of a command's streams are wanted.</summary>
internal sealed record StreamOptions(bool Stdin, bool Stdout, bool Stderr, bool Tty);

/// <summary>
/// Serves exec and attach over a WebSocket by speaking SPDY to the runtime. Runtimes' own WebSockets cannot close standard
/// input on its own, which the fifth version of the channel protocol can.
/// </summary>
internal static class WebSocketTranslator
{
    public const string V5 = "v5.channel.k8s.io";
    public const string V4 = "v4.channel.k8s.io";
    private const string RuntimeProtocol = "v4.channel.k8s.io";
    private const byte StdinChannel = 0;
    private const byte StdoutChannel = 1;
    private const byte StderrChannel = 2;
    private const byte ErrorChannel = 3;
    private const byte ResizeChannel = 4;
    private const byte CloseChannel = 255;
    private const int MaxMessage = 32 * 1024;
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);

    /// <summary>Runs until the command ends or the client leaves.</summary>
    public static async Task RunAsync(HttpContext context, Uri target, StreamOptions options, string protocol, CancellationToken cancel)
    {
        await using var spdy = await ConnectAsync(target, cancel).ConfigureAwait(false);
        using var socket = await WebSocketAccept.AcceptAsync(context, protocol).ConfigureAwait(false);
        using var sending = new SemaphoreSlim(1);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancel);

        var error = await OpenAsync(spdy, "error", done.Token).ConfigureAwait(false);
        var stdin = options.Stdin ? await OpenAsync(spdy, "stdin", done.Token).ConfigureAwait(false) : null;
        var stdout = options.Stdout ? await OpenAsync(spdy, "stdout", done.Token).ConfigureAwait(false) : null;
        // With a terminal everything comes over standard output.
        var stderr = options.Stderr && !options.Tty ? await OpenAsync(spdy, "stderr", done.Token).ConfigureAwait(false) : null;
        var resize = options.Tty ? await OpenAsync(spdy, "resize", done.Token).ConfigureAwait(false) : null;

        var fromClient = ReceiveAsync(socket, stdin, resize, done.Token);
        var toClient = Task.WhenAll(
            CopyAsync(stdout, socket, StdoutChannel, sending, done.Token),
            CopyAsync(stderr, socket, StderrChannel, sending, done.Token),
            CopyAsync(error, socket, ErrorChannel, sending, done.Token));
        await Task.WhenAny(toClient, fromClient).ConfigureAwait(false);
        if (toClient.IsCompletedSuccessfully) await CloseAsync(socket, fromClient, cancel).ConfigureAwait(false);
        await done.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(toClient, fromClient).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Hanging up before the client has answered the close would throw away what is still on its way to it.
    internal static async Task CloseAsync(WebSocket socket, Task fromClient, CancellationToken cancel)
    {
        if (socket.State == WebSocketState.Open)
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancel).WaitAsync(CloseLimit, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await fromClient.WaitAsync(CloseLimit, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task<SpdyClient> ConnectAsync(Uri target, CancellationToken cancel)
    {
        (string, string)[] headers = [("Connection", "Upgrade"), ("Upgrade", "SPDY/3.1"), ("X-Stream-Protocol-Version", RuntimeProtocol), ("Content-Length", "0")];
        var connection = await UpgradedConnection.OpenAsync(target, "POST", headers, cancel).ConfigureAwait(false);
        if (connection.Status == StatusCodes.Status101SwitchingProtocols) return new SpdyClient(connection.Stream);
        await connection.Stream.DisposeAsync().ConfigureAwait(false);
        throw new IOException($"the runtime's streaming server answered {connection.Status}");
    }

    private static Task<SpdyStream> OpenAsync(SpdyClient spdy, string type, CancellationToken cancel) => spdy.OpenAsync([("streamtype", type)], cancel);

    private static async Task CopyAsync(SpdyStream? stream, WebSocket socket, byte channel, SemaphoreSlim sending, CancellationToken cancel)
    {
        if (stream is null) return;
        var message = new byte[1 + MaxMessage];
        message[0] = channel;
        while (true)
        {
            var read = await ReadAsync(stream.Input, message.AsMemory(1), cancel).ConfigureAwait(false);
            if (read == 0) return;
            await sending.WaitAsync(cancel).ConfigureAwait(false);
            try
            {
                await socket.SendAsync(message.AsMemory(0, 1 + read), WebSocketMessageType.Binary, endOfMessage: true, cancel).ConfigureAwait(false);
            }
            finally
            {
                sending.Release();
            }
        }
    }

    private static async ValueTask<int> ReadAsync(PipeReader reader, Memory<byte> target, CancellationToken cancel)
    {
        var result = await reader.ReadAsync(cancel).ConfigureAwait(false);
        var part = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, target.Length));
        part.CopyTo(target.Span);
        reader.AdvanceTo(part.End);
        return (int)part.Length;
    }

    private static async Task ReceiveAsync(WebSocket socket, SpdyStream? stdin, SpdyStream? resize, CancellationToken cancel)
    {
        var buffer = new byte[MaxMessage];
        var channel = -1;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), cancel).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close) return;
            var data = buffer.AsMemory(0, part.Count);
            if (channel < 0 && data.Length > 0)
            {
                channel = data.Span[0];
                data = data[1..];
            }
            switch (channel)
            {
                case StdinChannel when stdin is not null && data.Length > 0:
                    await stdin.WriteAsync(data, cancel).ConfigureAwait(false);
                    break;
                case ResizeChannel when resize is not null && data.Length > 0:
                    await resize.WriteAsync(data, cancel).ConfigureAwait(false);
                    break;
                case CloseChannel when stdin is not null && data is { Length: > 0 } && data.Span[0] == StdinChannel:
                    await stdin.CloseWriteAsync(cancel).ConfigureAwait(false);
                    break;
                default:
                    break;
            }
            if (part.EndOfMessage) channel = -1;
        }
    }
}
