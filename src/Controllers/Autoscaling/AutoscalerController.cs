using System.Collections.Concurrent;
using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Autoscaling.V1;
using Tiphys.Api.Autoscaling.V2;
using Tiphys.Api.Core.V1;
using Tiphys.Client;
using HorizontalPodAutoscaler = Tiphys.Api.Autoscaling.V2.HorizontalPodAutoscaler;
using MetricSpec = Tiphys.Api.Autoscaling.V2.MetricSpec;
using MetricStatus = Tiphys.Api.Autoscaling.V2.MetricStatus;

namespace Tiphys.Controllers;

/// <summary>Scales workloads by what their pods use (upstream's horizontalpodautoscaler controller), by resource metrics.</summary>
internal sealed class AutoscalerController : KeyedController
{
    private readonly IInformer<HorizontalPodAutoscaler> _autoscalers;
    private readonly IInformer<Pod> _pods;
    private readonly EventRecorder _events;
    private readonly PodMetrics _metrics;
    private readonly ConcurrentDictionary<string, ScalingLimits> _limits = new(StringComparer.Ordinal);

    public AutoscalerController(ControllerContext context) : base(context, 5)
    {
        _autoscalers = context.Informer<HorizontalPodAutoscaler>();
        _pods = context.Informer<Pod>();
        _events = context.Recorder("horizontal-pod-autoscaler");
        _metrics = new(Client);
        _autoscalers.On(Enqueue, (before, after) =>
        {
            if (before.Metadata.Generation != after.Metadata.Generation) Enqueue(after);
        }, hpa => _limits.TryRemove(hpa.Metadata.Uid, out _));
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_autoscalers.Get(key) is not { Metadata.DeletionTimestamp: null } cached) return Requeue.None;
        var hpa = cached.DeepCopy();
        hpa.Status.ObservedGeneration = hpa.Metadata.Generation;
        var failure = await ScaleAsync(hpa, cancel);
        if (failure is ApiException { IsConflict: true }) throw failure; // someone else wrote the target: again at once
        if (!ApiJson.Same(hpa.Status, cached.Status)) await Client.Resource<HorizontalPodAutoscaler>().UpdateStatusAsync(hpa, cancel);
        return Requeue.In(Context.Options.HorizontalPodAutoscalerSyncPeriod);
    }

    private async Task<Exception?> ScaleAsync(HorizontalPodAutoscaler hpa, CancellationToken cancel)
    {
        Scale scale;
        string path;
        try
        {
            (path, scale) = await FindAsync(hpa, cancel);
            Set(hpa, "AbleToScale", true, "SucceededGetScale", "the HPA controller was able to get the target's current scale");
        }
        catch (Exception e) when (e is ApiException or InvalidOperationException)
        {
            _events.Warning(hpa, "FailedGetScale", e.Message);
            Set(hpa, "AbleToScale", false, "FailedGetScale", $"the HPA controller was unable to get the target's current scale: {e.Message}");
            return null;
        }

        var current = scale.Spec.Replicas;
        hpa.Status.CurrentReplicas = scale.Status.Replicas;
        var limits = _limits.GetOrAdd(hpa.Metadata.Uid, static _ => new());
        int desired;
        var why = "";
        if (current == 0 && hpa.Spec.MinReplicas != 0)
        {
            hpa.Status.DesiredReplicas = 0;
            Set(hpa, "ScalingActive", false, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero");
            return null;
        }

        if (current > hpa.Spec.MaxReplicas) (desired, why) = (hpa.Spec.MaxReplicas, "Current number of replicas above Spec.MaxReplicas");
        else if (current < (hpa.Spec.MinReplicas ?? 1)) (desired, why) = (hpa.Spec.MinReplicas ?? 1, "Current number of replicas below Spec.MinReplicas");
        else
        {
            if (await WishAsync(hpa, scale, cancel) is not { } wish) return null;
            why = wish.Replicas > current ? $"{wish.Metric} above target" : "All metrics below target";
            (desired, var reason, var message) = limits.Apply(hpa, current, wish.Replicas, Context.Now);
            Set(hpa, "AbleToScale", true, desired != wish.Replicas && reason is null ? "ScaleDownStabilized" : "ReadyForNewScale", desired != wish.Replicas && reason is null ? "recent recommendations were higher than current one, applying the highest recent recommendation" : "recommended size matches current size");
            Set(hpa, "ScalingLimited", reason is not null, reason ?? "DesiredWithinRange", message);
        }

        hpa.Status.DesiredReplicas = desired;
        if (desired == current) return null;
        try
        {
            scale.Spec.Replicas = desired;
            await Client.SendAsync<Scale>(HttpMethod.Put, path, scale, cancel);
        }
        catch (ApiException e) when (e.IsConflict)
        {
            return e;
        }
        catch (ApiException e)
        {
            _events.Warning(hpa, "FailedRescale", $"New size: {desired}; reason: {why}; error: {e.Message}");
            Set(hpa, "AbleToScale", false, "FailedUpdateScale", $"the HPA controller was unable to update the target scale: {e.Message}");
            hpa.Status.DesiredReplicas = current;
            return e;
        }

        limits.Changed(desired - current, Context.Now);
        hpa.Status.LastScaleTime = Context.Now;
        Set(hpa, "AbleToScale", true, "SucceededRescale", string.Create(CultureInfo.InvariantCulture, $"the HPA controller was able to update the target scale to {desired}"));
        _events.Normal(hpa, "SuccessfulRescale", string.Create(CultureInfo.InvariantCulture, $"New size: {desired}; reason: {why}"));
        return null;
    }

    private async Task<(string Path, Scale Scale)> FindAsync(HorizontalPodAutoscaler hpa, CancellationToken cancel)
    {
        var target = hpa.Spec.ScaleTargetRef;
        var group = GroupVersion.Parse(target.ApiVersion).Group;
        var resource = ApiKinds.Find(target.ApiVersion, target.Kind) is { } known
            ? new ServedResource(known.Group, known.Version, known.Resource, known.Kind, known.Namespaced, [])
            : (await ServedResources.FetchAsync(Client, cancel)).FirstOrDefault(r => r.Group == group && r.Kind == target.Kind) ?? throw new InvalidOperationException($"no matches for kind \"{target.Kind}\" in group \"{group}\"");
        var path = resource.Path(hpa.Metadata.Namespace, target.Name) + "/scale";
        return (path, await Client.SendAsync<Scale>(HttpMethod.Get, path, null, cancel));
    }

    /// <summary>The most that any metric asks for; null when none could be read.</summary>
    private async Task<(int Replicas, string Metric)?> WishAsync(HorizontalPodAutoscaler hpa, Scale scale, CancellationToken cancel)
    {
        if (scale.Status.Selector.Length == 0)
        {
            _events.Warning(hpa, "SelectorRequired", "selector is required");
            Set(hpa, "ScalingActive", false, "InvalidSelector", "the HPA target's scale is missing a selector");
            return null;
        }

        var selector = LabelQuery.Parse(scale.Status.Selector);
        var pods = _pods.List(hpa.Metadata.Namespace).Where(p => selector.Matches(p.Metadata.Labels)).ToList();
        (int Replicas, string Metric)? best = null;
        string? failure = null;
        var statuses = new List<MetricStatus>();
        foreach (var metric in hpa.Spec.Metrics ?? [])
        {
            try
            {
                var (replicas, name, status) = await OneAsync(hpa, scale, metric, pods, cancel);
                statuses.Add(status);
                if (best is null || replicas > best.Value.Replicas) best = (replicas, name);
            }
            catch (Exception e) when (e is ApiException or InvalidOperationException or NotSupportedException)
            {
                failure ??= e.Message;
                _events.Warning(hpa, Reason(metric), e.Message);
                Set(hpa, "ScalingActive", false, Reason(metric), $"the HPA was unable to compute the replica count: {e.Message}");
            }
        }

        hpa.Status.CurrentMetrics = statuses;

        // With a metric missing, the others may raise the number but not lower it: the missing one may be why it is so high.
        if (best is null || (failure is not null && best.Value.Replicas < scale.Spec.Replicas))
        {
            _events.Warning(hpa, "FailedComputeMetricsReplicas", $"invalid metrics ({(hpa.Spec.Metrics?.Count ?? 0) - statuses.Count} invalid out of {hpa.Spec.Metrics?.Count ?? 0}), first error is: {failure}");
            return null;
        }

        Set(hpa, "ScalingActive", true, "ValidMetricFound", $"the HPA was able to successfully calculate a replica count from {best.Value.Metric}");
        return best;
    }

    private static string Reason(MetricSpec metric) => metric.Type switch
    {
        "Resource" => "FailedGetResourceMetric",
        "ContainerResource" => "FailedGetContainerResourceMetric",
        "Pods" => "FailedGetPodsMetric",
        "Object" => "FailedGetObjectMetric",
        "External" => "FailedGetExternalMetric",
        _ => "InvalidMetricSourceType",
    };

    private async Task<(int Replicas, string Name, MetricStatus Status)> OneAsync(HorizontalPodAutoscaler hpa, Scale scale, MetricSpec metric, List<Pod> pods, CancellationToken cancel)
    {
        var (resource, container, target) = metric switch
        {
            { Resource: { } r } => (r.Name, "", r.Target),
            { ContainerResource: { } c } => (c.Name, c.Container, c.Target),
            _ => throw new NotSupportedException($"metrics of type {metric.Type} are served by no API of this cluster"),
        };
        var usage = await _metrics.GetAsync(hpa.Metadata.Namespace, scale.Status.Selector, resource, container, cancel);
        int replicas;
        long average;
        int? percent = null;
        if (target.AverageUtilization is { } wanted)
        {
            (replicas, average) = ReplicaMath.Replicas(scale.Spec.Replicas, pods, usage, p => Request(p, resource, container) * wanted / 100.0, resource == "cpu", Context.Now);
            var requested = pods.Where(p => usage.ContainsKey(p.Metadata.Name)).Sum(p => (double)Request(p, resource, container));
            percent = requested > 0 ? (int)(pods.Sum(p => usage.GetValueOrDefault(p.Metadata.Name)) * 100 / requested) : null;
        }
        else if (target.AverageValue is { } value)
        {
            (replicas, average) = ReplicaMath.Replicas(scale.Spec.Replicas, pods, usage, _ => value.MilliValue, resource == "cpu", Context.Now);
        }
        else
        {
            throw new InvalidOperationException("invalid resource metric source: neither an average utilization target nor an average value (usage) target was set");
        }

        var now = new MetricValueStatus { AverageValue = Quantity.FromMilli(average), AverageUtilization = percent };
        var status = container.Length == 0
            ? new MetricStatus { Type = "Resource", Resource = new() { Name = resource, Current = now } }
            : new MetricStatus { Type = "ContainerResource", ContainerResource = new() { Name = resource, Container = container, Current = now } };
        return (replicas, $"{resource} {(container.Length > 0 ? "container " : "")}resource {(percent is null ? "" : "utilization (percentage of request)")}".TrimEnd(), status);
    }

    private static long Request(Pod pod, string resource, string container)
    {
        long total = 0;
        foreach (var part in pod.Spec.Containers.Concat((pod.Spec.InitContainers ?? []).Where(PodResources.IsSidecar)))
        {
            if (container.Length > 0 && part.Name != container) continue;
            if (part.Resources?.Requests?.TryGetValue(resource, out var amount) != true) throw new InvalidOperationException($"missing request for {resource} in container {part.Name} of Pod {pod.Metadata.Name}");
            total += amount.MilliValue;
        }

        return total;
    }

    private void Set(HorizontalPodAutoscaler hpa, string type, bool value, string reason, string message)
    {
        var condition = hpa.Status.Conditions?.Find(c => c.Type == type);
        if (condition is null) (hpa.Status.Conditions ??= []).Add(condition = new() { Type = type });
        var status = value ? "True" : "False";
        if (condition.Status != status) condition.LastTransitionTime = Context.Now;
        (condition.Status, condition.Reason, condition.Message) = (status, reason, message);
    }
}
