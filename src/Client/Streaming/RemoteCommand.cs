using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;
using static Tiphys.Client.RemoteCommandChannel;

namespace Tiphys.Client;

/// <summary>
/// The client's side of exec and attach over a WebSocket (<c>v5.channel.k8s.io</c>): every message begins with the number of its
/// channel. The last message of the error channel is a Status that says how it ended.
/// </summary>
/// <param name="socket">The open WebSocket; disposed with this.</param>
public sealed class RemoteCommand(WebSocket socket) : IDisposable
{
    private readonly SemaphoreSlim _sending = new(1);

    /// <summary>The subprotocols this speaks, the preferred first; only with the first can input be ended.</summary>
    public static IReadOnlyList<string> Protocols { get; } = [RemoteCommandProtocol.V5, RemoteCommandProtocol.V4];

    /// <summary>Joins the command with streams until it ends.</summary>
    /// <param name="input">Its input; null for none.</param>
    /// <param name="output">Where its output goes.</param>
    /// <param name="error">Where its errors go; null where a terminal mixes them into the output.</param>
    /// <param name="sizes">Sizes of the terminal as they change; null without one.</param>
    /// <param name="cancel">Ends the connection.</param>
    /// <returns>How it ended; null when the connection ended without saying.</returns>
    public async Task<Status?> RunAsync(Stream? input, Stream output, Stream? error, ChannelReader<(int Columns, int Rows)>? sizes, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);

        // Neither is waited for: a read from a terminal ends only with the process.
        if (input is not null) _ = SendInputAsync(input, ended.Token);
        if (sizes is not null) _ = SendSizesAsync(sizes, ended.Token);
        try
        {
            return await ReceiveAsync(output, error, ended.Token);
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    private async Task<Status?> ReceiveAsync(Stream output, Stream? error, CancellationToken cancel)
    {
        Status? status = null;
        var buffer = new byte[32 * 1024];
        var channel = -1;
        var text = new ArrayBufferWriter<byte>();
        while (socket.State is WebSocketState.Open or WebSocketState.CloseSent)
        {
            ValueWebSocketReceiveResult received;
            try
            {
                received = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
            }
            catch (WebSocketException)
            {
                break; // the server went away without goodbye; what it said of the command's end still counts
            }

            if (received.MessageType == WebSocketMessageType.Close) break;
            var data = buffer.AsMemory(0, received.Count);
            if (channel < 0 && !data.IsEmpty)
            {
                channel = data.Span[0];
                data = data[1..];
            }

            if (channel == Error) text.Write(data.Span);
            else if (channel == Stdout || (channel == Stderr && error is not null))
            {
                var target = channel == Stdout ? output : error!;
                await target.WriteAsync(data, cancel);
                await target.FlushAsync(cancel);
            }

            if (!received.EndOfMessage) continue;
            if (channel == Error && text.WrittenCount > 0)
            {
                status = Parse(text.WrittenSpan);
                text.ResetWrittenCount();
            }

            channel = -1;
        }

        if (socket.State == WebSocketState.CloseReceived) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        return status;
    }

    private static Status Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return ApiJson.Decode<Status>(json);
        }
        catch (ApiDecodeException)
        {
            return new Status { Result = "Failure", Message = Encoding.UTF8.GetString(json) };
        }
    }

    private async Task SendInputAsync(Stream input, CancellationToken cancel)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            buffer[0] = Stdin;
            while (await input.ReadAsync(buffer.AsMemory(1), cancel) is > 0 and var count) await SendAsync(buffer.AsMemory(0, count + 1), cancel);
            if (socket.SubProtocol == Protocols[0]) await SendAsync(new byte[] { CloseChannel, Stdin }, cancel);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            // The command has ended, and needs no input any more.
        }
    }

    private async Task SendSizesAsync(ChannelReader<(int Columns, int Rows)> sizes, CancellationToken cancel)
    {
        try
        {
            await foreach (var (columns, rows) in sizes.ReadAllAsync(cancel))
                await SendAsync(Encoding.UTF8.GetBytes($"{(char)Resize}{{\"Width\":{columns},\"Height\":{rows}}}"), cancel);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // The command has ended.
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        await _sending.WaitAsync(cancel);
        try
        {
            await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancel);
        }
        finally
        {
            _sending.Release();
        }
    }
}
