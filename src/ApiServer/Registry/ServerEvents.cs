using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.ApiServer;

/// <summary>
/// Events that the API server itself has to report, as one of its parts: told and counted as components do it, and written without a
/// way through HTTP.
/// </summary>
/// <param name="resources">Where they go.</param>
/// <param name="component">Name of the part, for example <c>ipallocator-repair-controller</c>.</param>
/// <param name="time">Clock.</param>
internal sealed class ServerEvents(ApiResources resources, string component, TimeProvider time)
{
    private readonly Lazy<(EventSeriesCorrelator Correlator, EventSeriesWriter Writer)> _series = new(() => // most servers never say anything
    {
        var correlator = new EventSeriesCorrelator(component, time);
        return (correlator, new EventSeriesWriter(correlator, new ServerEventSink(resources)));
    });

    private long _refreshed = time.GetTimestamp();

    /// <summary>Warns about an object. That the event cannot be written is nobody's trouble.</summary>
    public async Task WarnAsync(IKubernetesObject about, string reason, string action, string note, CancellationToken cancel)
    {
        var (correlator, writer) = _series.Value;
        if (correlator.Tell(about, null, EventType.Warning, reason, action, note) is { } item) await writer.TryWriteAsync(item, cancel);
    }

    /// <summary>Warns as upstream's older controllers do, which know neither actions nor series.</summary>
    public async Task WarnOnceAsync(IKubernetesObject about, string reason, string message, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var ns = about.Metadata.Namespace.Length > 0 ? about.Metadata.Namespace : WellKnownNamespaces.Default;
        await ServerEventSink.TryAsync(() => resources.Of<Event>().CreateAsync(
            new Event
            {
                Metadata = new() { GenerateName = about.Metadata.Name + ".", Namespace = ns },
                InvolvedObject = EventRecorder.Reference(about),
                Type = EventType.Warning,
                Reason = reason,
                Message = message,
                Source = new() { Component = component },
                ReportingComponent = component,
                FirstTimestamp = now.ToWholeSeconds(),
                LastTimestamp = now.ToWholeSeconds(),
                Count = 1,
            },
            WriteContext.OfServer(ns, cancel)).AsTask());
    }

    /// <summary>Ends and refreshes series whose time it is; to be called every few minutes.</summary>
    public async Task KeepAsync(CancellationToken cancel)
    {
        if (!_series.IsValueCreated) return;
        var writer = _series.Value.Writer;
        if (time.GetElapsedTime(_refreshed) >= EventSeriesCorrelator.Refresh)
        {
            await writer.RefreshAsync(cancel);
            _refreshed = time.GetTimestamp();
        }

        await writer.FinishAsync(cancel);
    }
}
