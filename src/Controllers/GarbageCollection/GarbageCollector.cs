using Microsoft.Extensions.Logging;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>
/// Deletes objects whose owners are all gone, and carries out what the deletion of an owner asked for its dependents
/// (upstream's garbage-collector): background, foreground, or to leave them alone.
/// </summary>
internal sealed partial class GarbageCollector : IController
{
    /// <summary>How often new resources are looked for, as custom ones come and go.</summary>
    private static readonly TimeSpan DiscoveryPeriod = TimeSpan.FromSeconds(30);

    private readonly ControllerContext _context;
    private readonly MetadataClient _metadata;
    private readonly OwnerGraph _graph;
    private readonly Reconciler<string> _collect;
    private readonly Reconciler<string> _orphan;
    private readonly Dictionary<(string Group, string Resource), (MetadataMonitor Monitor, CancellationTokenSource Stop, Task Run)> _monitors = [];
    private readonly TaskCompletionSource<Task[]> _discovered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IReadOnlyDictionary<(string Group, string Kind), ServedResource> _kinds = new Dictionary<(string, string), ServedResource>();

    public GarbageCollector(ControllerContext context)
    {
        _context = context;
        _metadata = new(context.Client);
        _collect = context.Reconciler<string>(CollectAsync);
        _orphan = context.Reconciler<string>(OrphanAsync);
        _graph = new(_collect.Queue.Add, _orphan.Queue.Add);
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        var discovery = DiscoverAsync(cancel);
        try
        {
            // An owner that has not been listed yet must not be taken for one that is gone; it is asked for, but in vain for thousands.
            var synced = await _discovered.Task.WaitAsync(cancel);
            await Task.WhenAny(Task.WhenAll(synced), Task.Delay(DiscoveryPeriod, _context.Time, cancel));
            var workers = _context.Options.ConcurrentSyncs.GetValueOrDefault(_context.Name, 20);
            await Task.WhenAll(_collect.RunAsync(workers, cancel), _orphan.RunAsync(workers, cancel));
        }
        finally
        {
            await discovery.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _collect.Dispose();
            _orphan.Dispose();
        }
    }

    private async Task DiscoverAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var wait = DiscoveryPeriod;
            try
            {
                Follow(await ServedResources.FetchAsync(_context.Client, cancel), cancel);
            }
            catch (Exception e) when (!cancel.IsCancellationRequested)
            {
                LogDiscoveryFailed(_context.Logger, e);
                wait = TimeSpan.FromSeconds(1);
            }

            await Task.Delay(wait, _context.Time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(_monitors.Values.Select(static m => m.Run)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Follow(IReadOnlyList<ServedResource> resources, CancellationToken cancel)
    {
        var kinds = new Dictionary<(string, string), ServedResource>();
        foreach (var resource in resources.Where(static r => r.Verbs.Contains("delete"))) kinds.TryAdd((resource.Group, resource.Kind), resource);
        _kinds = kinds;
        var wanted = resources.Where(static r => r.Verbs.Contains("delete") && r.Verbs.Contains("list") && r.Verbs.Contains("watch") && r.Resource != "events").ToDictionary(static r => (r.Group, r.Resource));
        foreach (var gone in _monitors.Keys.Where(k => !wanted.ContainsKey(k)).ToArray())
        {
            _monitors.Remove(gone, out var monitor);
            monitor.Stop.Cancel();
            monitor.Run.ContinueWith(_ => monitor.Monitor.Clear(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        foreach (var (key, resource) in wanted)
        {
            if (_monitors.ContainsKey(key)) continue;
            var version = new Api.GroupVersion(resource.Group, resource.Version).ToString();
            var monitor = new MetadataMonitor(_metadata, resource, item => _graph.Observe(version, resource.Kind, item, IsNamespaced), _graph.Remove, _context.Time, _context.Logger);
            var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            _monitors[key] = (monitor, stop, Task.Run(() => monitor.RunAsync(stop.Token), CancellationToken.None));
        }

        _discovered.TrySetResult([.. _monitors.Values.Select(static m => m.Monitor.Synced)]);
    }

    private bool? IsNamespaced(string apiVersion, string kind) => Resource(apiVersion, kind)?.Namespaced;

    private ServedResource? Resource(string apiVersion, string kind) => _kinds.GetValueOrDefault((Api.GroupVersion.Parse(apiVersion).Group, kind));

    private string PathOf(GraphNode node) =>
        Resource(node.ApiVersion, node.Kind)?.Path(node.Namespace, node.Name) ?? throw new InvalidOperationException($"no resource is served for {node.ApiVersion}, Kind={node.Kind}");

    private async Task<Requeue> CollectAsync(string uid, CancellationToken cancel)
    {
        if (_graph.Find(uid) is not { } node) return Requeue.None;
        if (node.IsDeleting && !node.DeletesDependents) return Requeue.None; // it is on its way
        if (Resource(node.ApiVersion, node.Kind) is null) return node.IsVirtual ? Requeue.In(DiscoveryPeriod) : Requeue.None;
        var path = PathOf(node);
        var live = await _metadata.FindAsync(path, cancel);
        if (live is null || live.Uid != uid)
        {
            // Gone without a trace, or never there: its dependents shall know.
            _graph.Remove(uid);
            return Requeue.None;
        }

        if (node.DeletesDependents) return await DeleteDependentsAsync(node, path, live, cancel);
        if (node.IsVirtual) return Requeue.In(TimeSpan.FromSeconds(1)); // its own watch has yet to show it
        if (live.OwnerReferences is not { Count: > 0 } owners) return Requeue.None;
        var (solid, dangling, waiting) = await ClassifyAsync(node, owners, cancel);
        if (solid.Count > 0)
        {
            if (dangling.Count + waiting.Count > 0) await DropOwnersAsync(path, uid, dangling.Concat(waiting).Select(static o => o.Uid), cancel);
            return Requeue.None;
        }

        if (dangling.Count + waiting.Count == 0) return Requeue.None;
        if (waiting.Count > 0 && _graph.DependentsOf(node).Length > 0)
        {
            // In a circle everyone would wait for everyone: this one waits for its own dependents, but is not waited for.
            if (_graph.HasDeletingDependents(node)) await UnblockAsync(path, live, owners, cancel);
            await DeleteAsync(path, uid, DeletionPropagation.Foreground, cancel);
            return Requeue.None;
        }

        var policy = live.Finalizers?.Contains(WellKnownFinalizers.Orphan) == true ? DeletionPropagation.Orphan
            : live.Finalizers?.Contains(WellKnownFinalizers.ForegroundDeletion) == true ? DeletionPropagation.Foreground
            : DeletionPropagation.Background;
        await DeleteAsync(path, uid, policy, cancel);
        return Requeue.None;
    }

    /// <summary>Sorts owners into those that keep the object, those that are gone, and those that wait for it to go.</summary>
    private async Task<(List<OwnerReference> Solid, List<OwnerReference> Dangling, List<OwnerReference> Waiting)> ClassifyAsync(GraphNode node, List<OwnerReference> owners, CancellationToken cancel)
    {
        List<OwnerReference> solid = [], dangling = [], waiting = [];
        foreach (var owner in owners)
        {
            var known = _graph.Find(owner.Uid);
            if (_graph.IsAbsent(owner.Uid) && known is null)
            {
                dangling.Add(owner);
                continue;
            }

            if (known is { IsVirtual: false, IsDeleting: false })
            {
                solid.Add(owner); // should it be deleted at this moment, its deletion will bring us back here
                continue;
            }

            if (Resource(owner.ApiVersion, owner.Kind) is not { } resource) throw new InvalidOperationException($"no resource is served for {owner.ApiVersion}, Kind={owner.Kind}, an owner of {node}");
            if (resource.Namespaced && node.Namespace.Length == 0)
            {
                solid.Add(owner); // such a reference means nothing; better to keep too much
                continue;
            }

            var live = await _metadata.FindAsync(resource.Path(node.Namespace, owner.Name), cancel);
            if (live is null || live.Uid != owner.Uid) dangling.Add(owner);
            else if (live.DeletionTimestamp is not null && live.Finalizers?.Contains(WellKnownFinalizers.ForegroundDeletion) == true) waiting.Add(owner);
            else solid.Add(owner);
        }

        return (solid, dangling, waiting);
    }

    private async Task<Requeue> DeleteDependentsAsync(GraphNode node, string path, ObjectMeta live, CancellationToken cancel)
    {
        var blocking = _graph.Blocking(node);
        if (blocking.Length == 0)
        {
            await RemoveFinalizerAsync(path, live, WellKnownFinalizers.ForegroundDeletion, cancel);
            return Requeue.None;
        }

        foreach (var dependent in blocking)
            if (!dependent.DeletesDependents) _collect.Queue.Add(dependent.Uid);
        return Requeue.None;
    }

    private async Task<Requeue> OrphanAsync(string uid, CancellationToken cancel)
    {
        if (_graph.Find(uid) is not { } node) return Requeue.None;
        var path = PathOf(node);
        if (await _metadata.FindAsync(path, cancel) is not { } live || live.Uid != uid || live.Finalizers?.Contains(WellKnownFinalizers.Orphan) != true) return Requeue.None;
        foreach (var dependent in _graph.DependentsOf(node)) await DropOwnersAsync(PathOf(dependent), dependent.Uid, [uid], cancel);
        await RemoveFinalizerAsync(path, live, WellKnownFinalizers.Orphan, cancel);
        return Requeue.None;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the garbage collector cannot find out what the server serves")]
    private static partial void LogDiscoveryFailed(ILogger logger, Exception error);
}
