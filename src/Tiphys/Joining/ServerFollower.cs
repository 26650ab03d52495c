using System.Net;
using Microsoft.Extensions.Logging;
using Tiphys.Api.Discovery.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Joining;

/// <summary>Keeps a node's list of API servers as the cluster says: the endpoints of the Service <c>kubernetes</c>.</summary>
/// <param name="client">Somebody who may read EndpointSlices: the service proxy.</param>
/// <param name="servers">The list.</param>
/// <param name="balancer">Loses its connections to servers that are none any more.</param>
/// <param name="time">Clock.</param>
/// <param name="loggers">Where to log.</param>
internal sealed class ServerFollower(KubernetesClient client, ServerList servers, ServerBalancer balancer, TimeProvider time, ILoggerFactory loggers)
{
    private const string Port = "https";

    /// <summary>Follows until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel)
    {
        var informers = new InformerFactory(client, time, loggers);
        var slices = informers.For<EndpointSlice>(WellKnownNamespaces.Default, new ListQuery { LabelSelector = $"{EndpointSliceLabels.ServiceName}=kubernetes" });
        slices.OnChange(_ =>
        {
            foreach (var removed in servers.Replace([.. slices.List().SelectMany(Addresses)])) balancer.Cut(removed);
        });
        return informers.RunAsync(cancel);
    }

    /// <summary>The servers a slice names.</summary>
    internal static IEnumerable<Uri> Addresses(EndpointSlice slice) =>
        from port in slice.Ports ?? []
        where port.Name == Port
        where port.Port > 0
        from endpoint in slice.Endpoints
        where endpoint.Conditions?.Ready != false
        from address in endpoint.Addresses
        where IPAddress.TryParse(address, out _)
        select new UriBuilder("https", address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address, port.Port ?? 0).Uri;
}
