using Event = Tiphys.Api.Events.V1.Event;

namespace Tiphys.Client;

/// <summary>Brings events of group events.k8s.io and their series to a sink.</summary>
/// <param name="correlator">What knows the series.</param>
/// <param name="sink">Where they go.</param>
public sealed class EventSeriesWriter(EventSeriesCorrelator correlator, IEventSink sink)
{
    /// <summary>Writes an event, or the series of one; false when it may be tried again.</summary>
    public async Task<bool> TryWriteAsync(Event item, CancellationToken cancel)
    {
        if (item.Series is null) return await sink.CreateAsync(item, cancel) != EventWrite.Unreachable;
        var result = await sink.PatchSeriesAsync(item, cancel);
        if (result == EventWrite.Missing)
        {
            // It has expired, or was never written. That it is there all the same means that it came between the two: once more.
            result = await sink.CreateAsync(item, cancel);
            if (result == EventWrite.Exists) return false;
        }

        return result != EventWrite.Unreachable;
    }

    /// <summary>Writes all series as they stand, lest events expire of which more come.</summary>
    public async Task RefreshAsync(CancellationToken cancel)
    {
        foreach (var item in correlator.Series()) await TryWriteAsync(item, cancel);
    }

    /// <summary>Writes the last word of the series that have ended; those that cannot be written are tried the next time.</summary>
    public async Task FinishAsync(CancellationToken cancel)
    {
        foreach (var item in correlator.Ended())
            if (await TryWriteAsync(item, cancel)) correlator.Forget(item);
    }

    /// <summary>Refreshes and finishes series in their times until cancelled.</summary>
    public async Task KeepAsync(TimeProvider time, CancellationToken cancel)
    {
        var refreshed = time.GetTimestamp();
        while (!cancel.IsCancellationRequested)
        {
            await Task.Delay(EventSeriesCorrelator.Quiet, time, cancel);
            if (time.GetElapsedTime(refreshed) >= EventSeriesCorrelator.Refresh)
            {
                await RefreshAsync(cancel);
                refreshed = time.GetTimestamp();
            }

            await FinishAsync(cancel);
        }
    }
}
