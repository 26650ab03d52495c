using System.Net;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The endpoints are the servers whose leases live: one that dies is out once its lease has run out.</summary>
internal sealed class LeaseEndpointReconciler(KubernetesEndpoints endpoints, ServerLeases leases, IPAddress address, int port) : IEndpointReconciler
{
    public async Task ReconcileAsync(bool ports, CancellationToken cancel)
    {
        // First of all, whatever becomes of the rest: the other servers then list this one.
        await leases.RefreshAsync(address, cancel);
        var living = await leases.ListAsync(cancel);

        // Our own was written a moment ago. To see nobody means that something is wrong, not that nobody is there.
        if (living.Count == 0) throw new InvalidOperationException("no API server IP addresses were listed in storage, refusing to erase all endpoints for the kubernetes Service");
        await WriteAsync(living, ports, cancel);
    }

    public async Task RemoveAsync(CancellationToken cancel)
    {
        if (!await leases.RemoveAsync(address, cancel)) return;
        await WriteAsync(await leases.ListAsync(cancel), ports: true, cancel);
    }

    public Task WaitForChangeAsync(CancellationToken cancel) => leases.WaitForChangeAsync(cancel);

    private async Task WriteAsync(List<string> living, bool ports, CancellationToken cancel)
    {
        var current = await endpoints.FindAsync(cancel);
        if (living.Count == 0)
        {
            if (current is not null) await endpoints.WriteAsync(current, null, cancel);
            return;
        }

        var kept = !ports && current?.Subsets is [{ Ports: { } before }] ? before : ServerPorts.Of(port);
        EndpointSubset wanted = new() { Addresses = [.. living.Order(StringComparer.Ordinal).Select(static a => new EndpointAddress { IP = a })], Ports = kept };
        await endpoints.WriteAsync(current, [wanted], cancel);
    }
}

/// <summary>The port behind the <c>kubernetes</c> Service.</summary>
internal static class ServerPorts
{
    public const string Name = "https";

    public static List<EndpointPort> Of(int port) => [new() { Name = Name, Port = port, Protocol = Protocol.Tcp }];
}
