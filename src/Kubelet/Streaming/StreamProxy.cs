using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tiphys.Client;

namespace Tiphys.Kubelet.Streaming;

/// <summary>Joins clients with the runtime's streaming server, which speaks SPDY and, in old subprotocols, WebSockets.</summary>
internal static class StreamProxy
{
    private const string TunneledPortForward = "SPDY/3.1+portforward.k8s.io";
    private static readonly HashSet<string> s_notPassedOn = new(StringComparer.OrdinalIgnoreCase) { "Host", "Authorization", "Content-Length", "Transfer-Encoding" };

    /// <summary>Serves exec or attach.</summary>
    /// <exception cref="IOException">The runtime does not answer as it should.</exception>
    public static async Task RunCommandAsync(HttpContext context, Uri target, RemoteCommandStreams streams, CancellationToken cancel)
    {
        var protocol = WebSocketHandshake.Protocols(context.Request).FirstOrDefault(static p => p is RemoteCommandProtocol.V5 or RemoteCommandProtocol.V4);
        if (protocol is null)
        {
            await PassAsync(context, target, cancel).ConfigureAwait(false);
            return;
        }

        var connection = new SpdyConnection(await UpgradeAsync(target, RemoteCommandProtocol.V4, cancel).ConfigureAwait(false));
        await using var spdy = connection.ConfigureAwait(false);
        using var socket = await WebSocketHandshake.AcceptAsync(context, protocol).ConfigureAwait(false);
        await RemoteCommandTranslator.RunAsync(socket, connection, streams, cancel).ConfigureAwait(false);
    }

    /// <summary>Serves port forwarding.</summary>
    /// <exception cref="IOException">The runtime does not answer as it should.</exception>
    public static async Task ForwardPortAsync(HttpContext context, Uri target, CancellationToken cancel)
    {
        if (!WebSocketHandshake.Protocols(context.Request).Contains(TunneledPortForward))
        {
            await PassAsync(context, target, cancel).ConfigureAwait(false);
            return;
        }

        var stream = await UpgradeAsync(target, "portforward.k8s.io", cancel).ConfigureAwait(false);
        await using var backend = stream.ConfigureAwait(false);
        using var socket = await WebSocketHandshake.AcceptAsync(context, TunneledPortForward).ConfigureAwait(false);
        using var client = new WebSocketByteStream(socket);
        await StreamJoin.RunAsync(client, stream, cancel).ConfigureAwait(false);
        await client.CloseAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Passes the request on and joins the connections, whatever protocol they speak.</summary>
    private static async Task PassAsync(HttpContext context, Uri target, CancellationToken cancel)
    {
        var stream = await ConnectAsync(target, cancel).ConfigureAwait(false);
        await using var backend = stream.ConfigureAwait(false);
        var headers = context.Request.Headers.Where(static h => !s_notPassedOn.Contains(h.Key)).SelectMany(static h => h.Value.Select(v => (h.Key, v ?? "")));
        await RawHttp.SendAsync(stream, context.Request.Method, target.PathAndQuery, [("Host", target.Authority), .. headers], cancel).ConfigureAwait(false);
        var response = await RawHttp.ReadHeadAsync(stream, cancel).ConfigureAwait(false);
        foreach (var (name, value) in response.Headers)
        {
            if (!s_notPassedOn.Contains(name)) context.Response.Headers.Append(name, value);
        }

        if (!response.IsUpgraded)
        {
            context.Response.StatusCode = response.Code;
            await ResponseBody.Of(stream, response).CopyToAsync(context.Response.Body, cancel).ConfigureAwait(false);
            return;
        }

        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("Upgrade request required", cancel).ConfigureAwait(false);
            return;
        }

        context.Response.Headers.Remove("Connection");
        var client = await upgrade.UpgradeAsync().ConfigureAwait(false);
        await using (client.ConfigureAwait(false)) await StreamJoin.RunAsync(client, stream, cancel).ConfigureAwait(false);
    }

    private static async Task<Stream> UpgradeAsync(Uri target, string protocol, CancellationToken cancel)
    {
        var stream = await ConnectAsync(target, cancel).ConfigureAwait(false);
        try
        {
            var response = await RawHttp.UpgradeToSpdyAsync(stream, target.Authority, target.PathAndQuery, protocol, cancel).ConfigureAwait(false);
            return response.IsUpgraded ? stream : throw new IOException($"the runtime's streaming server answered {response.Code}");
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<Stream> ConnectAsync(Uri target, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.TryParse(target.Host, out var address) ? new IPEndPoint(address, target.Port) : new DnsEndPoint(target.Host, target.Port), cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"the runtime's streaming server cannot be reached: {e.Message}", e);
        }
    }
}
