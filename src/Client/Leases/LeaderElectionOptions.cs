namespace Tiphys.Client;

/// <summary>When leadership changes hands (client-go's leader election, with its defaults).</summary>
/// <param name="LeaseDuration">How long others wait before they take over from a silent leader (<c>--leader-elect-lease-duration</c>); whole seconds.</param>
/// <param name="RenewDeadline">How long a leader tries to renew before it gives up (<c>--leader-elect-renew-deadline</c>).</param>
/// <param name="RetryPeriod">Time between attempts (<c>--leader-elect-retry-period</c>).</param>
public sealed record LeaderElectionTiming(TimeSpan LeaseDuration, TimeSpan RenewDeadline, TimeSpan RetryPeriod)
{
    /// <summary>How much longer an attempt may wait than the retry period, so that candidates that start together do not collide for ever.</summary>
    internal const double Jitter = 1.2;

    /// <summary>Upstream's defaults.</summary>
    public static LeaderElectionTiming Default { get; } = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));

    /// <summary>What is wrong with the timing, in client-go's words, or null.</summary>
    public string? Error =>
        LeaseDuration < TimeSpan.FromSeconds(1) ? "leaseDuration must be at least one second"
        : LeaseDuration <= RenewDeadline ? "leaseDuration must be greater than renewDeadline"
        : RenewDeadline <= Jitter * RetryPeriod ? "renewDeadline must be greater than retryPeriod*JitterFactor"
        : RetryPeriod <= TimeSpan.Zero ? "retryPeriod must be greater than zero"
        : null;
}

/// <summary>What is led, and by whom.</summary>
/// <param name="Namespace">Namespace of the Lease.</param>
/// <param name="Name">Name of the Lease, for example <c>kube-scheduler</c>.</param>
/// <param name="Identity">Who this candidate is; unique among candidates.</param>
public sealed record LeaderElectionOptions(string Namespace, string Name, string Identity)
{
    /// <summary>When leadership changes hands.</summary>
    public LeaderElectionTiming Timing { get; init; } = LeaderElectionTiming.Default;
}
