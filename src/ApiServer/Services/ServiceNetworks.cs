using Tiphys.Api.Meta.V1;
using Tiphys.Api.Networking.V1;
using IPAddress = System.Net.IPAddress;

namespace Tiphys.ApiServer;

/// <summary>The networks that the ServiceCIDRs of the cluster name.</summary>
internal sealed class ServiceNetworks(ApiResources resources)
{
    private const int ShortestSixPrefix = 64;

    /// <summary>Name of the ServiceCIDR made from <c>--service-cluster-ip-range</c>.</summary>
    public const string Default = "kubernetes";

    private volatile Known _known = new(-1, []);

    /// <summary>The networks that addresses may be taken from.</summary>
    public IEnumerable<ServiceNetwork> Ready(string family) => Current().Where(n => n.Ready && n.Network.Family == family).Select(static n => n.Network);

    /// <summary>Whether an address may be taken now.</summary>
    public bool Offers(IPAddress address) => Current().Any(n => n.Ready && n.Network.Contains(address));

    /// <summary>Whether an address belongs to a network, ready or not.</summary>
    public bool Contains(IPAddress address) => Current().Any(n => n.Network.Contains(address));

    private IReadOnlyList<Offer> Current()
    {
        var cache = resources.Of<ServiceCIDR>().Cache;
        var known = _known;
        if (known.Revision == cache.Revision) return known.Networks;
        var (items, revision) = cache.List(Selection.All);
        _known = known = new Known(revision, [.. items.Select(static i => (ServiceCIDR)i.Decode()).SelectMany(Networks)]);
        return known.Networks;
    }

    private static IEnumerable<Offer> Networks(ServiceCIDR item)
    {
        // Without a condition it counts as ready: the controllers may not run yet.
        var ready = item.Metadata.DeletionTimestamp is null
            && item.Status.Conditions?.Find(static c => c.Type == ServiceCIDRCondition.Ready) is null or { Status: ConditionStatus.True };
        foreach (var range in item.Spec.Networks)
        {
            var network = new ServiceNetwork(range);
            var tooLarge = network.Family == Api.Core.V1.IPFamily.IPv6 && range.PrefixLength < ShortestSixPrefix;
            yield return new Offer(network, ready && !tooLarge);
        }
    }

    private sealed record Offer(ServiceNetwork Network, bool Ready);

    private sealed record Known(long Revision, IReadOnlyList<Offer> Networks);
}
