using System.Net.Security;
using System.Net.Sockets;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Probes;

/// <summary>Sends the HTTP requests that probes and hooks ask for.</summary>
internal sealed class HttpGet : IDisposable
{
    private const int MaxBody = 10 * 1024;
    private const int MaxRedirects = 10;

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        // A fresh connection each time: the question is also whether one can still be made.
        PooledConnectionLifetime = TimeSpan.Zero,
#pragma warning disable CA5359 // what containers present is rarely signed by anyone the node knows
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
#pragma warning restore CA5359
    });

    /// <summary>Sends the request and returns the status code and the beginning of the body.</summary>
    /// <exception cref="HttpProbeException">No answer came; the message is what users are shown.</exception>
    /// <exception cref="FormatException">The port cannot be resolved.</exception>
    public async Task<(int Code, string Body, Uri Url)> SendAsync(
        HTTPGetAction action, Container container, string podAddress, string userAgent, TimeSpan timeout, CancellationToken cancel)
    {
        var port = PortResolver.Resolve(action.Port, container);
        var host = action.Host.Length > 0 ? action.Host : podAddress;
        var scheme = action.Scheme.Length > 0 ? action.Scheme.ToLowerInvariant() : "http";
        var path = action.Path.StartsWith('/') ? action.Path : "/" + action.Path;
        var url = new Uri($"{scheme}://{(host.Contains(':') ? $"[{host}]" : host)}:{port}{path}");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(timeout);
        try
        {
            for (var redirects = 0; ; redirects++)
            {
                using var request = Request(action, url, userAgent);
                using var response = await _http.SendAsync(request, limit.Token).ConfigureAwait(false);
                if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location && redirects < MaxRedirects)
                {
                    var next = new Uri(url, location);
                    // Another host is beyond what the container answers for: that it answered is enough.
                    if (next.Host != url.Host) return ((int)response.StatusCode, "", url);
                    url = next;
                    continue;
                }
                return ((int)response.StatusCode, await BodyAsync(response, limit.Token).ConfigureAwait(false), url);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new HttpProbeException($"Get \"{url}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
        }
        catch (HttpRequestException e)
        {
            throw new HttpProbeException($"Get \"{url}\": {TcpDial.Describe(e.InnerException ?? e, url.Host.Trim('[', ']'), url.Port)}", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(HTTPGetAction action, Uri url, string userAgent)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        foreach (var header in action.HttpHeaders ?? [])
        {
            if (header.Name.Equals("Host", StringComparison.OrdinalIgnoreCase)) request.Headers.Host = header.Value;
            else request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        }
        if (!request.Headers.Contains("User-Agent")) request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        if (!request.Headers.Contains("Accept")) request.Headers.TryAddWithoutValidation("Accept", "*/*");
        request.Headers.ConnectionClose = true;
        return request;
    }

    private static async Task<string> BodyAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        var buffer = new byte[MaxBody];
        var read = await body.ReadAtLeastAsync(buffer, MaxBody, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, read);
    }
}

/// <summary>No answer to an HTTP request, in the words Go has for it.</summary>
internal sealed class HttpProbeException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Tries whether a TCP connection can be made.</summary>
internal static class TcpDial
{
    /// <summary>Null when it can; otherwise why not.</summary>
    public static async Task<string?> TryAsync(string host, int port, TimeSpan timeout, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(timeout);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(host, port, limit.Token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"dial tcp {Format(host, port)}: i/o timeout";
        }
        catch (SocketException e)
        {
            return Describe(e, host, port);
        }
    }

    internal static string Describe(Exception error, string host, int port) => error is SocketException socket
        ? $"dial tcp {Format(host, port)}: connect: " + socket.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "connection refused",
            SocketError.HostUnreachable => "no route to host",
            SocketError.NetworkUnreachable => "network is unreachable",
            SocketError.ConnectionReset => "connection reset by peer",
            SocketError.TimedOut => "connection timed out",
            _ => socket.Message.ToLowerInvariant(),
        }
        : error.Message;

    private static string Format(string host, int port) => host.Contains(':') ? $"[{host}]:{port}" : $"{host}:{port}";
}
