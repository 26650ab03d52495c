using System.Net;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// Every server adds itself and, when there are more than <paramref name="count"/>, takes those behind it out
/// (<c>--endpoint-reconciler-type=master-count</c>): a dead server stays until a new one takes its place.
/// </summary>
internal sealed class CountEndpointReconciler(KubernetesEndpoints endpoints, IPAddress address, int port, int count) : IEndpointReconciler
{
    private readonly string _address = address.ToString();

    public async Task ReconcileAsync(bool ports, CancellationToken cancel)
    {
        var current = await endpoints.FindAsync(cancel);
        if (current?.Subsets is not [{ Addresses: { } addresses } subset])
        {
            await endpoints.WriteAsync(current, [new() { Addresses = [new() { IP = _address }], Ports = ServerPorts.Of(port) }], cancel);
            return;
        }

        var wanted = subset.DeepCopy();
        if (!addresses.Exists(a => a.IP == _address) || addresses.Count > count) wanted.Addresses = Fit(addresses);
        if (ports) wanted.Ports = ServerPorts.Of(port);
        await endpoints.WriteAsync(current, [wanted], cancel);
    }

    public async Task RemoveAsync(CancellationToken cancel)
    {
        if (await endpoints.FindAsync(cancel) is not { Subsets: [{ Addresses: { } addresses } subset, ..] } current) return;
        List<EndpointAddress> others = [.. addresses.Where(a => a.IP != _address)];
        await endpoints.WriteAsync(current, others.Count == 0 ? null : [new() { Addresses = others, Ports = subset.Ports }], cancel);
    }

    public Task WaitForChangeAsync(CancellationToken cancel) => Task.Delay(Timeout.Infinite, cancel);

    /// <summary>All servers in order with this one, and of those that are too many the ones that follow it.</summary>
    private List<EndpointAddress> Fit(List<EndpointAddress> addresses)
    {
        var all = addresses.Select(static a => a.IP).Append(_address).Distinct().Order(StringComparer.Ordinal).ToList();
        while (all.Count > count) all.RemoveAt((all.IndexOf(_address) + 1) % all.Count);
        return [.. all.Select(static a => new EndpointAddress { IP = a })];
    }
}
