using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using static Tiphys.ApiServer.CellText;

namespace Tiphys.ApiServer;

/// <summary>Printers of the core group.</summary>
internal static class CorePrinters
{
    private const string RolePrefix = "node-role.kubernetes.io/";

    public static IEnumerable<(KindInfo Kind, ITablePrinter Printer)> All()
    {
        yield return (Pod.Info, new TablePrinter<Pod>(PodPrinter.Columns, PodPrinter.Cells, PodPrinter.Conditions));
        yield return (PodTemplate.Info, new TablePrinter<PodTemplate>("Name|Containers|Images|Pod Labels", static (o, _) =>
            [o.Metadata.Name, Names(o.Template.Spec.Containers), Images(o.Template.Spec.Containers), Labels(o.Template.Metadata.Labels)]));
        yield return (ReplicationController.Info, new TablePrinter<ReplicationController>("Name|Desired:i|Current:i|Ready:i|Age|Containers+|Images+|Selector+", static (o, now) =>
            [o.Metadata.Name, o.Spec.Replicas ?? 0, o.Status.Replicas, o.Status.ReadyReplicas, Age(o, now), Names(o.Spec.Template?.Spec.Containers ?? []), Images(o.Spec.Template?.Spec.Containers ?? []), Labels(o.Spec.Selector)]));
        yield return (Service.Info, new TablePrinter<Service>("Name|Type|Cluster-IP|External-IP|Port(s)|Age|Selector+", static (o, now) =>
            [o.Metadata.Name, o.Spec.Type, o.Spec.ClusterIPs is [var ip, ..] ? ip : None, ExternalIp(o), Or(string.Join(',', (o.Spec.Ports ?? []).Select(PortText)), None), Age(o, now), Labels(o.Spec.Selector)]));
        yield return (Endpoints.Info, new TablePrinter<Endpoints>("Name|Endpoints|Age", static (o, now) => [o.Metadata.Name, EndpointsText(o), Age(o, now)]));
        yield return (Node.Info, new TablePrinter<Node>("Name|Status|Roles|Age|Version|Internal-IP+|External-IP+|OS-Image+|Kernel-Version+|Container-Runtime+", NodeCells));
        yield return (Event.Info, new TablePrinter<Event>("Last Seen|Type|Reason|Object|Subobject+|Source+|Message|First Seen+|Count+|Name+", EventCells));
        yield return (Namespace.Info, new TablePrinter<Namespace>("Name|Status|Age", static (o, now) => [o.Metadata.Name, o.Status.Phase, Age(o, now)]));
        yield return (Secret.Info, new TablePrinter<Secret>("Name|Type|Data|Age", static (o, now) => [o.Metadata.Name, o.Type, o.Data?.Count ?? 0, Age(o, now)]));
        yield return (ServiceAccount.Info, new TablePrinter<ServiceAccount>("Name|Age", static (o, now) => [o.Metadata.Name, Age(o, now)]));
        yield return (ConfigMap.Info, new TablePrinter<ConfigMap>("Name|Data|Age", static (o, now) => [o.Metadata.Name, (o.Data?.Count ?? 0) + (o.BinaryData?.Count ?? 0), Age(o, now)]));
        yield return (PersistentVolume.Info, new TablePrinter<PersistentVolume>("Name|Capacity|Access Modes|Reclaim Policy|Status|Claim|StorageClass|VolumeAttributesClass|Reason|Age|VolumeMode+", static (o, now) =>
        [
            o.Metadata.Name, Storage(o.Spec.Capacity), AccessModes(o.Spec.AccessModes), o.Spec.PersistentVolumeReclaimPolicy, Phase(o, o.Status.Phase),
            o.Spec.ClaimRef is { } claim ? $"{claim.Namespace}/{claim.Name}" : "", StorageClassOf(o, o.Spec.StorageClassName), o.Spec.VolumeAttributesClassName ?? Unset, o.Status.Reason, Age(o, now),
            o.Spec.VolumeMode ?? Unset,
        ]));
        yield return (PersistentVolumeClaim.Info, new TablePrinter<PersistentVolumeClaim>("Name|Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age|VolumeMode+", static (o, now) =>
        [
            o.Metadata.Name, Phase(o, o.Status.Phase), o.Spec.VolumeName, o.Spec.VolumeName.Length > 0 ? Storage(o.Status.Capacity) : "", o.Spec.VolumeName.Length > 0 ? AccessModes(o.Status.AccessModes) : "",
            StorageClassOf(o, o.Spec.StorageClassName), o.Spec.VolumeAttributesClassName ?? Unset, Age(o, now), o.Spec.VolumeMode ?? Unset,
        ]));
        yield return (ResourceQuota.Info, new TablePrinter<ResourceQuota>("Name|Request|Limit|Age", static (o, now) => [o.Metadata.Name, Quota(o, limits: false), Quota(o, limits: true), Age(o, now)]));
    }

    private static object[] NodeCells(Node node, DateTimeOffset now)
    {
        var ready = node.Status.Conditions?.Find(static c => c.Type == "Ready");
        var status = ready is null ? "Unknown" : ready.Status == "True" ? "Ready" : "NotReady";
        if (node.Spec.Unschedulable) status += ",SchedulingDisabled";
        var roles = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (label, value) in node.Metadata.Labels ?? [])
        {
            if (label.StartsWith(RolePrefix, StringComparison.Ordinal) && label.Length > RolePrefix.Length) roles.Add(label[RolePrefix.Length..]);
            else if (label == "kubernetes.io/role" && value.Length > 0) roles.Add(value);
        }

        var info = node.Status.NodeInfo;
        var kernel = Or(info.KernelVersion, "<unknown>");
        if (info.Architecture.Length > 0) kernel += $" ({info.Architecture})";
        return
        [
            node.Metadata.Name, status, Or(string.Join(',', roles), None), Age(node, now), info.KubeletVersion,
            Address(node, "InternalIP"), Address(node, "ExternalIP"), Or(info.OsImage, "<unknown>"), kernel, Or(info.ContainerRuntimeVersion, "<unknown>"),
        ];
    }

    private static string Address(Node node, string type) => node.Status.Addresses?.Find(a => a.Type == type)?.Address ?? None;

    private static object[] EventCells(Event item, DateTimeOffset now)
    {
        var first = item.FirstTimestamp is { } start ? HumanDuration.Since(start, now) : HumanDuration.Since(item.EventTime, now);
        var last = item.LastTimestamp is { } end ? HumanDuration.Since(end, now) : first;
        long count = item.Count;
        if (item.Series is { } series)
        {
            last = HumanDuration.Since(series.LastObservedTime, now);
            count = series.Count;
        }
        else if (count == 0) count = 1;

        var about = item.InvolvedObject;
        var kind = about.Kind.ToLowerInvariant();
        var component = Or(item.Source.Component, item.ReportingComponent);
        var instance = Or(item.Source.Host, item.ReportingInstance);
        return
        [
            last, item.Type, item.Reason, about.Name.Length > 0 ? $"{kind}/{about.Name}" : kind, about.FieldPath, instance.Length > 0 ? $"{component}, {instance}" : component,
            item.Message.Trim(), first, count, item.Metadata.Name,
        ];
    }

    private static string ExternalIp(Service service)
    {
        var external = service.Spec.ExternalIPs ?? [];
        switch (service.Spec.Type)
        {
            case "ClusterIP" or "NodePort": return Or(string.Join(',', external), None);
            case "LoadBalancer":
                var balancer = (service.Status.LoadBalancer.Ingress ?? []).Select(static i => Or(i.IP, i.Hostname)).Where(static t => t.Length > 0).Distinct().Order(StringComparer.Ordinal);
                return Or(string.Join(',', balancer.Concat(external)), "<pending>");
            case "ExternalName": return service.Spec.ExternalName;
            default: return "<unknown>";
        }
    }

    private static string PortText(ServicePort port) => port.NodePort > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{port.Port}:{port.NodePort}/{port.Protocol}")
        : string.Create(CultureInfo.InvariantCulture, $"{port.Port}/{port.Protocol}");

    private static string EndpointsText(Endpoints endpoints)
    {
        var list = new List<string>();
        foreach (var subset in endpoints.Subsets ?? [])
        {
            if (subset.Ports is not { Count: > 0 } ports) list.AddRange((subset.Addresses ?? []).Select(static a => a.IP));
            else
                foreach (var port in ports)
                    list.AddRange((subset.Addresses ?? []).Select(a => a.IP.Contains(':', StringComparison.Ordinal) ? $"[{a.IP}]:{port.Port}" : $"{a.IP}:{port.Port}"));
        }

        return Some(list, 3);
    }

    private static string Storage(Dictionary<string, Quantity>? amounts) => amounts is not null && amounts.TryGetValue("storage", out var amount) ? amount.ToString() : "0";

    private static string Phase(IKubernetesObject item, string phase) => item.Metadata.DeletionTimestamp is not null ? "Terminating" : phase;

    private static string StorageClassOf(IKubernetesObject item, string? name) =>
        item.Metadata.Annotations?.GetValueOrDefault(WellKnownAnnotations.BetaStorageClass) is { } beta ? beta : name ?? "";

    private static string Quota(ResourceQuota quota, bool limits) => string.Join(", ", (quota.Status.Hard ?? [])
        .Where(h => h.Key.StartsWith("limits.", StringComparison.Ordinal) == limits)
        .OrderBy(static h => h.Key, StringComparer.Ordinal)
        .Select(h => $"{h.Key}: {(quota.Status.Used is { } used && used.TryGetValue(h.Key, out var amount) ? amount.ToString() : "0")}/{h.Value}"));
}
