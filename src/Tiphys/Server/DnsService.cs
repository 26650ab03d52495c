using System.Net;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Client;

namespace Tiphys.Server;

/// <summary>
/// The <c>kube-dns</c> Service. Its server is no pod but a part of this process, so the Service has no selector and its
/// endpoints are written here.
/// </summary>
internal sealed class DnsService(KubernetesClient client, IPAddress serviceAddress, IPAddress address, int port)
{
    private const string Namespace = "kube-system";
    private const string Name = "kube-dns";
    private static readonly TimeSpan Recheck = TimeSpan.FromMinutes(1);

    /// <summary>Makes the Service, and makes it again should someone delete it.</summary>
    public async Task RunAsync(TimeProvider time, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await EnsureAsync(cancel);
            await Task.Delay(Recheck, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task EnsureAsync(CancellationToken cancel)
    {
        var services = client.Resource<Service>();
        if (await services.FindAsync(Namespace, Name, cancel) is null) await services.CreateAsync(Service(), cancel);
        var slices = client.Resource<EndpointSlice>();
        var wanted = Slice();
        if (await slices.FindAsync(Namespace, wanted.Metadata.Name, cancel) is not { } slice)
        {
            await slices.CreateAsync(wanted, cancel);
            return;
        }

        slice = slice.DeepCopy();
        var before = slice.DeepCopy();
        slice.Endpoints = wanted.Endpoints;
        slice.Ports = wanted.Ports;
        if (!ApiJson.Same(slice, before)) await slices.UpdateAsync(slice, cancel);
    }

    private Service Service() => new()
    {
        Metadata = new()
        {
            Name = Name,
            Namespace = Namespace,
            Labels = new() { ["k8s-app"] = Name, ["kubernetes.io/cluster-service"] = "true", ["kubernetes.io/name"] = "CoreDNS" },
        },
        Spec = new()
        {
            ClusterIP = serviceAddress.ToString(),
            Ports =
            [
                new() { Name = "dns", Port = 53, Protocol = Protocol.Udp, TargetPort = port },
                new() { Name = "dns-tcp", Port = 53, Protocol = Protocol.Tcp, TargetPort = port },
            ],
        },
    };

    private EndpointSlice Slice() => new()
    {
        Metadata = new()
        {
            Name = Name,
            Namespace = Namespace,
            Labels = new() { ["kubernetes.io/service-name"] = Name, ["endpointslice.kubernetes.io/managed-by"] = "tiphys-server" },
        },
        AddressType = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4",
        Endpoints = [new() { Addresses = [address.ToString()], Conditions = new() { Ready = true, Serving = true, Terminating = false } }],
        Ports = [new() { Name = "dns", Port = port, Protocol = Protocol.Udp }, new() { Name = "dns-tcp", Port = port, Protocol = Protocol.Tcp }],
    };
}
