using Microsoft.Extensions.Logging;
using Tiphys.Api.Coordination.V1;

namespace Tiphys.Client;

/// <summary>When leadership changes hands (client-go's leader election, with its defaults).</summary>
/// <param name="Namespace">Namespace of the Lease.</param>
/// <param name="Name">Name of the Lease, for example <c>kube-scheduler</c>.</param>
/// <param name="Identity">Who this candidate is; unique among candidates.</param>
public sealed record LeaderElectionOptions(string Namespace, string Name, string Identity)
{
    /// <summary>How long others wait before they take over from a silent leader.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a leader tries to renew before it gives up.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between attempts.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>
/// Lets one of several candidates work at a time. A silent leader is judged by how long its Lease went unchanged on our own
/// clock, never by the times in it: clocks differ.
/// </summary>
public sealed partial class LeaderElector(KubernetesClient client, LeaderElectionOptions options, TimeProvider time, ILogger logger)
{
    private Lease? _observed;
    private long _observedAt;

    /// <summary>
    /// Waits to lead, works, and when leadership is lost stops the work and waits again, until cancelled.
    /// </summary>
    /// <param name="lead">The work; its token is cancelled when leadership is lost.</param>
    /// <param name="cancel">Ends everything. The Lease is then given up, so that another need not wait for it to run out.</param>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            if (!await AcquireAsync(cancel)) return;
            LogLeading(logger, options.Identity, options.Namespace, options.Name);
            using var term = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var work = lead(term.Token);
            await RenewAsync(work, cancel);
            await term.CancelAsync();
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ReleaseAsync();
            if (!cancel.IsCancellationRequested) LogLost(logger, options.Namespace, options.Name);
        }
    }

    private async Task<bool> AcquireAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            if (await TryAsync(cancel)) return true;

            // Jitter, so that candidates that start together do not collide for ever.
            var wait = options.RetryPeriod * (1 + (0.2 * Random.Shared.NextDouble()));
            await Task.Delay(wait, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return false;
    }

    private async Task RenewAsync(Task work, CancellationToken cancel)
    {
        var renewed = time.GetTimestamp();
        while (!cancel.IsCancellationRequested && !work.IsCompleted)
        {
            await Task.WhenAny(work, Task.Delay(options.RetryPeriod, time, cancel));
            if (cancel.IsCancellationRequested) return;
            if (await TryAsync(cancel)) renewed = time.GetTimestamp();
            else if (time.GetElapsedTime(renewed) >= options.RenewDeadline) return;
        }
    }

    private async Task<bool> TryAsync(CancellationToken cancel)
    {
        var leases = client.Resource<Lease>();
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(options.RenewDeadline);
            var now = time.GetUtcNow();
            var lease = await leases.FindAsync(options.Namespace, options.Name, patience.Token);
            if (lease is null)
            {
                Observe(await leases.CreateAsync(new Lease { Metadata = new() { Namespace = options.Namespace, Name = options.Name }, Spec = Mine(null, now) }, patience.Token));
                return true;
            }

            if (_observed is null || _observed.Metadata.ResourceVersion != lease.Metadata.ResourceVersion) Observe(lease);
            var holder = lease.Spec.HolderIdentity;
            if (holder is { Length: > 0 } && holder != options.Identity && time.GetElapsedTime(_observedAt) < TimeSpan.FromSeconds(lease.Spec.LeaseDurationSeconds ?? 15)) return false;
            lease = lease.DeepCopy();
            lease.Spec = Mine(lease.Spec, now);
            Observe(await leases.UpdateAsync(lease, patience.Token));
            return true;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or OperationCanceledException or IOException)
        {
            if (!cancel.IsCancellationRequested && e is not ApiException { IsConflict: true }) LogFailed(logger, e, options.Namespace, options.Name);
            return false;
        }
    }

    private LeaseSpec Mine(LeaseSpec? before, DateTimeOffset now)
    {
        var mine = before?.HolderIdentity == options.Identity;
        return new()
        {
            HolderIdentity = options.Identity,
            LeaseDurationSeconds = (int)options.LeaseDuration.TotalSeconds,
            AcquireTime = mine ? before!.AcquireTime : now,
            RenewTime = now,
            LeaseTransitions = before is null ? 0 : mine ? before.LeaseTransitions : (before.LeaseTransitions ?? 0) + 1,
        };
    }

    private async Task ReleaseAsync()
    {
        if (_observed is null || _observed.Spec.HolderIdentity != options.Identity) return;
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            var lease = _observed.DeepCopy();
            lease.Spec.HolderIdentity = "";
            lease.Spec.LeaseDurationSeconds = 1;
            lease.Spec.RenewTime = time.GetUtcNow();
            Observe(await client.Resource<Lease>().UpdateAsync(lease, patience.Token));
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or OperationCanceledException or IOException)
        {
            // Others will take over once the Lease has run out.
        }
    }

    private void Observe(Lease lease)
    {
        _observed = lease;
        _observedAt = time.GetTimestamp();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Identity} leads {Namespace}/{Name}")]
    private static partial void LogLeading(ILogger logger, string identity, string @namespace, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "lost the lead of {Namespace}/{Name}")]
    private static partial void LogLost(ILogger logger, string @namespace, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot get or renew the lease {Namespace}/{Name}")]
    private static partial void LogFailed(ILogger logger, Exception error, string @namespace, string name);
}
