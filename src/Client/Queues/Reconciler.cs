using Microsoft.Extensions.Logging;

namespace Tiphys.Client;

/// <summary>What a reconciliation asks for next.</summary>
/// <param name="After">Reconcile again after this long, even if nothing changes; null: only on a change.</param>
public readonly record struct Requeue(TimeSpan? After)
{
    /// <summary>Nothing more to do until something changes.</summary>
    public static Requeue None => default;

    /// <summary>Again after a delay.</summary>
    public static Requeue In(TimeSpan delay) => new(delay);
}

/// <summary>
/// Runs workers over a <see cref="WorkQueue{TKey}"/>: each key is reconciled until it succeeds, with back-off between failures
/// (controller-runtime's Reconciler with its workers).
/// </summary>
/// <typeparam name="TKey">Type of the keys.</typeparam>
/// <param name="name">Name for logs, for example <c>deployment</c>.</param>
/// <param name="reconcile">Brings one key's world to what it should be; throwing means try again later.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Where failures go.</param>
public sealed partial class Reconciler<TKey>(string name, Func<TKey, CancellationToken, Task<Requeue>> reconcile, TimeProvider time, ILogger logger) : IDisposable
    where TKey : notnull
{
    /// <summary>The queue; event handlers add keys to it.</summary>
    public WorkQueue<TKey> Queue { get; } = new(time);

    /// <summary>Works until cancelled.</summary>
    /// <param name="workers">How many keys are worked on at a time.</param>
    /// <param name="cancel">Ends the work.</param>
    public Task RunAsync(int workers, CancellationToken cancel) =>
        Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(() => WorkAsync(cancel), CancellationToken.None)));

    /// <summary>Reconciles one key, as a worker would. For tests and for draining.</summary>
    public async Task ReconcileOneAsync(TKey key, CancellationToken cancel)
    {
        try
        {
            var next = await reconcile(key, cancel);
            Queue.Forget(key);
            if (next.After is { } delay) Queue.AddAfter(key, delay);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // Someone else wrote in between; the watch brings the newer object. Not worth a line in the log.
            Queue.AddRateLimited(key);
        }
        catch (Exception e)
        {
            LogFailed(logger, e, name, key.ToString()!);
            Queue.AddRateLimited(key);
        }
        finally
        {
            Queue.Done(key);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Queue.Dispose();

    private async Task WorkAsync(CancellationToken cancel)
    {
        try
        {
            while (!cancel.IsCancellationRequested) await ReconcileOneAsync(await Queue.TakeAsync(cancel), cancel);
        }
        catch (OperationCanceledException)
        {
            // asked to stop
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Controller}: {Key} failed and will be tried again")]
    private static partial void LogFailed(ILogger logger, Exception error, string controller, string key);
}
