using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Cri;
using Tiphys.Grpc;
using Tiphys.Kubelet.Events;
using Tiphys.Kubelet.Pods;

namespace Tiphys.Kubelet.Containers;

/// <summary>Stops containers the polite way: hook, signal, grace, kill.</summary>
internal sealed class ContainerKiller(IRuntimeService runtime, HookRunner hooks, IEventRecorder events, TimeProvider time)
{
    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(2);

    /// <summary>Stops one container.</summary>
    /// <param name="pod">Its pod.</param>
    /// <param name="container">Its spec.</param>
    /// <param name="containerId">Its id.</param>
    /// <param name="message">What the event says; empty for the usual words.</param>
    /// <param name="grace">How long hook and process may take together.</param>
    /// <param name="podAddress">Where HTTP hooks are sent.</param>
    /// <param name="turn">For pods with sidecars: waits until this container may go; null otherwise.</param>
    /// <param name="cancel">Gives up waiting; the container may then go on running.</param>
    public async Task KillAsync(
        Pod pod, Container container, string containerId, string message, TimeSpan grace, string podAddress,
        Func<TimeSpan, CancellationToken, Task>? turn, CancellationToken cancel)
    {
        events.Normal(pod, container.Name, "Killing", message.Length > 0 ? message : $"Stopping container {container.Name}");
        var since = time.GetTimestamp();
        if (container.Lifecycle?.PreStop is { } hook && grace > TimeSpan.Zero)
            await PreStopAsync(pod, container, containerId, hook, grace, podAddress, cancel).ConfigureAwait(false);
        if (turn is not null && Left() > TimeSpan.Zero) await turn(Left(), cancel).ConfigureAwait(false);
        try
        {
            await runtime.StopContainerAsync(containerId, Left() > LeastGrace ? Left() : LeastGrace, cancel).ConfigureAwait(false);
        }
        catch (GrpcException e) when (e.Code == GrpcStatusCode.NotFound)
        {
            // It is gone, which is what was wanted.
        }

        TimeSpan Left() => grace - time.GetElapsedTime(since);
    }

    /// <summary>How long a container may take to stop.</summary>
    public static TimeSpan Grace(Pod pod, Container? container = null, string reason = "")
    {
        var seconds = pod.Metadata.DeletionGracePeriodSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? 2;
        if (pod.Metadata.DeletionGracePeriodSeconds is null)
        {
            var probe = reason switch
            {
                "LivenessProbe" => container?.LivenessProbe,
                "StartupProbe" => container?.StartupProbe,
                _ => null,
            };
            seconds = probe?.TerminationGracePeriodSeconds ?? seconds;
        }
        return TimeSpan.FromSeconds(seconds);
    }

    private async Task PreStopAsync(
        Pod pod, Container container, string containerId, LifecycleHandler hook, TimeSpan grace, string podAddress, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(grace);
        try
        {
            await hooks.RunAsync(hook, pod, container, containerId, podAddress, limit.Token).ConfigureAwait(false);
        }
        catch (HookException)
        {
            // The details may hold secrets.
            events.Warning(pod, container.Name, "FailedPreStopHook", "PreStopHook failed");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The grace period is over; so is the hook.
        }
    }
}
