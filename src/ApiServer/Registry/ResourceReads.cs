using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>Typed reads of the server's own objects, for authentication, authorization and admission.</summary>
public static class ResourceReads
{
    /// <summary>The store of a resource, or null.</summary>
    public static ResourceStore? Find(this ApiResources resources, string group, string resource) => resources.Find(new GroupResource(group, resource));

    /// <summary>Reads an object as it is now; null when there is none.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    public static async ValueTask<T?> FindAsync<T>(this ApiResources resources, string ns, string name, CancellationToken cancel) where T : class, IKubernetesObject<T>
    {
        var store = resources.Of<T>();
        return await store.FindAsync(ns, name, cancel) is { } stored ? (T)store.Decode(stored) : null;
    }

    /// <summary>Reads an object as it is now.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <exception cref="StatusException">404.</exception>
    public static async ValueTask<T> GetAsync<T>(this ApiResources resources, string ns, string name, CancellationToken cancel) where T : class, IKubernetesObject<T> =>
        await resources.FindAsync<T>(ns, name, cancel) ?? throw ApiErrors.NotFound(new(T.Info.Group, T.Info.Resource), name);

    /// <summary>An object as the cache has it, or when it has none as it is now: it may be a moment old, but not missing.</summary>
    public static ValueTask<StoredObject?> SeenAsync(this ResourceStore store, string ns, string name, CancellationToken cancel) =>
        store.Cache.Get(ns, name) is { } cached ? new(cached) : store.FindAsync(ns, name, cancel);

    /// <summary>Waits until the cache of a kind has everything written so far.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    public static Task CatchUpAsync<T>(this ApiResources resources, CancellationToken cancel) where T : class, IKubernetesObject<T>
    {
        var store = resources.Of<T>();
        return store.Cache.WaitForRevisionAsync(store.CurrentRevision, cancel);
    }

    /// <summary>The objects of a namespace as the cache has them; of all namespaces when it is empty.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    public static IEnumerable<T> Cached<T>(this ApiResources resources, string ns) where T : class, IKubernetesObject<T> =>
        resources.Of<T>().Cache.List(Selection.All with { Namespace = ns }).Items.Select(static stored => (T)stored.Decode());
}
