using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Tiphys.Client;

/// <summary>Accepts WebSockets (RFC 6455) on upgraded connections.</summary>
public static class WebSocketHandshake
{
    /// <summary>The subprotocols the client offers; empty when it does not ask for a WebSocket.</summary>
    public static IReadOnlyList<string> Protocols(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var asks = request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase) && request.Headers.SecWebSocketKey.Count > 0;
        return asks ? request.Headers.SecWebSocketProtocol.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [];
    }

    /// <summary>Answers the handshake.</summary>
    /// <param name="http">The request; it must be upgradable.</param>
    /// <param name="protocol">The subprotocol, one of those offered.</param>
    /// <exception cref="IOException">The connection cannot be upgraded.</exception>
    public static async Task<WebSocket> AcceptAsync(HttpContext http, string protocol)
    {
        if (http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade) throw new IOException("the connection cannot be upgraded");
        var key = http.Request.Headers.SecWebSocketKey.ToString();
#pragma warning disable CA5350 // the handshake is defined with SHA-1 and keeps no secret
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        http.Response.Headers.Connection = "Upgrade";
        http.Response.Headers.Upgrade = "websocket";
        http.Response.Headers.SecWebSocketAccept = accept;
        http.Response.Headers.SecWebSocketProtocol = protocol;
        var stream = await upgrade.UpgradeAsync();

        // The subprotocol is agreed on above; WebSocket would refuse the slash in Kubernetes' name of one.
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.FromSeconds(30) });
    }
}
