using System.Collections.Concurrent;
using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>
/// The stores of all resources by group and resource. Admission, authentication and subresources find in it the other resources
/// they look at; they may be made before it is filled, but not used.
/// </summary>
public sealed class ResourceStores
{
    private readonly ConcurrentDictionary<GroupResource, ResourceStore> _stores = new();

    /// <summary>Every store.</summary>
    public IEnumerable<ResourceStore> All => _stores.Values;

    /// <summary>Adds a resource, or puts another in its place.</summary>
    public void Set(ResourceStore store) => _stores[store.GroupResource] = store;

    /// <summary>Takes a resource out.</summary>
    public void Remove(GroupResource resource) => _stores.TryRemove(resource, out _);

    /// <summary>The store of a resource, or null.</summary>
    public ResourceStore? Find(string group, string resource) => _stores.GetValueOrDefault(new(group, resource));

    /// <summary>The store of a kind.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <exception cref="InvalidOperationException">The server does not have it.</exception>
    public ResourceStore Of<T>() where T : class, IKubernetesObject<T> =>
        Find(T.Info.Group, T.Info.Resource) ?? throw new InvalidOperationException($"no store for {T.Info}");

    /// <summary>Reads an object as it is now; null when there is none.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    public async ValueTask<T?> FindAsync<T>(string ns, string name, CancellationToken cancel) where T : class, IKubernetesObject<T>
    {
        var store = Of<T>();
        return await store.FindAsync(ns, name, cancel) is { } stored ? (T)store.Decode(stored) : null;
    }

    /// <summary>Reads an object as it is now.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <exception cref="StatusException">404.</exception>
    public async ValueTask<T> GetAsync<T>(string ns, string name, CancellationToken cancel) where T : class, IKubernetesObject<T> =>
        await FindAsync<T>(ns, name, cancel) ?? throw ApiErrors.NotFound(new(T.Info.Group, T.Info.Resource), name);

    /// <summary>The objects of a namespace as the cache has them; of all namespaces when it is empty.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    public IEnumerable<T> Cached<T>(string ns) where T : class, IKubernetesObject<T>
    {
        var store = Of<T>();
        return store.Cache.List(Selection.All with { Namespace = ns }).Items.Select(stored => (T)store.Decode(stored));
    }
}
