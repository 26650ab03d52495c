using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Event = Tiphys.Api.Events.V1.Event;

namespace Tiphys.Client;

/// <summary>
/// Writes events of group events.k8s.io in the background, as client-go's newer recorder does: repeated ones become a series. While the
/// server is away events wait.
/// </summary>
public sealed class EventSeriesRecorder : IRunnable
{
    private const int MostQueued = 1000;
    private const int MostTries = 12;
    private static readonly TimeSpan s_retryInterval = TimeSpan.FromSeconds(10);
    private readonly Channel<Event> _queue = Channel.CreateBounded<Event>(new BoundedChannelOptions(MostQueued) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly EventSeriesCorrelator _correlator;
    private readonly EventSeriesWriter _writer;
    private readonly TimeProvider _time;

    /// <summary>Makes a recorder; nothing is sent until it runs.</summary>
    /// <param name="client">The component's client.</param>
    /// <param name="controller">Name of the component, for example <c>default-scheduler</c>.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Where failures go.</param>
    public EventSeriesRecorder(KubernetesClient client, string controller, TimeProvider time, ILogger logger)
    {
        _time = time;
        _correlator = new EventSeriesCorrelator(controller, time);
        _writer = new EventSeriesWriter(_correlator, new ApiEventSink(client, logger));
    }

    /// <summary>Records what happened to an object.</summary>
    /// <param name="regarding">The object.</param>
    /// <param name="related">A second object, or null.</param>
    /// <param name="type">Normal or Warning.</param>
    /// <param name="reason">Cause, in CamelCase.</param>
    /// <param name="action">What was done, or failed.</param>
    /// <param name="note">What happened, for people; at most 1 kB.</param>
    public void Record(IKubernetesObject regarding, IKubernetesObject? related, string type, string reason, string action, string note)
    {
        // Counting does not wait for what is being written.
        if (_correlator.Tell(regarding, related, type, reason, action, note) is { } item) _queue.Writer.TryWrite(item);
    }

    /// <summary>Sends events until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await Task.WhenAll(SendAsync(cancel), _writer.KeepAsync(_time, cancel));
        }
        catch (OperationCanceledException)
        {
            // asked to stop
        }
    }

    private async Task SendAsync(CancellationToken cancel)
    {
        await foreach (var item in _queue.Reader.ReadAllAsync(cancel))
        {
            for (var tries = 1; !await _writer.TryWriteAsync(item, cancel) && tries < MostTries; tries++)
            {
                // Not all clients at once come back to a server that was away.
                await Task.Delay(s_retryInterval * (1 + (Random.Shared.NextDouble() / 4)), _time, cancel);
            }
        }
    }
}
