using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers.Tests;

/// <summary>Does to pods what scheduler and kubelets would: binds them, makes them ready, ends them.</summary>
internal sealed class FakeNodes(KubernetesClient client, ILoggerFactory loggers)
{
    private readonly ConcurrentDictionary<string, byte> _done = new();
    private int _addresses;

    /// <summary>The node all pods are bound to.</summary>
    public const string Name = "node-a";

    /// <summary>Pods with this label are left alone.</summary>
    public const string Manual = "test/manual";

    /// <summary>Pods with this label end at once, with its value as exit code; "even": well for even indexes only.</summary>
    public const string Exit = "test/exit";

    public async Task RunAsync(CancellationToken cancel)
    {
        await client.Resource<Node>().CreateAsync(new() { Metadata = new() { Name = Name, Labels = new() { [WellKnownLabels.TopologyZone] = "zone-a" } }, Status = new() { Conditions = [new() { Type = "Ready", Status = "True", LastHeartbeatTime = DateTimeOffset.UtcNow, LastTransitionTime = DateTimeOffset.UtcNow }] } }, cancel);
        var informers = new InformerFactory(client, TimeProvider.System, loggers);
        var pods = informers.For<Pod>();
        using var work = new Reconciler<ObjectKey>("fake-nodes", async (key, token) =>
        {
            if (pods.Get(key) is { } pod) await StepAsync(pod, token);
            return Requeue.None;
        }, TimeProvider.System, loggers.CreateLogger("fake"));
        pods.OnChange(pod => work.Queue.Add(ObjectKey.Of(pod)));
        await Task.WhenAll(informers.RunAsync(cancel), work.RunAsync(4, cancel));
    }

    private async Task StepAsync(Pod pod, CancellationToken cancel)
    {
        if (pod.Metadata.Labels?.ContainsKey(Manual) == true) return;
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            try
            {
                await client.Resource<Pod>().DeleteAsync(pod.Metadata.Namespace, pod.Metadata.Name, new() { GracePeriodSeconds = 0, Preconditions = new() { Uid = pod.Metadata.Uid } }, cancel);
            }
            catch (ApiException e) when (e.IsNotFound || e.IsConflict)
            {
                // gone
            }
        }
        else if (pod.Spec.NodeName.Length == 0)
        {
            var binding = new Binding { Metadata = new() { Name = pod.Metadata.Name, Namespace = pod.Metadata.Namespace }, Target = new() { Kind = "Node", Name = NodeFit.Target(pod) is { Length: > 0 } pinned ? pinned : Name } };
            await client.Resource<Pod>().PostAsync<Status>(pod.Metadata.Namespace, pod.Metadata.Name, "binding", binding, cancel);
        }
        else if (_done.TryAdd(pod.Metadata.Uid, 0))
        {
            if (pod.Metadata.Labels?.GetValueOrDefault(Exit) is { } code)
            {
                var index = pod.Metadata.Labels.GetValueOrDefault("batch.kubernetes.io/job-completion-index", "");
                var exit = code == "0" || (code == "even" && index is "0" or "2" or "4") ? 0 : 1;
                await SetPhaseAsync(pod, exit == 0 ? PodPhase.Succeeded : PodPhase.Failed, ready: false, cancel, exit);
                return;
            }

            await SetPhaseAsync(pod, PodPhase.Running, ready: true, cancel);
        }
    }

    /// <summary>Sets a pod's phase and readiness, as its kubelet would.</summary>
    public async Task SetPhaseAsync(Pod pod, string phase, bool ready, CancellationToken cancel, int exitCode = 0)
    {
        var copy = (await client.Resource<Pod>().GetAsync(pod.Metadata.Namespace, pod.Metadata.Name, cancel)).DeepCopy();
        var address = copy.Status.PodIP is { Length: > 0 } known ? known : $"10.42.0.{Interlocked.Increment(ref _addresses) % 250}";
        copy.Metadata.ResourceVersion = "";
        copy.Status.Phase = phase;
        copy.Status.PodIP = address;
        copy.Status.PodIPs = [new() { IP = address }];
        copy.Status.StartTime ??= DateTimeOffset.UtcNow;
        copy.Status.Conditions = [.. (copy.Status.Conditions ?? []).Where(static c => c.Type != PodConditionType.Ready), new() { Type = PodConditionType.Ready, Status = ready ? "True" : "False", LastTransitionTime = DateTimeOffset.UtcNow }];
        copy.Status.ContainerStatuses = copy.Spec.Containers.ConvertAll(c => new ContainerStatus
        {
            Name = c.Name,
            Image = c.Image,
            Ready = ready,
            State = phase is PodPhase.Succeeded or PodPhase.Failed ? new() { Terminated = new() { ExitCode = exitCode, FinishedAt = DateTimeOffset.UtcNow } } : new() { Running = new() { StartedAt = DateTimeOffset.UtcNow } },
        });
        await client.Resource<Pod>().UpdateStatusAsync(copy, cancel);
    }
}
