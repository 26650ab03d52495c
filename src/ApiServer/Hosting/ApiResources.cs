using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>The resources a server offers, by group and name.</summary>
public sealed class ApiResources
{
    private readonly Dictionary<GroupResource, ResourceStore> _stores = [];
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Cancelled when the server stops: watches end then.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>All resources.</summary>
    public IReadOnlyCollection<ResourceStore> All => _stores.Values;

    /// <summary>The store of a kind's resource.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    public ResourceStore Of<T>() where T : class, IKubernetesObject<T> => _stores[new(T.Info.Group, T.Info.Resource)];

    /// <summary>The store of a resource, or null.</summary>
    public ResourceStore? Find(GroupResource resource) => _stores.GetValueOrDefault(resource);

    internal void Add(ResourceStore store) => _stores.Add(store.GroupResource, store);

    internal Task StopAsync() => _stopping.CancelAsync();

    /// <summary>Completes once every cache is filled.</summary>
    public Task ReadyAsync(CancellationToken cancel) => Task.WhenAll(_stores.Values.Select(static s => s.Cache.Ready)).WaitAsync(cancel);
}
