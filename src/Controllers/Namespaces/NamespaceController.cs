using System.Collections.Concurrent;
using System.Net;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>
/// Empties namespaces that are being deleted, then lets them go (upstream's namespace controller). Pods go first: while any is
/// left, what it uses stays.
/// </summary>
internal sealed class NamespaceController : KeyedController
{
    private readonly IInformer<Namespace> _namespaces;
    private readonly IInformer<Pod> _pods;
    private readonly MetadataClient _metadata;

    public NamespaceController(ControllerContext context) : base(context, 10)
    {
        _metadata = new(Client);
        _namespaces = context.Informer<Namespace>();
        _pods = context.Informer<Pod>();
        _namespaces.On(Deleting, (_, after) => Deleting(after));
        _pods.On(deleted: pod =>
        {
            if (_namespaces.Get("", pod.Metadata.Namespace) is { Metadata.DeletionTimestamp: not null } && _pods.List(pod.Metadata.Namespace).Count == 0) Queue.Add(new("", pod.Metadata.Namespace));
        });
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_namespaces.Get(key) is not { Metadata.DeletionTimestamp: not null } ns || ns.Spec.Finalizers?.Contains(FinalizerName.Kubernetes) != true) return Requeue.None;
        var outcome = new NamespaceOutcome();
        try
        {
            var resources = await ServedResources.FetchAsync(Client, cancel);
            var namespaced = resources.Where(static r => r.Namespaced && r.Verbs.Contains("delete") && r.Verbs.Contains("list")).ToList();
            await EmptyAsync(namespaced.Where(static r => r is { Group: "", Resource: "pods" }), key.Name, outcome, cancel);
            if (outcome.IsEmpty) await EmptyAsync(namespaced.Where(static r => r is not { Group: "", Resource: "pods" }), key.Name, outcome, cancel);
        }
        catch (ApiException e)
        {
            outcome.DiscoveryError = e.Message;
        }

        ns = await ReportAsync(ns, outcome, cancel);
        if (!outcome.IsEmpty)
        {
            // Pods come back here when the last is gone. What else lingers has a finalizer, and nobody tells us when it is done.
            return Requeue.In(TimeSpan.FromSeconds(_pods.List(key.Name).Count > 0 ? 5 : 1));
        }

        var copy = ns.DeepCopy();
        copy.Spec.Finalizers!.Remove(FinalizerName.Kubernetes);
        try
        {
            await Client.SendAsync<Namespace>(HttpMethod.Put, ResourcePath.Of(Namespace.Info, null, key.Name, "finalize"), copy, cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // already gone
        }

        return Requeue.None;
    }

    private Task EmptyAsync(IEnumerable<ServedResource> resources, string ns, NamespaceOutcome outcome, CancellationToken cancel) =>
        Parallel.ForEachAsync(resources, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancel }, async (resource, token) =>
        {
            try
            {
                var path = resource.Path(ns);
                var items = await _metadata.ListAsync(path, ListQuery.All, token);
                if (items.Items.Count == 0) return;
                await DeleteAsync(resource, path, items, ns, token);
                items = await _metadata.ListAsync(path, ListQuery.All, token);
                foreach (var item in items.Items) outcome.Add(resource, item.Metadata);
            }
            catch (ApiException e) when (e.IsNotFound || e.Code == HttpStatusCode.MethodNotAllowed)
            {
                // The resource is served no more, or cannot be listed: nothing of it is left to delete.
            }
            catch (ApiException e)
            {
                outcome.Errors.Add(e.Message);
            }
        });

    private async Task DeleteAsync(ServedResource resource, string path, KubernetesList<PartialObjectMetadata> items, string ns, CancellationToken cancel)
    {
        var options = new DeleteOptions { PropagationPolicy = DeletionPropagation.Background };
        if (resource.Verbs.Contains("deletecollection"))
        {
            await _metadata.DeleteAsync(path, options, cancel);
            return;
        }

        foreach (var item in items.Items)
        {
            try
            {
                await _metadata.DeleteAsync(resource.Path(ns, item.Metadata.Name), options, cancel);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // already gone
            }
        }
    }

    private async Task<Namespace> ReportAsync(Namespace ns, NamespaceOutcome outcome, CancellationToken cancel)
    {
        var copy = ns.DeepCopy();
        copy.Status.Phase = NamespacePhase.Terminating;

        // A namespace that empties at once needs no report: it is gone before anyone could read it.
        if (outcome.IsEmpty && ns.Status.Phase == NamespacePhase.Terminating && ns.Status.Conditions is null) return ns;
        outcome.Report(copy.Status, Context.Now);
        return ApiJson.Same(copy.Status, ns.Status) ? ns : await Client.Resource<Namespace>().UpdateStatusAsync(copy, cancel);
    }

    private void Deleting(Namespace ns)
    {
        if (ns.Metadata.DeletionTimestamp is not null) Enqueue(ns);
    }
}
