using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Tiphys.Client;

/// <summary>Asks API servers for <c>/readyz</c>, over connections that are kept.</summary>
/// <param name="authorities">Authorities of the cluster.</param>
public sealed class ReadinessProbe(X509Certificate2Collection authorities) : IServerProbe, IDisposable
{
    private readonly ConcurrentDictionary<Uri, HttpMessageInvoker> _clients = new();

    /// <inheritdoc/>
    public async Task<ServerState> ProbeAsync(Uri server, CancellationToken cancel)
    {
        var client = _clients.GetOrAdd(server, s => new HttpMessageInvoker(new ClientConfig { Server = s, Authorities = authorities }.CreateHandler()));
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server, "/readyz"));
            using var response = await client.SendAsync(request, cancel);

            // Anything but a server's own "not yet" will do: whether readiness is told to strangers is the cluster's choice.
            return (int)response.StatusCode >= 500 ? ServerState.NotReady : ServerState.Ready;
        }
        catch (HttpRequestException e)
        {
            return e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } ? ServerState.Gone : ServerState.Silent;
        }
        catch (OperationCanceledException)
        {
            return ServerState.Silent;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in _clients.Values) client.Dispose();
    }
}
