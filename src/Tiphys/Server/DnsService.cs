using System.Net;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Api.Rbac.V1;
using Tiphys.Client;

namespace Tiphys.Server;

/// <summary>
/// The <c>kube-dns</c> Service. Its server is no pod but a part of this process, so the Service has no selector and its
/// endpoints are written here.
/// </summary>
internal sealed class DnsService(KubernetesClient client, IPAddress serviceAddress, IPAddress address)
{
    /// <summary>Whom the DNS server acts as: the service account that CoreDNS has in other clusters, with the same rights.</summary>
    public const string User = "system:serviceaccount:kube-system:coredns";

    /// <summary>Port the cluster's DNS usually listens on; the Service maps 53 to it, so that nothing need own the host's port 53.</summary>
    public const int UsualPort = 10053;

    private const string RoleName = "system:coredns";
    private const string Namespace = WellKnownNamespaces.System;
    private const string Name = "kube-dns";
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(15);

    /// <summary>The port this server's DNS listens on. The endpoints lead there; it may differ from server to server.</summary>
    public int Port { get; set; } = UsualPort;

    /// <summary>Makes the Service again should someone delete it, and takes the endpoints of dead servers out.</summary>
    public async Task RunAsync(TimeProvider time, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await Task.Delay(Recheck, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!cancel.IsCancellationRequested) await EnsureAsync(cancel);
        }
    }

    /// <summary>Makes the Service, its endpoints and the DNS server's rights where they are missing.</summary>
    public async Task EnsureAsync(CancellationToken cancel)
    {
        await EnsureRoleAsync(cancel);
        var services = client.Resource<Service>();
        if (await services.FindAsync(Namespace, Name, cancel) is null) await services.CreateAsync(Service(), cancel);
        await EnsureSliceAsync(cancel);
        await RemoveSlicesOfTheDeadAsync(cancel);
    }

    private async Task EnsureSliceAsync(CancellationToken cancel)
    {
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

    /// <summary>Each server writes its own endpoint. Nobody would take away that of a server that died, whose API server is out of the endpoints by then.</summary>
    private async Task RemoveSlicesOfTheDeadAsync(CancellationToken cancel)
    {
        var slices = client.Resource<EndpointSlice>();
        var alive = (await slices.FindAsync(WellKnownNamespaces.Default, "kubernetes", cancel))?.Endpoints.SelectMany(static e => e.Addresses).ToHashSet(StringComparer.Ordinal) ?? [];
        if (!alive.Contains(address.ToString())) return; // this server is not in yet: nothing can be said of others
        var own = Slice().Metadata;
        foreach (var slice in (await slices.ListAsync(Namespace, new ListQuery { LabelSelector = string.Join(',', own.Labels!.Select(static l => $"{l.Key}={l.Value}")) }, cancel)).Items)
        {
            var ofOthers = slice.Endpoints.SelectMany(static e => e.Addresses).Where(a => a != address.ToString());
            if (slice.Metadata.Name != own.Name && !ofOthers.Any(alive.Contains)) await slices.DeleteAsync(Namespace, slice.Metadata.Name, null, cancel);
        }
    }

    private async Task EnsureRoleAsync(CancellationToken cancel)
    {
        var roles = client.Resource<ClusterRole>();
        if (await roles.FindAsync(null, RoleName, cancel) is null)
        {
            await roles.CreateAsync(new ClusterRole
            {
                Metadata = new() { Name = RoleName },
                Rules =
                [
                    new() { ApiGroups = [""], Resources = ["endpoints", "services", "pods", "namespaces"], Verbs = ["list", "watch"] },
                    new() { ApiGroups = ["discovery.k8s.io"], Resources = ["endpointslices"], Verbs = ["list", "watch"] },
                ],
            }, cancel);
        }

        var bindings = client.Resource<ClusterRoleBinding>();
        if (await bindings.FindAsync(null, RoleName, cancel) is not null) return;
        await bindings.CreateAsync(new ClusterRoleBinding
        {
            Metadata = new() { Name = RoleName },
            RoleRef = new() { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = RoleName },
            Subjects = [new() { Kind = "ServiceAccount", Namespace = Namespace, Name = "coredns" }],
        }, cancel);
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
                new() { Name = "dns", Port = 53, Protocol = Protocol.Udp, TargetPort = UsualPort },
                new() { Name = "dns-tcp", Port = 53, Protocol = Protocol.Tcp, TargetPort = UsualPort },
            ],
        },
    };

    private EndpointSlice Slice() => new()
    {
        Metadata = new()
        {
            Name = $"{Name}-{address.ToString().Replace('.', '-').Replace(':', '-').Trim('-')}",
            Namespace = Namespace,
            Labels = new() { [EndpointSliceLabels.ServiceName] = Name, [EndpointSliceLabels.ManagedBy] = "tiphys-server" },
        },
        AddressType = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4",
        Endpoints = [new() { Addresses = [address.ToString()], Conditions = new() { Ready = true, Serving = true, Terminating = false } }],
        Ports = [new() { Name = "dns", Port = Port, Protocol = Protocol.Udp }, new() { Name = "dns-tcp", Port = Port, Protocol = Protocol.Tcp }],
    };
}
