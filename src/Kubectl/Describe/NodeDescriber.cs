using Tiphys.Api.Coordination.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Api.Resource.V1;
using Tiphys.Client;

namespace Tiphys.Kubectl.Describe;

/// <summary>Nodes, with the pods on them.</summary>
internal sealed class NodeDescriber : Describer<Node>
{
    private const string RolePrefix = "node-role.kubernetes.io/";
    private const int MostPools = 10;

    protected override async Task<List<Event>?> EventsAsync(Node item, DescribeSession session, CancellationToken cancel)
    {
        // Kubelets name nodes by their names in place of UIDs.
        var events = await session.EventsAsync("Node", item.Metadata, null, cancel);
        if (events is not null) events.AddRange(await session.EventsAsync("Node", item.Metadata, item.Metadata.Name, cancel) ?? []);
        return events;
    }

    protected override async Task WriteAsync(Node item, DescriptionWriter writer, DescribeSession session, CancellationToken cancel)
    {
        writer.Field("Name", item.Metadata.Name);
        writer.Field("Roles", Texts.Or(string.Join(',', Roles(item)), Texts.None));
        writer.Labels("Labels", item.Metadata.Labels);
        writer.Annotations("Annotations", item.Metadata.Annotations);
        writer.Field("CreationTimestamp", Texts.Time(item.Metadata.CreationTimestamp));
        writer.Lines("Taints", (item.Spec.Taints ?? []).OrderBy(static t => $"{t.Effect},{t.Key}", StringComparer.Ordinal).Select(TaintText));
        writer.Field("Unschedulable", Texts.Bool(item.Spec.Unschedulable));
        await LeaseAsync(item.Metadata.Name, writer, session, cancel);
        WriteStatus(item.Status, writer);
        await SlicesAsync(item.Metadata.Name, writer, session, cancel);
        WriteSystem(item, writer);
        try
        {
            var pods = await session.ListAsync<Pod>(null, "", $"spec.nodeName={item.Metadata.Name},status.phase!=Succeeded,status.phase!=Failed", cancel);
            NodeResources.Write(item, pods, writer);
        }
        catch (ApiException e) when (e.IsForbidden)
        {
            writer.Field("Pods", "not authorized");
        }
    }

    private static IEnumerable<string> Roles(Node item) =>
        (item.Metadata.Labels ?? []).Select(static l => l.Key.StartsWith(RolePrefix, StringComparison.Ordinal) ? l.Key[RolePrefix.Length..] : l.Key == "kubernetes.io/role" ? l.Value : "").Where(static r => r.Length > 0).Distinct().Order(StringComparer.Ordinal);

    private static string TaintText(Taint taint) => taint switch
    {
        { Effect.Length: 0, Value.Length: 0 } => taint.Key,
        { Effect.Length: 0 } => $"{taint.Key}={taint.Value}:",
        { Value.Length: 0 } => $"{taint.Key}:{taint.Effect}",
        _ => $"{taint.Key}={taint.Value}:{taint.Effect}",
    };

    private static async Task LeaseAsync(string name, DescriptionWriter writer, DescribeSession session, CancellationToken cancel)
    {
        try
        {
            var lease = await session.Client.Resource<Lease>().GetAsync(WellKnownNamespaces.NodeLease, name, cancel);
            writer.Write(0, "Lease:\n");
            writer.Field("HolderIdentity", lease.Spec.HolderIdentity ?? Texts.Unset, 1);
            writer.Field("AcquireTime", lease.Spec.AcquireTime is { } acquired ? Texts.Time(acquired) : Texts.Unset, 1);
            writer.Field("RenewTime", lease.Spec.RenewTime is { } renewed ? Texts.Time(renewed) : Texts.Unset, 1);
        }
        catch (ApiException e)
        {
            writer.Field("Lease", $"Failed to get lease: {e.Message}");
        }
    }

    private static void WriteStatus(NodeStatus status, DescriptionWriter writer)
    {
        if (status.Conditions is { Count: > 0 } conditions)
        {
            writer.Write(0, "Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n");
            writer.Write(1, "----\t------\t-----------------\t------------------\t------\t-------\n");
            foreach (var c in conditions) writer.Write(1, $"{c.Type} \t{c.Status} \t{Texts.Time(c.LastHeartbeatTime)} \t{Texts.Time(c.LastTransitionTime)} \t{c.Reason} \t{c.Message}\n");
        }

        writer.Write(0, "Addresses:\n");
        foreach (var address in status.Addresses ?? []) writer.Field(address.Type, address.Address, 1);
        if (status.Capacity is { Count: > 0 }) writer.Write(0, "Capacity:\n");
        writer.Amounts(1, status.Capacity);
        if (status.Allocatable is { Count: > 0 }) writer.Write(0, "Allocatable:\n");
        writer.Amounts(1, status.Allocatable);
    }

    private static async Task SlicesAsync(string node, DescriptionWriter writer, DescribeSession session, CancellationToken cancel)
    {
        List<ResourceSlice> slices;
        try
        {
            slices = await session.ListAsync<ResourceSlice>(null, "", $"spec.nodeName={node}", cancel);
        }
        catch (ApiException)
        {
            return;
        }

        var pools = slices.GroupBy(static s => (s.Spec.Driver, s.Spec.Pool.Name)).OrderBy(static p => $"{p.Key.Driver}/{p.Key.Name}", StringComparer.Ordinal).ToList();
        if (pools.Count == 0) return;
        writer.Write(0, "Node-Local ResourceSlices:\n");
        writer.Headings(1, "Driver", "Pool", "Slices", "Devices");
        foreach (var pool in pools.Take(MostPools)) writer.Row(1, pool.Key.Driver, pool.Key.Name, pool.Count(), pool.Sum(static s => s.Spec.Devices?.Count ?? 0));
        if (pools.Count > MostPools) writer.Write(1, $"...and {pools.Count - MostPools} more pools\n");
    }

    private static void WriteSystem(Node item, DescriptionWriter writer)
    {
        var info = item.Status.NodeInfo;
        writer.Write(0, "System Info:\n");
        foreach (var (label, value) in new[]
        {
            ("Machine ID", info.MachineID), ("System UUID", info.SystemUUID), ("Boot ID", info.BootID), ("Kernel Version", info.KernelVersion), ("OS Image", info.OsImage), ("Operating System", info.OperatingSystem),
            ("Architecture", info.Architecture), ("Container Runtime Version", info.ContainerRuntimeVersion), ("Kubelet Version", info.KubeletVersion),
        })
            writer.Field(label, value, 1);
        if (item.Spec.PodCIDR.Length > 0) writer.Field("PodCIDR", item.Spec.PodCIDR);
        if (item.Spec.PodCIDRs is { Count: > 0 } ranges) writer.Field("PodCIDRs", string.Join(',', ranges));
        if (item.Spec.ProviderID.Length > 0) writer.Field("ProviderID", item.Spec.ProviderID);
    }
}
