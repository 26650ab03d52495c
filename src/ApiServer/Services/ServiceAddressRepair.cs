using System.Net;
using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Client;
using Tiphys.Storage;
using ApiIPAddress = Tiphys.Api.Networking.V1.IPAddress;

namespace Tiphys.ApiServer;

/// <summary>
/// Holds Services and IPAddress objects against each other (upstream's ipallocator-repair-controller): every cluster address has an
/// object that names its Service, and no object is left without one. Services of a server that kept no such objects are
/// taken over by it.
/// </summary>
internal sealed partial class ServiceAddressRepair(ApiResources resources, ServiceAddresses addresses, TimeProvider time, ILogger logger) : IDisposable
{
    private const string AllocationAction = "ClusterIPAllocation";
    private const string AddressAction = "IPAddressAllocation";
    private const int Workers = 5;
    private const int AtATime = 64;
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(2);

    /// <summary>How long a Service may take to be stored after its address was (upstream's request timeout).</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(60);

    /// <summary>How long an address may wait for its Service's refusal to take it back.</summary>
    private static readonly TimeSpan s_revert = TimeSpan.FromSeconds(5);

    private readonly ServerEvents _events = new(resources, "ipallocator-repair-controller", time);
    private Reconciler<Key>? _queue;

    /// <summary>Looks at everything once, then follows the changes until cancelled, and now and then looks at everything again.</summary>
    /// <param name="interval">How often.</param>
    /// <param name="cancel">Ends the first look.</param>
    /// <param name="stop">Ends what follows.</param>
    /// <returns>What follows, after the first look.</returns>
    public async Task<Func<Task>> StartAsync(TimeSpan interval, CancellationToken cancel, CancellationToken stop)
    {
        var (services, serviceChanges) = Open<Service>();
        var (taken, takenChanges) = Open<ApiIPAddress>();
        _queue = new Reconciler<Key>("ipallocator-repair-controller", SyncAsync, time, logger);
        foreach (var some in services.Chunk(AtATime)) await Task.WhenAll(some.Select(key => TryAsync(key, cancel)));
        foreach (var some in taken.Chunk(AtATime)) await Task.WhenAll(some.Select(key => TryAsync(key, cancel)));
        return RunAsync;

        async Task RunAsync()
        {
            // A server that starts has other things to do; the cursors miss nothing meanwhile.
            await Task.Delay(s_settle, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(_queue.RunAsync(Workers, stop), FollowAsync<Service>(serviceChanges, interval, stop), FollowAsync<ApiIPAddress>(takenChanges, interval, stop));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _queue?.Dispose();

    internal Task<Requeue> SyncAsync(Key key, CancellationToken cancel) =>
        key.IsService ? SyncServiceAsync(key, cancel) : SyncAddressAsync(key, cancel);

    /// <summary>One Service that cannot be put right must not keep the server from starting.</summary>
    private async Task TryAsync(Key key, CancellationToken cancel)
    {
        try
        {
            if ((await SyncAsync(key, cancel)).After is { } later) _queue!.Queue.AddAfter(key, later);
        }
        catch (StatusException e)
        {
            LogRepair(logger, $"{key.Namespace}/{key.Name}: {e.Message}");
            _queue!.Queue.AddRateLimited(key);
        }
    }

    private (IEnumerable<Key> Keys, WatchCursor Changes) Open<T>() where T : class, IKubernetesObject<T>
    {
        var (items, cursor) = resources.Of<T>().Cache.ListAndOpenCursor(Selection.All);
        return (items.Select(static i => new Key(typeof(T) == typeof(Service), i.Namespace, i.Name)), cursor);
    }

    private async Task FollowAsync<T>(WatchCursor cursor, TimeSpan interval, CancellationToken cancel) where T : class, IKubernetesObject<T>
    {
        while (!cancel.IsCancellationRequested)
        {
            var again = Task.Delay(interval, time, cancel);
            while (!again.IsCompleted && await cursor.ReadAsync(again, cancel) is { } changes)
            {
                foreach (var change in changes)
                {
                    if (change.After is { } after) _queue!.Queue.Add(new Key(typeof(T) == typeof(Service), after.Namespace, after.Name));

                    // Whose address has gone should get it back if it still holds it.
                    else if (change.Before!.Decode() is ApiIPAddress { Spec.ParentRef: { } parent } && ServiceAddresses.IsOfService(parent))
                        _queue!.Queue.Add(new Key(true, parent.Namespace, parent.Name));
                }
            }

            (var all, cursor) = Open<T>();
            foreach (var key in all) _queue!.Queue.Add(key);
            if (typeof(T) == typeof(Service)) await _events.KeepAsync(cancel); // one of the two does
        }
    }

    private async Task<Requeue> SyncServiceAsync(Key key, CancellationToken cancel)
    {
        if (resources.Of<Service>().Cache.Get(key.Namespace, key.Name)?.Decode() is not Service service) return Requeue.None;
        foreach (var address in ServiceAllocator.HeldAddresses(service))
        {
            if (resources.Of<ApiIPAddress>().Cache.Get("", address.ToString())?.Decode() is ApiIPAddress taken
                && taken.Spec.ParentRef is { } parent && ServiceAddresses.IsOf(parent, service) && ServiceAddresses.HasLabels(taken) && addresses.Networks.Contains(address)) continue;

            // Something looks wrong. Caches may be behind each other; the store is not.
            if (await resources.FindAsync<Service>(key.Namespace, key.Name, cancel) is not { } current) return Requeue.None;
            if (ServiceAllocator.HeldAddresses(current).Contains(address)) await RepairAsync(current, address, cancel);
        }

        return Requeue.None;
    }

    private async Task RepairAsync(Service service, IPAddress address, CancellationToken cancel)
    {
        var family = ServiceAddresses.FamilyOf(address);
        if (!addresses.Networks.Contains(address))
        {
            await WarnAsync(service, "ClusterIPOutOfRange", $"Cluster IP [{family}]: {address} is not within any configured Service CIDR; please recreate service", cancel);
            return;
        }

        if (await resources.FindAsync<ApiIPAddress>("", address.ToString(), cancel) is not { } taken)
        {
            await WarnAsync(service, "ClusterIPNotAllocated", $"Cluster IP [{family}]: {address} is not allocated; repairing", cancel);
            if (!await addresses.TryCreateAsync(service, address, cancel)) await RepairAsync(service, address, cancel);
            return;
        }

        var parent = taken.Spec.ParentRef ?? new();
        var other = ServiceAddresses.IsOfService(parent) ? await resources.FindAsync<Service>(parent.Namespace, parent.Name, cancel) : null;
        if (!ServiceAddresses.IsOf(parent, service))
        {
            if (other is null)
            {
                await WarnAsync(service, "ClusterIPNotAllocated", $"the ClusterIP [{family}]: {address} for Service {service.Metadata.Namespace}/{service.Metadata.Name} has a wrong reference; repairing", cancel);
                await RecreateAsync(taken, service, address, cancel);
                return;
            }

            // One of the two must go; which of them is for people to say.
            if (ServiceAllocator.HeldAddresses(other).Contains(address))
                await WarnAsync(service, "ClusterIPAlreadyAllocated", $"Cluster IP [{family}]:{address} was assigned to multiple services; please recreate service", cancel);
            service = other;
        }

        if (!ServiceAddresses.HasLabels(taken)) await RecreateAsync(taken, service, address, cancel);
    }

    private async Task RecreateAsync(ApiIPAddress taken, Service service, IPAddress address, CancellationToken cancel)
    {
        await addresses.DeleteAsync(taken, cancel);
        await addresses.TryCreateAsync(service, address, cancel);
    }

    private async Task<Requeue> SyncAddressAsync(Key key, CancellationToken cancel)
    {
        if (resources.Of<ApiIPAddress>().Cache.Get("", key.Name)?.Decode() is not ApiIPAddress item || !ServiceAddresses.IsManaged(item)) return Requeue.None;
        var parent = item.Spec.ParentRef ?? new();
        if (!ServiceAddresses.IsOfService(parent))
        {
            var shown = $"&ParentReference{{Group:{parent.Group},Resource:{parent.Resource},Namespace:{parent.Namespace},Name:{parent.Name},}}";
            return await RemoveAsync(item, "IPAddressNotAllocated", $"IPAddress {key.Name} appears to have been modified, not referencing a Service {shown}: cleaning up", cancel);
        }

        var age = time.GetUtcNow() - (item.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue);
        var seen = resources.Of<Service>().Cache.Get(parent.Namespace, parent.Name);
        if (seen is not null && Holds((Service)seen.Decode())) return Requeue.None;

        // An address is taken before its Service is stored; a server that died in between left it behind.
        if (seen is null && age <= s_grace) return Requeue.In(s_grace - age + TimeSpan.FromSeconds(1));
        if (await resources.FindAsync<Service>(parent.Namespace, parent.Name, cancel) is not { } service)
            return seen is not null ? Requeue.In(s_revert) : await RemoveAsync(item, "IPAddressNotAllocated", $"IPAddress: {key.Name} for Service {parent.Namespace}/{parent.Name} appears to have leaked: cleaning up", cancel);
        if (Holds(service)) return Requeue.None;

        // A Service that is about to stop being an ExternalName takes its address as a new one does.
        if (service.Spec.Type == ServiceType.ExternalName && age < s_grace) return Requeue.In(s_grace - age);
        if (item.Metadata.CreationTimestamp > service.Metadata.CreationTimestamp && age < s_revert) return Requeue.In(s_revert);
        return await RemoveAsync(item, "IPAddressWrongReference", $"IPAddress: {key.Name} for Service {parent.Namespace}/{parent.Name} has a wrong reference; cleaning up", cancel);

        bool Holds(Service service) => ServiceAllocator.HeldAddresses(service).Any(a => a.ToString() == key.Name);
    }

    private async Task<Requeue> RemoveAsync(ApiIPAddress item, string reason, string note, CancellationToken cancel)
    {
        LogRepair(logger, note);
        await _events.WarnAsync(item, reason, AddressAction, note, cancel);
        await addresses.DeleteAsync(item, cancel);
        return Requeue.None;
    }

    private Task WarnAsync(Service service, string reason, string note, CancellationToken cancel)
    {
        LogRepair(logger, $"{service.Metadata.Namespace}/{service.Metadata.Name}: {note}");
        return _events.WarnAsync(service, reason, AllocationAction, note, cancel);
    }

    /// <summary>A Service or an IPAddress.</summary>
    internal sealed record Key(bool IsService, string Namespace, string Name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Note}")]
    private static partial void LogRepair(ILogger logger, string note);
}
