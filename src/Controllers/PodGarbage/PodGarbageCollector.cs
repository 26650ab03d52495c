using Microsoft.Extensions.Logging;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>
/// Removes pods nobody else will: on nodes that are gone, on nodes taken out of service, never scheduled but deleted, and the
/// oldest of too many ended ones (upstream's pod-garbage-collector).
/// </summary>
internal sealed partial class PodGarbageCollector : IController
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(20);

    /// <summary>How long a node must be missing: it may only not have registered yet.</summary>
    private static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(40);

    private readonly ControllerContext _context;
    private readonly IInformer<Pod> _pods;
    private readonly IInformer<Node> _nodes;
    private readonly Dictionary<string, long> _missing = new(StringComparer.Ordinal);

    public PodGarbageCollector(ControllerContext context)
    {
        _context = context;
        _pods = context.Informer<Pod>();
        _nodes = context.Informer<Node>();
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await CollectAsync(cancel);
            }
            catch (Exception e) when (!cancel.IsCancellationRequested)
            {
                LogFailed(_context.Logger, e);
            }

            await Task.Delay(Period, _context.Time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CollectAsync(CancellationToken cancel)
    {
        var pods = _pods.List();
        if (_context.Options.TerminatedPodGcThreshold is > 0 and var threshold)
        {
            var ended = pods.Where(static p => p.IsFinished()).ToList();
            foreach (var pod in ended.OrderBy(static p => p.Metadata.DeletionTimestamp is null).ThenBy(static p => p.Metadata.CreationTimestamp).ThenBy(static p => p.Metadata.Name, StringComparer.Ordinal).Take(ended.Count - threshold))
                await DeleteAsync(pod, null, cancel);
        }

        foreach (var pod in pods)
        {
            if (pod.Metadata.DeletionTimestamp is not null && pod.Spec.NodeName.Length == 0) await DeleteAsync(pod, null, cancel);
            else if (pod.Metadata.DeletionTimestamp is not null && _nodes.Get("", pod.Spec.NodeName) is { } node && !NodeZones.IsReady(node) && node.Spec.Taints?.Exists(static t => t.Key == WellKnownTaints.OutOfService) == true)
                await DeleteAsync(pod, null, cancel);
        }

        await CollectOrphansAsync(pods, cancel);
    }

    private async Task CollectOrphansAsync(IReadOnlyList<Pod> pods, CancellationToken cancel)
    {
        var names = pods.Where(p => p.Spec.NodeName.Length > 0 && _nodes.Get("", p.Spec.NodeName) is null).Select(static p => p.Spec.NodeName).ToHashSet(StringComparer.Ordinal);
        foreach (var back in _missing.Keys.Where(n => !names.Contains(n)).ToArray()) _missing.Remove(back);
        var gone = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (_missing.TryAdd(name, _context.Time.GetTimestamp()) || _context.Time.GetElapsedTime(_missing[name]) < Quarantine) continue;
            if (await _context.Client.Resource<Node>().FindAsync(null, name, cancel) is null) gone.Add(name);
        }

        foreach (var pod in pods)
            if (gone.Contains(pod.Spec.NodeName)) await DeleteAsync(pod, "PodGC: node no longer exists", cancel);
    }

    private async Task DeleteAsync(Pod pod, string? disruption, CancellationToken cancel)
    {
        // A pod that never ends in the books would keep its job waiting: it ends as failed.
        if (disruption is not null) await PodPatches.DisruptAsync(_context.Client, pod, "DeletionByPodGC", disruption, _context.Now, fail: true, cancel);
        try
        {
            await _context.Client.Resource<Pod>().DeleteAsync(pod.Metadata.Namespace, pod.Metadata.Name, new() { GracePeriodSeconds = 0, Preconditions = new() { Uid = pod.Metadata.Uid } }, cancel);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // already gone
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "a round of collecting pods failed")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
