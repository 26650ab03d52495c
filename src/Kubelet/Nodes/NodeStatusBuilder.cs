using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Image = Tiphys.Kubelet.Cri.V1.Image;

namespace Tiphys.Kubelet.Nodes;

/// <summary>What a node's status is made from.</summary>
internal sealed record NodeObservation
{
    public required KubeletOptions Options { get; init; }
    public required NodeSystemInfo System { get; init; }
    public required IReadOnlyDictionary<string, Quantity> Capacity { get; init; }
    public required IReadOnlyDictionary<string, Quantity> Allocatable { get; init; }
    public required IReadOnlyList<string> Addresses { get; init; }
    public required IReadOnlyList<Image> Images { get; init; }

    /// <summary>Everything that keeps the node from running pods; empty when nothing does.</summary>
    public required IReadOnlyList<string> Troubles { get; init; }
    public bool MemoryPressure { get; init; }
    public bool DiskPressure { get; init; }
    public bool PidPressure { get; init; }
}

/// <summary>Writes what was observed into a node's status.</summary>
internal static class NodeStatusBuilder
{
    private const int MaxImages = 50;
    private const int MaxNamesPerImage = 5;

    public static void Apply(Node node, NodeObservation seen, DateTimeOffset now)
    {
        var status = node.Status;
        status.Capacity = new Dictionary<string, Quantity>(seen.Capacity);
        status.Allocatable = new Dictionary<string, Quantity>(seen.Allocatable);
        status.NodeInfo = seen.System;
        status.DaemonEndpoints.KubeletEndpoint.Port = seen.Options.Port;
        status.Addresses =
        [
            .. seen.Addresses.Select(a => new NodeAddress { Type = NodeAddressType.InternalIP, Address = a }),
            new NodeAddress { Type = NodeAddressType.Hostname, Address = seen.Options.NodeName },
        ];
        status.Images = [.. seen.Images.OrderByDescending(i => i.Size).Take(MaxImages).Select(i => new ContainerImage
        {
            Names = [.. i.RepoDigests.Concat(i.RepoTags).Take(MaxNamesPerImage)], SizeBytes = (long)i.Size,
        })];
        status.RuntimeHandlers = [new NodeRuntimeHandler { Name = "" }, new NodeRuntimeHandler { Name = "runc" }];
        SetCondition(status, NodeConditionType.MemoryPressure, seen.MemoryPressure, now,
            ("KubeletHasInsufficientMemory", "kubelet has insufficient memory available"),
            ("KubeletHasSufficientMemory", "kubelet has sufficient memory available"));
        SetCondition(status, NodeConditionType.DiskPressure, seen.DiskPressure, now,
            ("KubeletHasDiskPressure", "kubelet has disk pressure"),
            ("KubeletHasNoDiskPressure", "kubelet has no disk pressure"));
        SetCondition(status, NodeConditionType.PidPressure, seen.PidPressure, now,
            ("KubeletHasInsufficientPID", "kubelet has insufficient PID available"),
            ("KubeletHasSufficientPID", "kubelet has sufficient PID available"));
        var trouble = seen.Troubles.Count == 1 ? seen.Troubles[0] : $"[{string.Join(", ", seen.Troubles)}]";
        SetCondition(status, NodeConditionType.Ready, seen.Troubles.Count == 0, now,
            ("KubeletReady", "kubelet is posting ready status"), ("KubeletNotReady", trouble));
    }

    private static void SetCondition(
        NodeStatus status, string type, bool holds, DateTimeOffset now, (string Reason, string Message) yes, (string Reason, string Message) no)
    {
        status.Conditions ??= [];
        var condition = status.Conditions.Find(c => c.Type == type);
        if (condition is null)
        {
            condition = new NodeCondition { Type = type, LastTransitionTime = now };
            // Ready stands last, as people are used to.
            status.Conditions.Add(condition);
        }
        var value = holds ? "True" : "False";
        if (condition.Status != value && condition.Status.Length > 0) condition.LastTransitionTime = now;
        condition.Status = value;
        (condition.Reason, condition.Message) = holds ? yes : no;
        condition.LastHeartbeatTime = now;
    }

    /// <summary>Whether two statuses differ in more than their heartbeats.</summary>
    public static bool Differs(NodeStatus a, NodeStatus b) => !Neutral(a).AsSpan().SequenceEqual(Neutral(b));

    private static byte[] Neutral(NodeStatus status)
    {
        var copy = status.DeepCopy();
        foreach (var condition in copy.Conditions ?? []) condition.LastHeartbeatTime = null;
        return ApiJson.Encode(copy);
    }
}
