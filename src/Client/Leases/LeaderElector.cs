using Microsoft.Extensions.Logging;
using Tiphys.Api.Coordination.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Client;

/// <summary>
/// Lets one of several candidates work at a time. A silent leader is judged by how long its Lease went unchanged on our own
/// clock, never by the times in it: clocks differ.
/// </summary>
/// <remarks>
/// Who does not lead watches the Lease: a renewal is seen when it is made and not at the next poll, so that a Lease counts as run out
/// no later than it has to, and one that is given up is taken at once.
/// </remarks>
public sealed partial class LeaderElector
{
    private readonly KubernetesClient _client;
    private readonly LeaderElectionOptions _options;
    private readonly LeaderElectionTiming _timing;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile Observation? _observed;

    /// <summary>Makes a candidate.</summary>
    /// <param name="client">Reads and writes the Lease.</param>
    /// <param name="options">What is led, and when it changes hands.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Where it logs.</param>
    /// <exception cref="ArgumentException">The timing cannot work.</exception>
    public LeaderElector(KubernetesClient client, LeaderElectionOptions options, TimeProvider time, ILogger logger)
    {
        if (options.Timing.Error is { } error) throw new ArgumentException(error, nameof(options));
        _client = client;
        _options = options;
        _timing = options.Timing;
        _time = time;
        _logger = logger;
    }

    private ResourceClient<Lease> Leases => _client.Resource<Lease>();

    /// <summary>
    /// Waits to lead, works, and when leadership is lost stops the work and waits again, until cancelled.
    /// </summary>
    /// <param name="lead">The work; its token is cancelled when leadership is lost.</param>
    /// <param name="cancel">Ends everything. The Lease is then given up, so that another need not wait for it to run out.</param>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            if (await AcquireAsync(cancel) is not { } since) return;
            LogLeading(_logger, _options.Identity, _options.Namespace, _options.Name);
            using var term = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var work = lead(term.Token);
            await RenewAsync(work, since, cancel);
            await term.CancelAsync();
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ReleaseAsync();
            if (!cancel.IsCancellationRequested) LogLost(_logger, _options.Namespace, _options.Name);
        }
    }

    /// <summary>Waits to lead; says since when, or null when cancelled.</summary>
    private async Task<long?> AcquireAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var started = _time.GetTimestamp();
            if (await TryAsync(_timing.RenewDeadline, cancel)) return started;
            await WaitForChanceAsync(cancel);
        }

        return null;
    }

    private async Task RenewAsync(Task work, long renewed, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested && !work.IsCompleted)
        {
            using (var pause = CancellationTokenSource.CreateLinkedTokenSource(cancel))
            {
                var deadline = _timing.RenewDeadline - _time.GetElapsedTime(renewed);
                await Task.WhenAny(work, Task.Delay(deadline < _timing.RetryPeriod ? deadline : _timing.RetryPeriod, _time, pause.Token));
                await pause.CancelAsync();
            }

            if (cancel.IsCancellationRequested) return;

            // Others count from when they saw the last renewal, which is no earlier than when it was asked for.
            var started = _time.GetTimestamp();
            var left = _timing.RenewDeadline - _time.GetElapsedTime(renewed);
            if (left <= TimeSpan.Zero) return;
            if (await TryAsync(left, cancel)) renewed = started;
            else if (_time.GetElapsedTime(renewed) >= _timing.RenewDeadline || (_observed is { } seen && IsHeldByAnother(seen.Lease))) return;
        }
    }

    /// <summary>Takes or renews the Lease; false when it is another's, or it cannot be done.</summary>
    private async Task<bool> TryAsync(TimeSpan limit, CancellationToken cancel)
    {
        try
        {
            using var patience = new CancellationTokenSource(limit, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
            if (_observed is { } seen && IsOwn(seen.Lease) && await TryRenewAsync(seen.Lease, either.Token)) return true;
            var lease = await Leases.FindAsync(_options.Namespace, _options.Name, either.Token);
            if (lease is null)
            {
                Observe(await Leases.CreateAsync(new Lease { Metadata = new() { Namespace = _options.Namespace, Name = _options.Name }, Spec = Mine(null) }, either.Token));
                return true;
            }

            if (_observed?.Lease.Metadata.ResourceVersion != lease.Metadata.ResourceVersion) Observe(lease);
            if (IsHeldByAnother(lease) && Remaining(_observed!) > TimeSpan.Zero) return false;
            lease = lease.DeepCopy();
            lease.Spec = Mine(lease.Spec);
            Observe(await Leases.UpdateAsync(lease, either.Token));
            return true;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or OperationCanceledException or IOException)
        {
            if (!cancel.IsCancellationRequested && e is not ApiException { IsConflict: true }) LogFailed(_logger, e, _options.Namespace, _options.Name);
            return false;
        }
    }

    /// <summary>Renews without reading first: as a rule nobody else has written.</summary>
    private async Task<bool> TryRenewAsync(Lease mine, CancellationToken cancel)
    {
        try
        {
            var lease = mine.DeepCopy();
            lease.Spec = Mine(lease.Spec);
            Observe(await Leases.UpdateAsync(lease, cancel));
            return true;
        }
        catch (ApiException e) when (e.IsConflict || e.IsNotFound)
        {
            return false;
        }
    }

    /// <summary>Waits until it is worth trying again: the Lease has run out or been given up.</summary>
    private async Task WaitForChanceAsync(CancellationToken cancel)
    {
        if (_observed is not { } seen || !IsHeldByAnother(seen.Lease) || Remaining(seen) <= TimeSpan.Zero)
        {
            // Nothing to watch, or the server does not answer.
            await RetryLaterAsync(cancel);
            return;
        }

        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var watch = WatchAsync(seen.Lease, wait.Token);
        while (!watch.IsCompleted && Remaining(_observed) is var left && left > TimeSpan.Zero)
        {
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(wait.Token);
            await Task.WhenAny(watch, Task.Delay(left, _time, timer.Token));
            await timer.CancelAsync();
            if (cancel.IsCancellationRequested) break;
        }

        await wait.CancelAsync();
        await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // A watch that the server refuses or ends leaves polling.
        if (watch.Status != TaskStatus.RanToCompletion && Remaining(_observed) > TimeSpan.Zero) await RetryLaterAsync(cancel);
    }

    /// <summary>Follows the Lease; completes when it is free to take.</summary>
    private async Task WatchAsync(Lease since, CancellationToken cancel)
    {
        var query = new ListQuery { FieldSelector = "metadata.name=" + _options.Name, ResourceVersion = since.Metadata.ResourceVersion };
        await foreach (var change in Leases.WatchAsync(_options.Namespace, query, cancel))
        {
            if (change.Type == WatchEventType.Bookmark) continue;
            Observe(change.Object);
            if (change.Type == WatchEventType.Deleted || !IsHeldByAnother(change.Object)) return;
        }

        throw new IOException("the watch ended");
    }

    private Task RetryLaterAsync(CancellationToken cancel)
    {
        var wait = _timing.RetryPeriod * (1 + ((LeaderElectionTiming.Jitter - 1) * Random.Shared.NextDouble()));
        return Task.Delay(wait, _time, cancel).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private bool IsOwn(Lease lease) => lease.Spec.HolderIdentity == _options.Identity;

    private bool IsHeldByAnother(Lease lease) => lease.Spec.HolderIdentity is { Length: > 0 } holder && holder != _options.Identity;

    /// <summary>How long an observed Lease still holds.</summary>
    private TimeSpan Remaining(Observation seen) => TimeSpan.FromSeconds(seen.Lease.Spec.LeaseDurationSeconds ?? 0) - _time.GetElapsedTime(seen.At);

    private LeaseSpec Mine(LeaseSpec? before)
    {
        var now = _time.GetUtcNow();
        var mine = before?.HolderIdentity == _options.Identity;
        return new()
        {
            HolderIdentity = _options.Identity,
            LeaseDurationSeconds = (int)_timing.LeaseDuration.TotalSeconds,
            AcquireTime = mine ? before!.AcquireTime : now,
            RenewTime = now,
            LeaseTransitions = before is null ? 0 : mine ? before.LeaseTransitions : (before.LeaseTransitions ?? 0) + 1,
        };
    }

    private async Task ReleaseAsync()
    {
        if (_observed is not { } seen || !IsOwn(seen.Lease)) return;
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), _time);
            var lease = seen.Lease.DeepCopy();
            lease.Spec.HolderIdentity = "";
            lease.Spec.LeaseDurationSeconds = 1;
            lease.Spec.RenewTime = lease.Spec.AcquireTime = _time.GetUtcNow();
            Observe(await Leases.UpdateAsync(lease, patience.Token));
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or OperationCanceledException or IOException)
        {
            // Others will take over once the Lease has run out.
        }
    }

    private void Observe(Lease lease) => _observed = new Observation(lease, _time.GetTimestamp());

    /// <summary>A state of the Lease, and when it was first seen.</summary>
    private sealed record Observation(Lease Lease, long At);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Identity} leads {Namespace}/{Name}")]
    private static partial void LogLeading(ILogger logger, string identity, string @namespace, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "lost the lead of {Namespace}/{Name}")]
    private static partial void LogLost(ILogger logger, string @namespace, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot get or renew the lease {Namespace}/{Name}")]
    private static partial void LogFailed(ILogger logger, Exception error, string @namespace, string name);
}
