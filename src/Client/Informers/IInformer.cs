using Tiphys.Api;

namespace Tiphys.Client;

/// <summary>
/// A local, always current copy of a resource, and the changes to it (client-go's SharedIndexInformer).
/// Objects handed out are shared: never change them, DeepCopy first.
/// </summary>
/// <typeparam name="T">Kind of the objects.</typeparam>
public interface IInformer<T> where T : class, IKubernetesObject<T>
{
    /// <summary>True once the first list is in and its objects were handed to the handlers.</summary>
    bool HasSynced { get; }

    /// <summary>Number of objects.</summary>
    int Count { get; }

    /// <summary>Completes when <see cref="HasSynced"/> turns true.</summary>
    Task WaitForSyncAsync(CancellationToken cancel);

    /// <summary>The object of this key, or null.</summary>
    T? Get(ObjectKey key);

    /// <summary>The object of this name, or null.</summary>
    T? Get(string ns, string name) => Get(new ObjectKey(ns, name));

    /// <summary>All objects, in no order; a snapshot.</summary>
    IReadOnlyList<T> List();

    /// <summary>The objects of one namespace; a snapshot.</summary>
    IReadOnlyList<T> List(string ns);

    /// <summary>The objects an index files under this value; a snapshot.</summary>
    /// <exception cref="KeyNotFoundException">There is no such index.</exception>
    IReadOnlyList<T> ByIndex(string index, string value);

    /// <summary>Adds an index. Call before the informer runs.</summary>
    /// <param name="index">Its name.</param>
    /// <param name="values">The values an object is filed under.</param>
    void AddIndex(string index, Func<T, IEnumerable<string>> values);

    /// <summary>
    /// Adds a handler. Handlers run one after the other on the informer's loop and must be quick: put keys on a queue.
    /// One added late is first told of every object there is.
    /// </summary>
    void AddHandler(IInformerHandler<T> handler);
}

/// <summary>Hears of changes.</summary>
/// <typeparam name="T">Kind of the objects.</typeparam>
public interface IInformerHandler<in T>
{
    /// <summary>An object is new (or was there at the start).</summary>
    void OnAdded(T item);

    /// <summary>An object changed.</summary>
    void OnUpdated(T before, T after);

    /// <summary>An object is gone; the last state known.</summary>
    void OnDeleted(T item);
}

/// <summary>Short ways to add handlers.</summary>
public static class InformerHandlers
{
    /// <summary>Calls one function with the newest state for every change, deletions included.</summary>
    public static void OnChange<T>(this IInformer<T> informer, Action<T> changed) where T : class, IKubernetesObject<T> =>
        informer.AddHandler(new ActionHandler<T>(changed, (_, after) => changed(after), changed));

    /// <summary>Calls a function for each sort of change.</summary>
    public static void On<T>(this IInformer<T> informer, Action<T>? added = null, Action<T, T>? updated = null, Action<T>? deleted = null) where T : class, IKubernetesObject<T> =>
        informer.AddHandler(new ActionHandler<T>(added, updated, deleted));

    private sealed class ActionHandler<T>(Action<T>? added, Action<T, T>? updated, Action<T>? deleted) : IInformerHandler<T>
    {
        public void OnAdded(T item) => added?.Invoke(item);

        public void OnUpdated(T before, T after) => updated?.Invoke(before, after);

        public void OnDeleted(T item) => deleted?.Invoke(item);
    }
}
