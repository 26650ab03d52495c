using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Containers;
using Tiphys.Grpc;
using Tiphys.Kubelet.Events;
using Tiphys.Kubelet.Nodes;

namespace Tiphys.Kubelet.Pods;

/// <summary>Changes the CPU and memory of running containers when their pod's spec changes, without a restart where possible.</summary>
internal sealed class PodResizer(PodServices services, Func<Pod, PodVerdict?> admit)
{
    private static readonly string[] Resizable = [ResourceName.Cpu, ResourceName.Memory];
    private readonly Dictionary<string, ResourceRequirements> _actuated = new(StringComparer.Ordinal);

    /// <summary>Why a change cannot be made at present; null when none waits.</summary>
    public (string Reason, string Message)? Pending { get; private set; }

    /// <summary>Grows with every change there is something to tell about.</summary>
    public int Version { get; private set; }

    /// <summary>What a running container really has; null when that is what the spec says.</summary>
    public ResourceRequirements? Actuated(string containerId) => _actuated.GetValueOrDefault(containerId);

    /// <summary>Takes note of containers that were started, here or by an earlier life of ours.</summary>
    public void Observe(Pod pod, RuntimePod runtime)
    {
        var running = runtime.Containers.Where(c => c.State == RunState.Running).ToList();
        foreach (var gone in _actuated.Keys.Except(running.Select(c => c.Id)).ToList()) _actuated.Remove(gone);
        foreach (var run in running)
        {
            if (_actuated.ContainsKey(run.Id) || PodContainers.Find(pod, run.Name) is not { } container) continue;
            var reported = (pod.Status.ContainerStatuses ?? []).Concat(pod.Status.InitContainerStatuses ?? [])
                .FirstOrDefault(s => s.ContainerID == ContainerStatusBuilder.ContainerUri(run.Id))?.Resources;
            _actuated[run.Id] = (reported ?? container.Resources).DeepCopy();
        }
    }

    /// <summary>Makes the changes that are due and possible. Containers that must restart for theirs are returned.</summary>
    public async Task<IReadOnlyList<PlannedKill>> ApplyAsync(Pod pod, RuntimePod runtime, CancellationToken cancel)
    {
        var changes = Changes(pod, runtime);
        if (changes.Count == 0)
        {
            if (Pending is not null) Version++;
            Pending = null;
            return [];
        }
        if (admit(pod) is { } verdict)
        {
            SetPending(pod, verdict);
            return [];
        }
        Pending = null;
        Version++;
        services.Events.Normal(pod, "ResizeStarted", "Pod resize started: " + Summary(pod, ""));
        var restarts = new List<PlannedKill>();
        // The pod's cgroup bounds its containers': it must grow before they do, and can shrink only after.
        services.Cgroups?.Grow(pod);
        foreach (var (container, run, old) in changes)
        {
            if (NeedsRestart(container, old))
            {
                restarts.Add(new PlannedKill(run, container, $"Container {container.Name} resize requires restart", ""));
                continue;
            }
            try
            {
                await services.Runtime.UpdateContainerResourcesAsync(
                    run.Id, ResourceMapper.ForContainer(pod, container, MachineInfo.Memory), cancel).ConfigureAwait(false);
                _actuated[run.Id] = container.Resources.DeepCopy();
            }
            catch (GrpcException e)
            {
                services.Events.Warning(pod, "ResizeError", "Pod resize error: " + Summary(pod, e.Detail));
                Pending = (PodReason.Error, e.Detail);
                return restarts;
            }
        }
        services.Cgroups?.Ensure(pod);
        if (restarts.Count == 0) services.Events.Normal(pod, "ResizeCompleted", "Pod resize completed: " + Summary(pod, ""));
        return restarts;
    }

    private List<(Container Container, RuntimeContainer Run, ResourceRequirements Old)> Changes(Pod pod, RuntimePod runtime)
    {
        var changes = new List<(Container, RuntimeContainer, ResourceRequirements)>();
        foreach (var (container, kind) in PodContainers.All(pod))
        {
            if (kind is ContainerKind.Init or ContainerKind.Ephemeral || runtime.Latest(container.Name) is not { State: RunState.Running } run ||
                !_actuated.TryGetValue(run.Id, out var old))
                continue;
            if (Resizable.Any(r => Differs(container.Resources, old, r))) changes.Add((container, run, old));
        }
        return changes;
    }

    private static bool NeedsRestart(Container container, ResourceRequirements old) => Resizable.Any(r => Differs(container.Resources, old, r) &&
        container.ResizePolicy?.Find(p => p.ResourceName == r)?.RestartPolicy == ResourceResizeRestartPolicy.RestartContainer);

    private static bool Differs(ResourceRequirements a, ResourceRequirements b, string resource) =>
        Get(a.Requests, resource) != Get(b.Requests, resource) || Get(a.Limits, resource) != Get(b.Limits, resource);

    private static Quantity Get(Dictionary<string, Quantity>? list, string resource) =>
        list is not null && list.TryGetValue(resource, out var quantity) ? quantity : Quantity.Zero;

    private void SetPending(Pod pod, PodVerdict verdict)
    {
        var infeasible = PodResources.Requests(pod).FirstOrDefault(r => Resizable.Contains(r.Key) &&
            services.Allocatable.TryGetValue(r.Key, out var whole) && r.Value > whole);
        var reason = infeasible.Key is null ? PodReason.Deferred : PodReason.Infeasible;
        var message = infeasible.Key is null
            ? verdict.Message.Replace("Pod was rejected: ", "", StringComparison.Ordinal)
            : string.Create(CultureInfo.InvariantCulture,
                $"Node didn't have enough capacity: {infeasible.Key}, requested: {Units(infeasible)}, capacity: {Units(new(infeasible.Key, services.Allocatable[infeasible.Key]))}");
        if (Pending == (reason, message)) return;
        Pending = (reason, message);
        Version++;
        services.Events.Warning(pod, reason == PodReason.Infeasible ? "ResizeInfeasible" : "ResizeDeferred", $"Pod resize {reason}: " + Summary(pod, message));
    }

    private static long Units(KeyValuePair<string, Quantity> amount) =>
        amount.Key == ResourceName.Cpu ? amount.Value.MilliValue : amount.Value.Value;

    private static string Summary(Pod pod, string error)
    {
        var summary = new JsonObject();
        if (pod.Spec.InitContainers is { Count: > 0 } initial) summary["initContainers"] = List(initial);
        summary["containers"] = List(pod.Spec.Containers);
        summary["generation"] = pod.Metadata.Generation;
        if (error.Length > 0) summary["error"] = error;
        return summary.ToJsonString();

        static JsonArray List(List<Container> containers) => new([.. containers.Select(c => new JsonObject
        {
            ["name"] = c.Name, ["resources"] = JsonNode.Parse(Encoding.UTF8.GetString(ApiJson.Encode(c.Resources))),
        })]);
    }
}
