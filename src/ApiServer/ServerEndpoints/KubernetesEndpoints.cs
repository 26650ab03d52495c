using System.Net;
using System.Net.Sockets;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Api.Meta.V1;
using SlicePort = Tiphys.Api.Discovery.V1.EndpointPort;

namespace Tiphys.ApiServer;

/// <summary>The Endpoints <c>default/kubernetes</c>, and the EndpointSlice of the same name that says the same.</summary>
internal sealed class KubernetesEndpoints(ApiResources resources)
{
    public const string Name = "kubernetes";

    /// <summary>The Endpoints as they are; null when there are none.</summary>
    public ValueTask<Endpoints?> FindAsync(CancellationToken cancel) => resources.FindAsync<Endpoints>(WellKnownNamespaces.Default, Name, cancel);

    /// <summary>Makes the objects what they should be; writes nothing when they are.</summary>
    /// <param name="current">The Endpoints that were found.</param>
    /// <param name="subsets">What they should be.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task WriteAsync(Endpoints? current, List<EndpointSubset>? subsets, CancellationToken cancel)
    {
        var wanted = current?.DeepCopy() ?? new Endpoints { Metadata = new() { Name = Name, Namespace = WellKnownNamespaces.Default } };
        (wanted.Metadata.Labels ??= [])[EndpointSliceLabels.SkipMirror] = "true";
        wanted.Subsets = subsets;
        if (current is null) await CreateAsync(wanted, cancel);
        else if (!ApiJson.Same(current, wanted)) await UpdateAsync(wanted, cancel);
        await WriteSliceAsync(SliceOf(wanted), cancel);
    }

    private async Task WriteSliceAsync(EndpointSlice wanted, CancellationToken cancel)
    {
        var current = await resources.FindAsync<EndpointSlice>(WellKnownNamespaces.Default, Name, cancel);
        if (current is not null && current.AddressType != wanted.AddressType)
        {
            // The type of a slice cannot change.
            await resources.Of<EndpointSlice>().DeleteAsync(Name, new DeleteOptions(), WriteContext.OfServer(WellKnownNamespaces.Default, cancel));
            current = null;
        }

        if (current is null)
        {
            await CreateAsync(wanted, cancel);
            return;
        }

        wanted.ApplyDefaults();
        var changed = current.DeepCopy();
        (changed.Metadata.Labels, changed.Endpoints, changed.Ports) = (wanted.Metadata.Labels, wanted.Endpoints, wanted.Ports);
        if (!ApiJson.Same(current, changed)) await UpdateAsync(changed, cancel);
    }

    private async Task CreateAsync<T>(T item, CancellationToken cancel) where T : class, IKubernetesObject<T>
    {
        try
        {
            item.ApplyDefaults();
            await resources.Of<T>().CreateAsync(item, WriteContext.OfServer(WellKnownNamespaces.Default, cancel));
        }
        catch (StatusException e) when (e.IsAlreadyExists)
        {
            // Another server was quicker; what it wrote is looked at the next time.
        }
    }

    /// <summary>Fails with a conflict when another server wrote in between.</summary>
    private async Task UpdateAsync<T>(T item, CancellationToken cancel) where T : class, IKubernetesObject<T> =>
        await resources.Of<T>().UpdateAsync(item.Metadata.Name, _ => item, new UpdateBehavior(), WriteContext.OfServer(WellKnownNamespaces.Default, cancel));

    private static EndpointSlice SliceOf(Endpoints endpoints)
    {
        var addresses = endpoints.Subsets is [var subset, ..] ? subset.Addresses ?? [] : [];
        var sixes = addresses.Count > 0 && addresses.TrueForAll(static a => IsSix(a.IP));
        return new()
        {
            Metadata = new() { Name = Name, Namespace = WellKnownNamespaces.Default, Labels = new() { [EndpointSliceLabels.ServiceName] = Name } },
            AddressType = sixes ? AddressType.IPv6 : AddressType.IPv4,
            Endpoints = [.. addresses.Where(a => IsSix(a.IP) == sixes).Select(static a => new Endpoint { Addresses = [a.IP], Conditions = new() { Ready = true } })],
            Ports = [.. (endpoints.Subsets is [var first, ..] ? first.Ports ?? [] : []).Select(static p => new SlicePort { Name = p.Name, Port = p.Port, Protocol = p.Protocol })],
        };
    }

    private static bool IsSix(string address) => IPAddress.TryParse(address, out var parsed) && parsed.AddressFamily == AddressFamily.InterNetworkV6;
}
