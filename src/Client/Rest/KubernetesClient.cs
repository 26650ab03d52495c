using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Client;

/// <summary>
/// A REST client for one API server with one identity. Thread-safe; make one per component and share it.
/// Typed access goes through <see cref="Resource{T}"/>; everything else through <see cref="SendAsync"/>.
/// </summary>
public sealed class KubernetesClient : IDisposable
{
    private static readonly MediaTypeHeaderValue s_json = new("application/json");
    private readonly HttpMessageInvoker _http;
    private readonly Func<CancellationToken, ValueTask<string?>>? _bearer;
    private readonly string _userAgent;

    /// <summary>Makes a client.</summary>
    /// <param name="server">Base address, for example <c>https://127.0.0.1:6443/</c>.</param>
    /// <param name="handler">Transport; it is disposed with the client.</param>
    /// <param name="userAgent">User-Agent, which is also the default field manager on the server, for example <c>kube-scheduler</c>.</param>
    /// <param name="bearer">Gives the current bearer token, or null for client certificates.</param>
    public KubernetesClient(Uri server, HttpMessageHandler handler, string userAgent, Func<CancellationToken, ValueTask<string?>>? bearer = null)
    {
        Server = server.AbsoluteUri.EndsWith('/') ? server : new Uri(server.AbsoluteUri + "/");
        _http = new HttpMessageInvoker(handler);
        _userAgent = userAgent;
        _bearer = bearer;
    }

    /// <summary>Base address of the server, with a final slash.</summary>
    public Uri Server { get; }

    /// <summary>Typed access to one kind's resource.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    public ResourceClient<T> Resource<T>() where T : class, IKubernetesObject<T> => new(this);

    /// <summary>
    /// Sends a request and returns the response with its headers read.
    /// </summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path and query relative to the server, without a leading slash.</param>
    /// <param name="content">Body, or null.</param>
    /// <param name="accept">Accept header; JSON when null.</param>
    /// <param name="cancel">Ends the request.</param>
    /// <exception cref="ApiException">The server answered with an error.</exception>
    /// <exception cref="HttpRequestException">The server could not be reached.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, string? accept, CancellationToken cancel)
    {
        var response = await SendRawAsync(method, path, content, accept, cancel);
        if (response.IsSuccessStatusCode) return response;
        using (response) throw await ErrorAsync(response, cancel);
    }

    /// <summary>As <see cref="SendAsync"/>, but returns error responses too.</summary>
    public async Task<HttpResponseMessage> SendRawAsync(HttpMethod method, string path, HttpContent? content, string? accept, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, new Uri(Server, path)) { Content = content, Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher };
        request.Headers.TryAddWithoutValidation("Accept", accept ?? "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", _userAgent);
        if (_bearer is not null && await _bearer(cancel) is { } token) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        return await _http.SendAsync(request, cancel);
    }

    /// <summary>Opens a WebSocket, as exec, attach and port-forward are spoken over.</summary>
    /// <param name="path">Path and query relative to the server, without a leading slash.</param>
    /// <param name="protocols">Subprotocols, the preferred first.</param>
    /// <param name="cancel">Ends the handshake.</param>
    /// <exception cref="ApiException">The server refused with a Status.</exception>
    /// <exception cref="WebSocketException">The server answered something else than an upgrade; the message is its text.</exception>
    public async Task<WebSocket> OpenWebSocketAsync(string path, IReadOnlyList<string> protocols, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Server, path)) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", Convert.ToBase64String(Guid.NewGuid().ToByteArray()));
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", string.Join(", ", protocols));
        request.Headers.TryAddWithoutValidation("User-Agent", _userAgent);
        if (_bearer is not null && await _bearer(cancel) is { } token) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        var response = await _http.SendAsync(request, cancel);
        if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
        {
            var protocol = response.Headers.TryGetValues("Sec-WebSocket-Protocol", out var chosen) ? chosen.First() : null;
            return WebSocket.CreateFromStream(await response.Content.ReadAsStreamAsync(cancel), new WebSocketCreationOptions { SubProtocol = protocol });
        }

        using (response)
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancel);
            if (response.Content.Headers.ContentType?.MediaType == "application/json") throw new ApiException(StatusOf(response, body));
            throw new WebSocketException(UnexpectedResponse.Text(response, body));
        }
    }

    /// <summary>Sends a message and decodes the answer.</summary>
    /// <typeparam name="T">Type of the answer.</typeparam>
    public async Task<T> SendAsync<T>(HttpMethod method, string path, IApiMessage? body, CancellationToken cancel) where T : class, IApiMessage<T>
    {
        using var content = body is null ? null : Json(ApiJson.Encode(body));
        using var response = await SendAsync(method, path, content, null, cancel);
        return ApiJson.Decode<T>(await response.Content.ReadAsByteArrayAsync(cancel));
    }

    /// <summary>A JSON body.</summary>
    public static ByteArrayContent Json(byte[] json, string? mediaType = null) =>
        new(json) { Headers = { ContentType = mediaType is null ? s_json : new MediaTypeHeaderValue(mediaType) } };

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static async Task<ApiException> ErrorAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync(cancel);
        return new ApiException(StatusOf(response, bytes));
    }

    private static Status StatusOf(HttpResponseMessage response, byte[] bytes)
    {
        if (response.Content.Headers.ContentType?.MediaType == "application/json")
        {
            try
            {
                var status = ApiJson.Decode<Status>(bytes);
                if (status.Code == 0) status.Code = (int)response.StatusCode;
                if (status.Result.Length > 0) return status;
            }
            catch (ApiDecodeException)
            {
                // Not a Status after all (a proxy's page, say): the status code says as much as there is.
            }
        }

        return UnexpectedResponse.Describe(response, bytes);
    }
}
