using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Client;

namespace Tiphys.Proxy;

/// <summary>The service proxy (upstream's kube-proxy in nftables mode): makes the addresses of Services reach their endpoints.</summary>
public static class ProxyComponent
{
    /// <summary>Runs until cancelled.</summary>
    /// <param name="options">How.</param>
    /// <param name="client">The API server, as <c>system:kube-proxy</c>.</param>
    /// <param name="time">Clock.</param>
    /// <param name="loggers">Where to log.</param>
    /// <param name="cancel">Ends it; the rules stay.</param>
    public static async Task RunAsync(ProxyOptions options, KubernetesClient client, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel)
    {
        var informers = new InformerFactory(client, time, loggers);
        var proxy = new ServiceProxy(options, informers.For<Service>(), informers.For<EndpointSlice>(), new NftProgram(), time, loggers.CreateLogger("Tiphys.Proxy"));
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        List<Task> parts = [informers.RunAsync(together.Token), proxy.RunAsync(together.Token)];
        if (options.Healthz is { } address) parts.Add(new HealthServer(address, proxy, time).RunAsync(together.Token));
        var first = await Task.WhenAny(parts);
        await together.CancelAsync();
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!cancel.IsCancellationRequested) await first;
    }

    /// <summary>Removes the proxy's table.</summary>
    public static async Task CleanupAsync(CancellationToken cancel) =>
        await new NftProgram().ApplyAsync($"add table {RuleSet.Table}\ndelete table {RuleSet.Table}\n", cancel);
}

/// <summary>Answers <c>/healthz</c> for load balancers: 200 while the rules are in step.</summary>
internal sealed class HealthServer(IPEndPoint address, ServiceProxy proxy, TimeProvider time)
{
    public async Task RunAsync(CancellationToken cancel)
    {
        using var listener = new TcpListener(address);
        listener.Start();
        using var registration = cancel.Register(listener.Stop);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                using var connection = await listener.AcceptTcpClientAsync(cancel);
                await AnswerAsync(connection, cancel);
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
            {
                // One broken connection, or the end of it all.
            }
        }
    }

    private async Task AnswerAsync(TcpClient connection, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(2));
        var stream = connection.GetStream();
        var request = new byte[1024];
        _ = await stream.ReadAsync(request, patience.Token);
        var now = time.GetUtcNow();
        var healthy = proxy.LastSync is { } last && now - last < TimeSpan.FromMinutes(2);
        var body = string.Create(CultureInfo.InvariantCulture, $"{{\"lastUpdated\": \"{proxy.LastSync:O}\",\"currentTime\": \"{now:O}\", \"nodeEligible\": true}}");
        var head = $"HTTP/1.1 {(healthy ? "200 OK" : "503 Service Unavailable")}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head + body), patience.Token);
    }
}
