using System.Net;
using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Storage;

namespace Tiphys.ApiServer;

/// <summary>
/// Gives Services their cluster addresses and node ports. What is taken stands in the store, so that any number of servers can
/// allocate side by side: an IPAddress object for each address, and one bitmap of all node ports.
/// </summary>
public sealed partial class ServiceAllocator : IResourceAllocator
{
    private static readonly FieldPath s_addresses = FieldPath.Of("spec")["clusterIPs"];
    private readonly ServiceNetwork _range;
    private readonly ServiceIPFamilies _families;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal ServiceAllocator(ServiceNetwork range, ServiceAddresses addresses, NodePortRegistry ports, ILogger logger)
    {
        _range = range;
        _families = new ServiceIPFamilies([range.Family]);
        _logger = logger;
        Addresses = addresses;
        Ports = ports;
    }

    internal ServiceAddresses Addresses { get; }

    internal NodePortRegistry Ports { get; }

    /// <summary>
    /// Lets writes through. Before, they wait: what Services hold that were stored by a server that kept other records has to be
    /// written down first.
    /// </summary>
    internal void Open() => _open.TrySetResult();

    /// <inheritdoc/>
    public async ValueTask<IAllocation> AllocateAsync(IKubernetesObject? item, IKubernetesObject? old, bool dryRun, CancellationToken cancel)
    {
        await _open.Task.WaitAsync(cancel);
        var (service, before) = ((Service?)item, (Service?)old);
        var allocation = new Allocation(this, service ?? before!, dryRun);
        try
        {
            if (service is not null)
            {
                if (_families.Settle(service, before) is { Count: > 0 } errors) throw ApiErrors.Invalid(new("", "Service"), service.Metadata.Name, errors);

                // Both at once where the address is ours to choose. Where it is not, it decides alone: of two that want the same address and
                // the same port, one must not get the one and the other the other.
                var asksForAddress = service.Spec.ClusterIP.Length > 0;
                var addresses = TakeAddressesAsync(service, before, allocation, cancel);
                if (asksForAddress) await addresses;
                await Task.WhenAll(addresses, TakePortsAsync(service, before, allocation, cancel));
            }

            if (before is not null) allocation.Free(HeldAddresses(before).Except(Kept(service)), ServicePortPlan.Held(before).Except(service is null ? [] : ServicePortPlan.Held(service)));
            return allocation;
        }
        catch
        {
            await allocation.DisposeAsync();
            throw;
        }
    }

    /// <summary>The addresses a Service holds.</summary>
    internal static IEnumerable<IPAddress> HeldAddresses(Service service)
    {
        if (service.Spec.Type == ServiceType.ExternalName) yield break;

        // Very old Services have the one field only.
        foreach (var text in service.Spec.ClusterIPs is { Count: > 0 } all ? all : [service.Spec.ClusterIP])
            if (IPAddress.TryParse(text, out var address)) yield return address;
    }

    private static IEnumerable<IPAddress> Kept(Service? service) => service is null ? [] : HeldAddresses(service);

    private async Task TakeAddressesAsync(Service service, Service? old, Allocation allocation, CancellationToken cancel)
    {
        var spec = service.Spec;
        if (spec.Type == ServiceType.ExternalName || spec.IsHeadless || ServiceIPFamilies.IsSettled(service, old)) return;
        var had = old is null ? [] : HeldAddresses(old).ToHashSet();
        spec.ClusterIPs ??= [];
        for (var i = 0; i < spec.IPFamilies!.Count; i++)
        {
            if (i < spec.ClusterIPs.Count && had.Contains(IPAddress.Parse(spec.ClusterIPs[i]))) continue;
            if (i >= spec.ClusterIPs.Count) spec.ClusterIPs.Add(await TakeAnyAsync(service, spec.IPFamilies[i], allocation, cancel));
            else await TakeAsync(service, spec.ClusterIPs[i], allocation, cancel);
        }

        spec.ClusterIP = spec.ClusterIPs[0];
    }

    private async Task<string> TakeAnyAsync(Service service, string family, Allocation allocation, CancellationToken cancel)
    {
        // A dry run does not look for a free one: what it found could be gone in the next moment.
        if (allocation.DryRun) return _range.Range.BaseAddress.ToString();
        try
        {
            var address = await Addresses.TakeAnyAsync(service, family, cancel);
            allocation.Took(address);
            return address.ToString();
        }
        catch (AllocationException e) when (e.IsFull)
        {
            throw ApiErrors.InternalError($"failed to allocate a serviceIP for Service \"{service.Metadata.Name}\": {e.Message}");
        }
    }

    private async Task TakeAsync(Service service, string text, Allocation allocation, CancellationToken cancel)
    {
        var address = IPAddress.Parse(text);
        try
        {
            if (allocation.DryRun)
            {
                if (!_range.Contains(address)) throw new AllocationException($"the provided IP ({address}) is not in the valid range. The range of valid IPs is {_range.Range}");
                return;
            }

            await Addresses.TakeAsync(service, address, cancel);
            allocation.Took(address);
        }
        catch (AllocationException e)
        {
            var errors = new FieldErrors();
            errors.Invalid(s_addresses, service.Spec.ClusterIPs, $"failed to allocate IP {text}: {e.Message}");
            throw ApiErrors.Invalid(new("", "Service"), service.Metadata.Name, errors);
        }
    }

    private async Task TakePortsAsync(Service service, Service? old, Allocation allocation, CancellationToken cancel)
    {
        if (!ServicePortPlan.MayTake(service, old)) return;
        try
        {
            if (allocation.DryRun)
            {
                var ports = (await Ports.ReadAsync(cancel))?.Ports ?? Ports.Empty;
                ServicePortPlan.Make(service, old, new DryNodePorts(ports)).Apply(service);
                return;
            }

            var plan = await Ports.ChangeAsync(ports => ServicePortPlan.Make(service, old, ports), cancel);
            allocation.Took(plan.Taken);
            plan.Apply(service);
        }
        catch (AllocationException e)
        {
            throw ApiErrors.InternalError(e.Message);
        }
    }

    private async Task GiveBackAsync(Service service, IReadOnlyList<IPAddress> addresses, IReadOnlyList<int> ports)
    {
        // Not for the client to wait or to fail for: what stays taken by mistake the repair loops find.
        try
        {
            foreach (var address in addresses) await Addresses.ReleaseAsync(service, address, CancellationToken.None);
            if (ports.Count == 0) return;
            await Ports.ChangeAsync(
                bitmap =>
                {
                    foreach (var port in ports) bitmap.Release(port);
                    return true;
                },
                CancellationToken.None);
        }
        catch (Exception e) when (e is StatusException or StoreException or AllocationException or ObjectDisposedException)
        {
            LogNotReleased(_logger, e, service.Metadata.Namespace, service.Metadata.Name);
        }
    }

    private sealed class Allocation(ServiceAllocator owner, Service service, bool dryRun) : IAllocation
    {
        private readonly List<IPAddress> _addresses = [];
        private readonly List<int> _ports = [];
        private readonly List<IPAddress> _freedAddresses = [];
        private readonly List<int> _freedPorts = [];
        private bool _done = dryRun;

        public bool DryRun { get; } = dryRun;

        public void Took(IPAddress address) => _addresses.Add(address);

        public void Took(IEnumerable<int> ports) => _ports.AddRange(ports);

        public void Free(IEnumerable<IPAddress> addresses, IEnumerable<int> ports)
        {
            _freedAddresses.AddRange(addresses);
            _freedPorts.AddRange(ports);
        }

        public async ValueTask CommitAsync()
        {
            if (_done) return;
            _done = true;
            await owner.GiveBackAsync(service, _freedAddresses, _freedPorts);
        }

        public void Leave() => _done = true;

        public async ValueTask DisposeAsync()
        {
            if (_done) return;
            _done = true;
            await owner.GiveBackAsync(service, _addresses, _ports);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "addresses and ports of Service {Namespace}/{Name} could not be given back")]
    private static partial void LogNotReleased(ILogger logger, Exception error, string @namespace, string name);
}
