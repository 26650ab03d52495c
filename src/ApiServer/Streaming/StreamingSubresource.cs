using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.ApiServer;

/// <summary>
/// <c>exec</c>, <c>attach</c> and <c>portforward</c>: the client's upgraded connection is joined with one to the kubelet.
/// SPDY, and WebSockets of the old subprotocols, pass through byte for byte; today's kubectl speaks WebSockets that only the
/// API server understands, and those are translated.
/// </summary>
public sealed class StreamingSubresource(KubeletConnector kubelets, string verb) : HandlerSubresource
{
    private static readonly string[] s_hopHeaders = ["Host", "Authorization", "Content-Length", "Transfer-Encoding"];

    /// <summary>A port-forward's SPDY connection inside a WebSocket.</summary>
    private const string TunneledPortForward = "SPDY/3.1+portforward.k8s.io";

    /// <inheritdoc/>
    public override async Task HandleAsync(ApiRequest request, ResourceStore store)
    {
        var pod = await PodTarget.PodAsync(request, store);
        var node = PodTarget.Node(pod);
        var path = KubeletPath(request, pod);
        var upgrade = request.Http.Features.Get<IHttpUpgradeFeature>();
        if (upgrade is not { IsUpgradableRequest: true }) throw ApiErrors.BadRequest("Upgrade request required");
        var protocols = WebSocketHandshake.Protocols(request.Http.Request);
        await using var kubelet = await kubelets.ConnectAsync(node, ("Post", path), upgrades: true, request.Cancel);
        if (protocols.Contains(TunneledPortForward)) await TunnelAsync(request, kubelet, node, path);
        else if (protocols.Contains(RemoteCommandProtocol.V5)) await TranslateAsync(request, kubelet, node, path);
        else await PassAsync(request, upgrade, kubelet, node, path);
    }

    private string KubeletPath(ApiRequest request, Pod pod)
    {
        var place = $"{pod.Metadata.Namespace}/{pod.Metadata.Name}";
        if (verb == "portForward") return $"/portForward/{place}{request.Http.Request.QueryString}";
        if (pod.Status.Phase is PodPhase.Succeeded or PodPhase.Failed) throw ApiErrors.BadRequest($"cannot exec into a container in a completed pod; current phase is {pod.Status.Phase}");
        var container = PodTarget.Container(pod, request.Query("container"));
        if (!request.QueryFlag("stdin") && !request.QueryFlag("stdout") && !request.QueryFlag("stderr")) throw ApiErrors.BadRequest("you must specify at least 1 of stdin, stdout, stderr");
        var query = new StringBuilder();
        Add("input", request.QueryFlag("stdin"));
        Add("output", request.QueryFlag("stdout"));
        Add("error", request.QueryFlag("stderr") && !request.QueryFlag("tty"));
        Add("tty", request.QueryFlag("tty"));
        if (verb == "exec")
            foreach (var word in request.Http.Request.Query["command"]) query.Append(query.Length == 0 ? '?' : '&').Append("command=").Append(Uri.EscapeDataString(word ?? ""));
        return $"/{verb}/{place}/{container}{query}";

        void Add(string name, bool value)
        {
            if (value) query.Append(query.Length == 0 ? '?' : '&').Append(name).Append("=1");
        }
    }

    private static async Task PassAsync(ApiRequest request, IHttpUpgradeFeature upgrade, Stream kubelet, string node, string path)
    {
        var headers = request.Http.Request.Headers.Where(static h => !s_hopHeaders.Contains(h.Key, StringComparer.OrdinalIgnoreCase)).SelectMany(static h => h.Value.Select(v => (h.Key, v ?? "")));
        await RawHttp.SendAsync(kubelet, request.Http.Request.Method, path, [("Host", node), .. headers], request.Cancel);
        var response = await RawHttp.ReadHeadAsync(kubelet, request.Cancel);
        if (!response.IsUpgraded) throw await RefusedAsync(kubelet, response, request.Cancel);
        foreach (var (name, value) in response.Headers) request.Http.Response.Headers.Append(name, value);
        await using var client = await upgrade.UpgradeAsync();
        await StreamJoin.RunAsync(client, kubelet, request.Cancel);
    }

    private static async Task TranslateAsync(ApiRequest request, Stream kubelet, string node, string path)
    {
        await UpgradeAsync(request, kubelet, node, path, RemoteCommandProtocol.V4);
        await using var connection = new SpdyConnection(kubelet);
        using var socket = await WebSocketHandshake.AcceptAsync(request.Http, RemoteCommandProtocol.V5);
        var streams = new RemoteCommandStreams(request.QueryFlag("stdin"), request.QueryFlag("stdout"), request.QueryFlag("stderr"), request.QueryFlag("tty"));
        await RemoteCommandTranslator.RunAsync(socket, connection, streams, request.Cancel);
    }

    private static async Task TunnelAsync(ApiRequest request, Stream kubelet, string node, string path)
    {
        await UpgradeAsync(request, kubelet, node, path, "portforward.k8s.io");
        using var socket = await WebSocketHandshake.AcceptAsync(request.Http, TunneledPortForward);
        await using var client = new WebSocketByteStream(socket);
        await StreamJoin.RunAsync(client, kubelet, request.Cancel);
        await client.CloseAsync(request.Cancel);
    }

    private static async Task UpgradeAsync(ApiRequest request, Stream kubelet, string node, string path, string protocol)
    {
        var response = await RawHttp.UpgradeToSpdyAsync(kubelet, node, path, protocol, request.Cancel);
        if (!response.IsUpgraded) throw await RefusedAsync(kubelet, response, request.Cancel);
    }

    private static async Task<StatusException> RefusedAsync(Stream kubelet, RawResponse response, CancellationToken cancel)
    {
        using var text = new StreamReader(ResponseBody.Of(kubelet, response), Encoding.UTF8);
        var message = (await text.ReadToEndAsync(cancel)).Trim();
        return response.Code is >= 400 and < 500 ? ApiErrors.BadRequest(message) : ApiErrors.InternalError(message);
    }
}
