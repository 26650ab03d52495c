using System.Net;
using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// Gives Services their cluster addresses and node ports. What is taken is read off the stored Services when the server
/// starts, so the Services themselves are the only record.
/// </summary>
/// <param name="addresses">The service address range.</param>
/// <param name="ports">The node port range.</param>
public sealed class ServiceAllocator(AddressPool addresses, PortPool ports) : IResourceAllocator
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private readonly StoredAllocations _stored = new(addresses, ports);
    private ResourceStore? _shared;

    /// <summary>Counts the Services that exist as taken.</summary>
    /// <param name="services">The Services.</param>
    /// <param name="shared">Other servers write Services too: what they hold is looked up before each allocation.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task ReadyAsync(ResourceStore services, bool shared, CancellationToken cancel)
    {
        await services.Cache.Ready.WaitAsync(cancel);
        _stored.Count(services.Cache);
        if (shared) _shared = services;
    }

    /// <inheritdoc/>
    public async ValueTask<IAllocation> AllocateAsync(IKubernetesObject? item, IKubernetesObject? old, bool dryRun, CancellationToken cancel)
    {
        if (_shared is { } services) await _stored.CountFreshAsync(services, cancel);
        var allocation = new Allocation(this);
        try
        {
            var service = (Service?)item;
            var before = (Service?)old;
            if (service is not null)
            {
                TakeAddress(service, before, allocation);
                TakePorts(service, before, allocation);
            }

            if (before is not null)
            {
                var kept = service is null ? [] : Addresses(service).ToHashSet();
                var keptPorts = service is null ? [] : NodePorts(service).ToHashSet();
                allocation.FreedAddresses.AddRange(Addresses(before).Where(a => !kept.Contains(a)));
                allocation.FreedPorts.AddRange(NodePorts(before).Where(p => !keptPorts.Contains(p)));
            }

            return allocation;
        }
        catch (StatusException)
        {
            allocation.Undo();
            throw;
        }
    }

    private void TakeAddress(Service service, Service? old, Allocation allocation)
    {
        var spec = service.Spec;
        if (spec.Type == ServiceType.ExternalName)
        {
            spec.ClusterIP = "";
            spec.ClusterIPs = null;
            spec.IPFamilies = null;
            spec.IPFamilyPolicy = null;
            return;
        }

        spec.IPFamilyPolicy ??= "SingleStack";
        spec.IPFamilies ??= [addresses.Family];
        if (spec.ClusterIP == "None")
        {
            spec.ClusterIPs = ["None"];
            return;
        }

        if (spec.ClusterIP.Length == 0)
        {
            var address = addresses.TakeAny() ?? throw Full(service);
            allocation.Took(address);
            spec.ClusterIP = address.ToString();
        }
        else if (old is null || old.Spec.ClusterIP != spec.ClusterIP)
        {
            var wanted = IPAddress.Parse(spec.ClusterIP);
            var path = Spec["clusterIPs"];
            if (!addresses.Contains(wanted)) throw Refused(service, e => e.Invalid(path, new[] { spec.ClusterIP }, $"failed to allocate IP {wanted}: the provided IP is not in the valid range. The range of valid IPs is {addresses.Range}"));
            if (!addresses.TryTake(wanted)) throw Refused(service, e => e.Invalid(path, new[] { spec.ClusterIP }, $"failed to allocate IP {wanted}: provided IP is already allocated"));
            allocation.Took(wanted);
        }

        spec.ClusterIPs = [spec.ClusterIP];
    }

    private void TakePorts(Service service, Service? old, Allocation allocation)
    {
        var spec = service.Spec;
        if (spec.Type is not (ServiceType.NodePort or ServiceType.LoadBalancer) || (spec.Type == ServiceType.LoadBalancer && spec.AllocateLoadBalancerNodePorts == false))
        {
            if (spec.Type is ServiceType.ClusterIP)
                foreach (var port in spec.Ports ?? []) port.NodePort = 0;
            return;
        }

        var had = old is null ? [] : NodePorts(old).ToHashSet();
        var mine = new HashSet<int>();
        for (var i = 0; i < (spec.Ports?.Count ?? 0); i++)
        {
            var port = spec.Ports![i];
            if (port.NodePort == 0)
            {
                port.NodePort = ports.TakeAny() ?? throw Refused(service, static e => e.Internal(Spec["ports"], "failed to allocate a nodePort: range is full"));
                allocation.Took(port.NodePort);
            }
            else if (!had.Contains(port.NodePort) && !mine.Contains(port.NodePort))
            {
                var path = Spec["ports"][i]["nodePort"];
                if (!ports.Contains(port.NodePort)) throw Refused(service, e => e.Invalid(path, port.NodePort, $"provided port is not in the valid range. The range of valid ports is {ports.Range}"));
                if (!ports.TryTake(port.NodePort)) throw Refused(service, e => e.Invalid(path, port.NodePort, "provided port is already allocated"));
                allocation.Took(port.NodePort);
            }

            mine.Add(port.NodePort);
        }
    }

    internal static IEnumerable<IPAddress> Addresses(Service service) =>
        service.Spec.Type != ServiceType.ExternalName && IPAddress.TryParse(service.Spec.ClusterIP, out var address) ? [address] : [];

    internal static IEnumerable<int> NodePorts(Service service) => (service.Spec.Ports ?? []).Select(static p => p.NodePort).Where(static p => p != 0);

    private static StatusException Full(Service service) =>
        Refused(service, static e => e.Internal(Spec["clusterIPs"], "failed to allocate a serviceIP: range is full"));

    private static StatusException Refused(Service service, Action<FieldErrors> report)
    {
        var errors = new FieldErrors();
        report(errors);
        return ApiErrors.Invalid(new("", "Service"), service.Metadata.Name, errors);
    }

    private sealed class Allocation(ServiceAllocator owner) : IAllocation
    {
        private bool _committed;

        private readonly List<IPAddress> _addresses = [];

        private readonly List<int> _ports = [];

        public List<IPAddress> FreedAddresses { get; } = [];

        public List<int> FreedPorts { get; } = [];

        public void Took(IPAddress address)
        {
            _addresses.Add(address);
            owner._stored.Begin(address);
        }

        public void Took(int port)
        {
            _ports.Add(port);
            owner._stored.Begin(port);
        }

        public ValueTask CommitAsync()
        {
            _committed = true;
            foreach (var address in FreedAddresses) owner.Release(address);
            foreach (var port in FreedPorts) owner.Release(port);
            return ValueTask.CompletedTask;
        }

        public void Undo()
        {
            foreach (var address in _addresses) owner.Release(address);
            foreach (var port in _ports) owner.Release(port);
            Settle();
        }

        public ValueTask DisposeAsync()
        {
            if (!_committed) Undo();
            Settle();
            return ValueTask.CompletedTask;
        }

        private void Settle() => owner._stored.End([.. _addresses, .. _ports.Cast<object>()], _committed);
    }

    private void Release(IPAddress address) => addresses.Release(address);

    private void Release(int port) => ports.Release(port);
}
