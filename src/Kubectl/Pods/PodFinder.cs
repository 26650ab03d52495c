using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Batch.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Client;
using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Pods;

/// <summary>Finds the pods of workloads and services, for commands that work on pods.</summary>
internal sealed class PodFinder(CommandContext context, TimeSpan timeout)
{
    /// <summary>The pods behind an object, the best first; the one pod when it is a pod itself. Waits for the first to appear.</summary>
    /// <param name="item">The object.</param>
    /// <param name="info">Its resource.</param>
    /// <param name="purpose">What for, as the error begins for objects that have no pods.</param>
    /// <param name="order">Which pods are better.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="KubectlException">The object has no pods, or none appeared in time.</exception>
    public async Task<List<Pod>> FindAsync(byte[] item, ResourceInfo info, string purpose, IComparer<Pod> order, CancellationToken cancel)
    {
        if (info.Resource is { Group: "", Kind: "Pod" }) return [ApiJson.Decode<Pod>(item)];
        var (ns, selector) = Selector(item, info, purpose);
        var pods = context.Cluster.Client.Resource<Pod>();
        var list = await pods.ListAsync(ns, new ListQuery { LabelSelector = selector }, cancel);
        if (list.Items.Count > 0) return [.. list.Items.Order(order)];
        using var limit = new CancellationTokenSource(timeout, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            await foreach (var change in pods.WatchAsync(ns, new ListQuery { LabelSelector = selector, ResourceVersion = list.Metadata.ResourceVersion }, either.Token))
                if (change.Type is "ADDED" or "MODIFIED") return [change.Object];
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Told below.
        }

        throw new KubectlException("timed out waiting for the condition");
    }

    private static (string Namespace, string Selector) Selector(byte[] item, ResourceInfo info, string purpose)
    {
        switch (info.Resource.Group, info.Resource.Kind)
        {
            case ("apps", "Deployment"): return Of(ApiJson.Decode<Deployment>(item).Spec.Selector);
            case ("apps", "ReplicaSet"): return Of(ApiJson.Decode<ReplicaSet>(item).Spec.Selector);
            case ("apps", "StatefulSet"): return Of(ApiJson.Decode<StatefulSet>(item).Spec.Selector);
            case ("apps", "DaemonSet"): return Of(ApiJson.Decode<DaemonSet>(item).Spec.Selector);
            case ("batch", "Job"): return Of(ApiJson.Decode<Job>(item).Spec.Selector);
            case ("", "ReplicationController"): return (info.Namespace, LabelQuery.Of(ApiJson.Decode<ReplicationController>(item).Spec.Selector).ToString());
            case ("", "Service"):
                var selector = ApiJson.Decode<Service>(item).Spec.Selector;
                if (selector is not { Count: > 0 }) throw new KubectlException($"{purpose} *v1.Service: invalid service '{info.Name}': Service is defined without a selector");
                return (info.Namespace, LabelQuery.Of(selector).ToString());
            default:
                var type = $"*{info.Resource.Version}.{info.Resource.Kind}";
                throw new KubectlException($"{purpose} {type}: selector for {type} not implemented");
        }

        (string, string) Of(Tiphys.Api.Meta.V1.LabelSelector? labels) => (info.Namespace, LabelQuery.Of(labels).ToString());
    }
}
