using System.Net;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// The objects a cluster cannot be without: its own namespaces, and the <c>kubernetes</c> Service with this server behind it.
/// </summary>
/// <param name="resources">Where they go.</param>
/// <param name="serviceAddress">Address of the <c>kubernetes</c> Service.</param>
/// <param name="advertiseAddress">Address at which members of the cluster reach this server (<c>--advertise-address</c>).</param>
/// <param name="port">Port at that address.</param>
public sealed class ClusterObjects(ApiResources resources, IPAddress serviceAddress, IPAddress advertiseAddress, int port)
{
    private const string ServiceName = "kubernetes";
    private static readonly string[] s_namespaces = [WellKnownNamespaces.Default, "kube-system", "kube-public", "kube-node-lease"];

    /// <summary>Makes what is missing and puts right what has changed.</summary>
    public async Task EnsureAsync(CancellationToken cancel)
    {
        await Task.WhenAll(s_namespaces.Select(n => EnsureAsync(new Namespace { Metadata = new() { Name = n } }, null, cancel)));
        await EnsureAsync(KubernetesService(), null, cancel);

        // Should the address have changed since the last start, the endpoints follow.
        await EnsureAsync(KubernetesEndpoints(), static (now, wanted) => now.Subsets = wanted.Subsets, cancel);
        await EnsureAsync(KubernetesSlice(), static (now, wanted) => (now.Endpoints, now.Ports) = (wanted.Endpoints, wanted.Ports), cancel);
    }

    private async Task EnsureAsync<T>(T wanted, Action<T, T>? update, CancellationToken cancel) where T : class, IKubernetesObject<T>
    {
        var context = new WriteContext { User = new UserInfo("system:apiserver", UserInfo.Masters), Namespace = wanted.Metadata.Namespace, FieldManager = "kube-apiserver", Cancel = cancel };
        var store = resources.Of<T>();
        if (await store.FindAsync(wanted.Metadata.Namespace, wanted.Metadata.Name, cancel) is null)
        {
            try
            {
                var fresh = wanted.DeepCopy();
                fresh.ApplyDefaults();
                await store.CreateAsync(fresh, context);
                return;
            }
            catch (StatusException e) when (e.IsAlreadyExists)
            {
                // Another server was quicker.
            }
        }

        if (update is null) return;
        await store.UpdateAsync(
            wanted.Metadata.Name,
            current =>
            {
                update((T)current!, wanted);
                return current!;
            },
            new UpdateBehavior(RetryOnConflict: true),
            context);
    }

    private Service KubernetesService() => new()
    {
        Metadata = new() { Name = ServiceName, Namespace = WellKnownNamespaces.Default, Labels = new() { ["component"] = "apiserver", ["provider"] = "kubernetes" } },
        Spec = new()
        {
            ClusterIP = serviceAddress.ToString(),
            Type = ServiceType.ClusterIP,
            SessionAffinity = ServiceAffinity.None,
            Ports = [new() { Name = "https", Port = 443, Protocol = Protocol.Tcp, TargetPort = port }],
        },
    };

    private Endpoints KubernetesEndpoints() => new()
    {
        Metadata = new() { Name = ServiceName, Namespace = WellKnownNamespaces.Default, Labels = new() { ["endpointslice.kubernetes.io/skip-mirror"] = "true" } },
        Subsets = [new() { Addresses = [new() { IP = advertiseAddress.ToString() }], Ports = [new() { Name = "https", Port = port, Protocol = Protocol.Tcp }] }],
    };

    private EndpointSlice KubernetesSlice() => new()
    {
        Metadata = new() { Name = ServiceName, Namespace = WellKnownNamespaces.Default, Labels = new() { ["kubernetes.io/service-name"] = ServiceName } },
        AddressType = advertiseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4",
        Endpoints = [new() { Addresses = [advertiseAddress.ToString()], Conditions = new() { Ready = true } }],
        Ports = [new() { Name = "https", Port = port, Protocol = Protocol.Tcp }],
    };
}
