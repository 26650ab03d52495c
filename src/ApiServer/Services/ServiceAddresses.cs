using System.Net;
using System.Net.Sockets;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using ApiIPAddress = Tiphys.Api.Networking.V1.IPAddress;
using IPAddressLabels = Tiphys.Api.Networking.V1.IPAddressLabels;
using ParentReference = Tiphys.Api.Networking.V1.ParentReference;

namespace Tiphys.ApiServer;

/// <summary>
/// Gives out cluster addresses. A taken address is an IPAddress object of that name, so the store itself decides which of several
/// servers gets it.
/// </summary>
internal sealed class ServiceAddresses(ApiResources resources, ServiceNetworks networks)
{
    public const string Manager = "ipallocator.k8s.io";

    /// <summary>The networks.</summary>
    public ServiceNetworks Networks => networks;

    /// <summary>Takes one address for a Service.</summary>
    /// <exception cref="AllocationException">It is taken, or no Service's.</exception>
    public async Task TakeAsync(Service service, IPAddress address, CancellationToken cancel)
    {
        if (!networks.Offers(address)) throw new AllocationException("the provided network does not match the current range");
        if (!await TryCreateAsync(service, address, cancel)) throw new AllocationException("provided IP is already allocated");
    }

    /// <summary>Takes any address of a family for a Service.</summary>
    /// <exception cref="AllocationException">All are taken.</exception>
    public async Task<IPAddress> TakeAnyAsync(Service service, string family, CancellationToken cancel)
    {
        var taken = resources.Of<ApiIPAddress>().Cache;
        foreach (var network in networks.Ready(family))
        {
            foreach (var address in network.Candidates())
            {
                // The cache spares most tries; it may be a moment behind.
                if (taken.Get("", address.ToString()) is null && await TryCreateAsync(service, address, cancel)) return address;
            }
        }

        throw AllocationException.Full();
    }

    /// <summary>Gives an address back, if it is the Service's.</summary>
    public async Task ReleaseAsync(Service service, IPAddress address, CancellationToken cancel)
    {
        if (await resources.FindAsync<ApiIPAddress>("", address.ToString(), cancel) is not { } taken) return;
        if (taken.Spec.ParentRef is { } parent && !IsOf(parent, service)) return;
        await DeleteAsync(taken, cancel);
    }

    /// <summary>Deletes an address as it was seen; one that has been made anew since stays.</summary>
    public async Task DeleteAsync(ApiIPAddress seen, CancellationToken cancel)
    {
        try
        {
            var options = new DeleteOptions { Preconditions = new() { Uid = seen.Metadata.Uid } };
            await resources.Of<ApiIPAddress>().DeleteAsync(seen.Metadata.Name, options, WriteContext.OfServer("", cancel));
        }
        catch (StatusException e) when (e.Status.Code is 404 or 409)
        {
            // It is gone.
        }
    }

    /// <summary>Makes the object that says whose an address is; false when there is one already.</summary>
    public async Task<bool> TryCreateAsync(Service service, IPAddress address, CancellationToken cancel)
    {
        var item = new ApiIPAddress
        {
            Metadata = new() { Name = address.ToString(), Labels = new() { [IPAddressLabels.IPFamily] = FamilyOf(address), [IPAddressLabels.ManagedBy] = Manager } },
            Spec = new() { ParentRef = new() { Resource = "services", Namespace = service.Metadata.Namespace, Name = service.Metadata.Name } },
        };
        try
        {
            await resources.Of<ApiIPAddress>().CreateAsync(item, WriteContext.OfServer("", cancel));
            return true;
        }
        catch (StatusException e) when (e.IsAlreadyExists)
        {
            return false;
        }
    }

    /// <summary>Whether an address is a Service's.</summary>
    public static bool IsOf(ParentReference parent, Service service) =>
        IsOfService(parent) && parent.Namespace == service.Metadata.Namespace && parent.Name == service.Metadata.Name;

    /// <summary>Whether an address is some Service's.</summary>
    public static bool IsOfService(ParentReference? parent) => parent is { Group: "", Resource: "services" };

    /// <summary>Whether the object is one of this allocator's and says the right family.</summary>
    public static bool HasLabels(ApiIPAddress item) =>
        IsManaged(item) && item.Metadata.Labels!.GetValueOrDefault(IPAddressLabels.IPFamily) == (item.Metadata.Name.Contains(':', StringComparison.Ordinal) ? IPFamily.IPv6 : IPFamily.IPv4);

    /// <summary>Whether the object is one of this allocator's.</summary>
    public static bool IsManaged(ApiIPAddress item) => item.Metadata.Labels?.GetValueOrDefault(IPAddressLabels.ManagedBy) == Manager;

    /// <summary><c>IPv4</c> or <c>IPv6</c>.</summary>
    public static string FamilyOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? IPFamily.IPv6 : IPFamily.IPv4;
}
