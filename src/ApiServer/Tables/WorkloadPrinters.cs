using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Autoscaling.V2;
using Tiphys.Api.Batch.V1;
using Tiphys.Api.Policy.V1;
using static Tiphys.ApiServer.CellText;

namespace Tiphys.ApiServer;

/// <summary>Printers of workloads and of what scales and guards them.</summary>
internal static class WorkloadPrinters
{
    private const string Unknown = "<unknown>";

    public static IEnumerable<(KindInfo Kind, ITablePrinter Printer)> All()
    {
        yield return (ReplicaSet.Info, new TablePrinter<ReplicaSet>("Name|Desired:i|Current:i|Ready:i|Age|Containers+|Images+|Selector+", static (o, now) =>
            [o.Metadata.Name, o.Spec.Replicas ?? 0, o.Status.Replicas, o.Status.ReadyReplicas, Age(o, now), Names(o.Spec.Template.Spec.Containers), Images(o.Spec.Template.Spec.Containers), Selector(o.Spec.Selector)]));
        yield return (DaemonSet.Info, new TablePrinter<DaemonSet>("Name|Desired:i|Current:i|Ready:i|Up-to-date:i|Available:i|Node Selector|Age|Containers+|Images+|Selector+", static (o, now) =>
        [
            o.Metadata.Name, o.Status.DesiredNumberScheduled, o.Status.CurrentNumberScheduled, o.Status.NumberReady, o.Status.UpdatedNumberScheduled, o.Status.NumberAvailable,
            Labels(o.Spec.Template.Spec.NodeSelector), Age(o, now), Names(o.Spec.Template.Spec.Containers), Images(o.Spec.Template.Spec.Containers), Selector(o.Spec.Selector),
        ]));
        yield return (StatefulSet.Info, new TablePrinter<StatefulSet>("Name|Ready|Age|Containers+|Images+", static (o, now) =>
            [o.Metadata.Name, $"{o.Status.ReadyReplicas}/{o.Spec.Replicas ?? 0}", Age(o, now), Names(o.Spec.Template.Spec.Containers), Images(o.Spec.Template.Spec.Containers)]));
        yield return (Deployment.Info, new TablePrinter<Deployment>("Name|Ready|Up-to-date|Available|Age|Containers+|Images+|Selector+", static (o, now) =>
        [
            o.Metadata.Name, $"{o.Status.ReadyReplicas}/{o.Spec.Replicas ?? 0}", o.Status.UpdatedReplicas, o.Status.AvailableReplicas, Age(o, now),
            Names(o.Spec.Template.Spec.Containers), Images(o.Spec.Template.Spec.Containers), Selector(o.Spec.Selector),
        ]));
        yield return (ControllerRevision.Info, new TablePrinter<ControllerRevision>("Name|Controller|Revision|Age", static (o, now) => [o.Metadata.Name, ControllerOf(o), o.Revision, Age(o, now)]));
        yield return (Job.Info, new TablePrinter<Job>("Name|Status|Completions|Duration|Age|Containers+|Images+|Selector+", JobCells));
        yield return (CronJob.Info, new TablePrinter<CronJob>("Name|Schedule|Timezone|Suspend:b|Active:i|Last Schedule|Age|Containers+|Images+|Selector+", static (o, now) =>
        [
            o.Metadata.Name, o.Spec.Schedule, o.Spec.TimeZone ?? None, o.Spec.Suspend is { } suspend ? suspend ? "True" : "False" : Unset, o.Status.Active?.Count ?? 0,
            o.Status.LastScheduleTime is { } last ? HumanDuration.Since(last, now) : None, Age(o, now),
            Names(o.Spec.JobTemplate.Spec.Template.Spec.Containers), Images(o.Spec.JobTemplate.Spec.Template.Spec.Containers), Selector(o.Spec.JobTemplate.Spec.Selector),
        ]));
        yield return (PodDisruptionBudget.Info, new TablePrinter<PodDisruptionBudget>("Name|Min Available|Max Unavailable|Allowed Disruptions:i|Age", static (o, now) =>
            [o.Metadata.Name, o.Spec.MinAvailable?.ToString() ?? "N/A", o.Spec.MaxUnavailable?.ToString() ?? "N/A", o.Status.DisruptionsAllowed, Age(o, now)]));
        yield return (HorizontalPodAutoscaler.Info, new TablePrinter<HorizontalPodAutoscaler>("Name|Reference|Targets|MinPods|MaxPods|Replicas|Age", static (o, now) =>
        [
            o.Metadata.Name, $"{o.Spec.ScaleTargetRef.Kind}/{o.Spec.ScaleTargetRef.Name}", Targets(o), o.Spec.MinReplicas is { } least ? $"{least}" : Unset, o.Spec.MaxReplicas, o.Status.CurrentReplicas, Age(o, now),
        ]));
        yield return (Api.Autoscaling.V1.HorizontalPodAutoscaler.Info, new TablePrinter<Api.Autoscaling.V1.HorizontalPodAutoscaler>("Name|Reference|Targets|MinPods|MaxPods|Replicas|Age", static (o, now) =>
        [
            o.Metadata.Name, $"{o.Spec.ScaleTargetRef.Kind}/{o.Spec.ScaleTargetRef.Name}", Targets(o), o.Spec.MinReplicas is { } least ? $"{least}" : Unset, o.Spec.MaxReplicas, o.Status.CurrentReplicas, Age(o, now),
        ]));
    }

    private static object[] JobCells(Job job, DateTimeOffset now)
    {
        var parallelism = job.Spec.Parallelism ?? 0;
        var completions = job.Spec.Completions is { } wanted ? $"{job.Status.Succeeded}/{wanted}"
            : parallelism > 1 ? $"{job.Status.Succeeded}/1 of {parallelism}"
            : $"{job.Status.Succeeded}/1";
        var duration = job.Status.StartTime is { } start ? HumanDuration.Format((job.Status.CompletionTime ?? now) - start) : "";
        var containers = job.Spec.Template.Spec.Containers;
        return [job.Metadata.Name, StatusOf(job), completions, duration, Age(job, now), Names(containers), Images(containers), Selector(job.Spec.Selector)];
    }

    private static string StatusOf(Job job)
    {
        bool Has(string type) => job.Status.Conditions?.Any(c => c.Type == type && c.Status == "True") == true;
        if (Has("Complete")) return "Complete";
        if (Has("Failed")) return "Failed";
        if (job.Metadata.DeletionTimestamp is not null) return "Terminating";
        if (Has("Suspended")) return "Suspended";
        if (Has("FailureTarget")) return "FailureTarget";
        return Has("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";
    }

    private static string ControllerOf(ControllerRevision revision)
    {
        if (revision.Metadata.OwnerReferences?.Find(static o => o.Controller == true) is not { } owner) return None;
        var group = GroupVersion.Parse(owner.ApiVersion).Group;
        return $"{new GroupResource(group, owner.Kind.ToLowerInvariant())}/{owner.Name}";
    }

    private static string Targets(HorizontalPodAutoscaler autoscaler)
    {
        var specs = autoscaler.Spec.Metrics ?? [];
        if (specs.Count == 0) return None;
        var statuses = autoscaler.Status.CurrentMetrics ?? [];
        var list = new List<string>();
        for (var i = 0; i < specs.Count; i++) list.Add(Target(specs[i], i < statuses.Count ? statuses[i] : null));
        return list.Count <= 2 ? string.Join(", ", list) : $"{list[0]}, {list[1]} + {list.Count - 2} more...";
    }

    private static string Targets(Api.Autoscaling.V1.HorizontalPodAutoscaler autoscaler) => autoscaler.Spec.TargetCPUUtilizationPercentage is not { } wanted ? None
        : $"cpu: {(autoscaler.Status.CurrentCPUUtilizationPercentage is { } now ? $"{now}%" : Unknown)}/{wanted}%";

    private static string Target(MetricSpec spec, MetricStatus? status) => spec switch
    {
        { Type: "External", External: { } external } => Amount(external.Target, status?.External?.Current),
        { Type: "Object", Object: { } item } => Amount(item.Target, status?.Object?.Current),
        { Type: "Pods", Pods: { } pods } => $"{status?.Pods?.Current.AverageValue?.ToString() ?? Unknown}/{pods.Target.AverageValue}",
        { Type: "Resource", Resource: { } resource } => $"{resource.Name}: {Share(resource.Target, status?.Resource?.Current)}",
        { Type: "ContainerResource", ContainerResource: { } resource } => $"{resource.Name}: {Share(resource.Target, status?.ContainerResource?.Current)}",
        _ => "<unknown type>",
    };

    private static string Amount(MetricTarget target, MetricValueStatus? current) => target.AverageValue is { } average
        ? $"{current?.AverageValue?.ToString() ?? Unknown}/{average} (avg)"
        : $"{current?.Value?.ToString() ?? Unknown}/{target.Value}";

    private static string Share(MetricTarget target, MetricValueStatus? current)
    {
        if (target.AverageValue is { } average) return $"{current?.AverageValue?.ToString() ?? Unknown}/{average}";
        return $"{(current?.AverageUtilization is { } now ? $"{now}%" : Unknown)}/{(target.AverageUtilization is { } wanted ? $"{wanted}%" : "<auto>")}";
    }
}
