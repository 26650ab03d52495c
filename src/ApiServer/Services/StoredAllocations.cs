using System.Net;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// Keeps the pools in step with the Services that are stored, those of other API servers included. Two servers that give out the
/// same free address within the same few milliseconds are not kept apart.
/// </summary>
internal sealed class StoredAllocations(AddressPool addresses, PortPool ports)
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _counting = new(1);
    private readonly HashSet<object> _begun = [];
    private Dictionary<(string Namespace, string Name), (long Revision, object[] Held)> _services = [];
    private HashSet<object> _held = [];
    private HashSet<object>? _spared;

    /// <summary>An address or port has been taken for a Service that is not stored yet.</summary>
    public void Begin(object taken)
    {
        lock (_lock)
        {
            _begun.Add(taken);
            _spared?.Add(taken);
        }
    }

    /// <summary>That Service has been stored, or will not be.</summary>
    public void End(IReadOnlyList<object> taken, bool stored)
    {
        lock (_lock)
        {
            _begun.ExceptWith(taken);
            if (stored) _held.UnionWith(taken);
        }
    }

    /// <summary>Counts what all Services hold that any server has stored before now.</summary>
    public async Task CountFreshAsync(ResourceStore services, CancellationToken cancel)
    {
        await _counting.WaitAsync(cancel);
        try
        {
            // What is on its way now or sets out meanwhile may be missing from the list and is taken all the same.
            lock (_lock) _spared = [.. _begun];
            await services.WaitFreshAsync(cancel);
            Count(services.Cache);
        }
        finally
        {
            lock (_lock) _spared = null;
            _counting.Release();
        }
    }

    /// <summary>Takes what the listed Services hold, and gives back what those hold no more that were listed the last time.</summary>
    public void Count(WatchCache cache)
    {
        var services = new Dictionary<(string, string), (long, object[])>();
        var held = new HashSet<object>();
        foreach (var stored in cache.List(Selection.All).Items)
        {
            var known = _services.TryGetValue((stored.Namespace, stored.Name), out var before) && before.Revision == stored.Revision;
            var holds = known ? before.Held : Held((Service)cache.Schema.Layout.Decode(stored.Json.Span, stored.Revision));
            services[(stored.Namespace, stored.Name)] = (stored.Revision, holds);
            held.UnionWith(holds);
        }

        lock (_lock)
        {
            foreach (var taken in held.Except(_held))
            {
                if (taken is IPAddress address) addresses.TryTake(address);
                else ports.TryTake((int)taken);
            }

            foreach (var free in _held.Except(held).ToList())
            {
                if (_spared?.Contains(free) == true) held.Add(free);
                else if (free is IPAddress address) addresses.Release(address);
                else ports.Release((int)free);
            }

            _held = held;
        }

        _services = services;
    }

    private static object[] Held(Service service) => [.. ServiceAllocator.Addresses(service), .. ServiceAllocator.NodePorts(service).Cast<object>()];
}
