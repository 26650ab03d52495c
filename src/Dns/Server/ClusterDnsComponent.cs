using Microsoft.Extensions.Logging;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Client;
using Tiphys.Dns.Source;

namespace Tiphys.Dns.Server;

/// <summary>The whole component: informers, the zone made of them, and the server.</summary>
public static class ClusterDnsComponent
{
    /// <summary>Runs the cluster's DNS server until cancelled.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">An address cannot be had.</exception>
    public static async Task RunAsync(
        KubernetesClient client, ClusterDnsOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel)
    {
        var informers = new InformerFactory(client, time, loggers);
        var source = new InformerServiceSource(informers.For<Service>(), informers.For<EndpointSlice>(), informers.For<Namespace>(), time);
        using var server = new ClusterDns(options, source, time, loggers);
        // Should one part fail, the others must not go on as if nothing had happened.
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task[] parts = [informers.RunAsync(together.Token), source.RunAsync(together.Token), server.RunAsync(together.Token)];
        await Task.WhenAny(parts).ConfigureAwait(false);
        await together.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(parts).ConfigureAwait(false);
    }
}
