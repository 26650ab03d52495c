namespace Tiphys.Storage;

/// <summary>What an alarm says of a store that others are served from. The numbers are etcd's.</summary>
public enum StoreAlarmKind
{
    /// <summary>It must not grow any more.</summary>
    NoSpace = 1,

    /// <summary>What it holds is not to be trusted.</summary>
    Corrupt = 2,
}

/// <summary>An alarm that lasts until somebody disarms it.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Member">Which member of the cluster it is about.</param>
public readonly record struct StoreAlarm(StoreAlarmKind Kind, ulong Member);

/// <summary>
/// A store that keeps alarms through restarts and takes them into its snapshots. It only remembers them: what an alarm forbids is up to
/// whoever serves the store. No revision comes of them.
/// </summary>
public interface IAlarmKeeper
{
    /// <summary>The alarms that are raised, by kind and member.</summary>
    IReadOnlyList<StoreAlarm> Alarms { get; }

    /// <summary>Raises an alarm or disarms it, and returns once that is durable: whether it changed anything.</summary>
    ValueTask<bool> SetAlarmAsync(StoreAlarm alarm, bool raised, CancellationToken cancellationToken = default);
}
