using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Kubelet.Events;

/// <summary>Writes events to the API server, counting repetitions in one object and holding back sources that say too much.</summary>
internal sealed partial class NodeEventRecorder(KubernetesClient client, string nodeName, TimeProvider time, ILogger<NodeEventRecorder> logger) : IEventRecorder
{
    private const string Component = "kubelet";
    private const int MaxQueued = 1000;
    private const int MaxRemembered = 4096;
    private const int Burst = 25;
    private static readonly TimeSpan RefillEvery = TimeSpan.FromMinutes(5);

    private readonly Channel<Event> _queue = Channel.CreateBounded<Event>(new BoundedChannelOptions(MaxQueued) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, Event> _sent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (double Tokens, DateTimeOffset At)> _budgets = new(StringComparer.Ordinal);

    public void Record(ObjectReference about, string type, string reason, string message)
    {
        var now = time.GetUtcNow();
        LogEvent(logger, about.Namespace, about.Name, type, reason, message);
        _queue.Writer.TryWrite(new Event
        {
            Metadata = new ObjectMeta
            {
                Name = string.Create(CultureInfo.InvariantCulture, $"{about.Name}.{now.ToUnixTimeMilliseconds() * 1_000_000 + Random.Shared.Next(1_000_000):x}"),
                Namespace = about.Namespace.Length > 0 ? about.Namespace : WellKnownNamespaces.Default,
            },
            InvolvedObject = about,
            Type = type,
            Reason = reason,
            Message = message,
            Source = new EventSource { Component = Component, Host = nodeName },
            ReportingComponent = Component,
            ReportingInstance = nodeName,
            FirstTimestamp = now,
            LastTimestamp = now,
            Count = 1,
        });
    }

    /// <summary>Writes what is recorded until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await foreach (var item in _queue.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
            {
                try
                {
                    await SendAsync(item, cancel).ConfigureAwait(false);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogLost(logger, e, item.Reason, item.InvolvedObject.Name);
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Events that are still queued are lost, as they are upstream.
        }
    }

    private async Task SendAsync(Event item, CancellationToken cancel)
    {
        var about = item.InvolvedObject;
        if (!Spend($"{about.Kind}/{about.Namespace}/{about.Name}/{about.Uid}")) return;
        var key = string.Join('\n', about.Kind, about.Namespace, about.Name, about.Uid, about.FieldPath, item.Type, item.Reason, item.Message);
        var events = client.Resource<Event>();
        if (_sent.TryGetValue(key, out var known))
        {
            known.Count++;
            known.LastTimestamp = item.LastTimestamp;
            var patch = string.Create(CultureInfo.InvariantCulture,
                $$"""{"count":{{known.Count}},"lastTimestamp":"{{known.LastTimestamp:yyyy-MM-dd'T'HH:mm:ss'Z'}}"}""");
            try
            {
                await events.PatchAsync(known.Metadata.Namespace, known.Metadata.Name, PatchType.StrategicMerge, patch, null, cancel).ConfigureAwait(false);
                return;
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                item.Count = known.Count; // it expired; the count goes on in a new object
            }
        }
        if (_sent.Count >= MaxRemembered) _sent.Clear();
        _sent[key] = item;
        await events.CreateAsync(item, cancel).ConfigureAwait(false);
    }

    private bool Spend(string source)
    {
        var now = time.GetUtcNow();
        if (_budgets.Count >= MaxRemembered) _budgets.Clear();
        var (tokens, at) = _budgets.GetValueOrDefault(source, (Burst, now));
        tokens = Math.Min(Burst, tokens + ((now - at) / RefillEvery));
        _budgets[source] = (Math.Max(0, tokens - 1), now);
        return tokens >= 1;
    }

    [LoggerMessage(1, LogLevel.Debug, "{Namespace}/{Name}: {Type} {Reason}: {Message}")]
    private static partial void LogEvent(ILogger logger, string @namespace, string name, string type, string reason, string message);

    [LoggerMessage(2, LogLevel.Warning, "Event {Reason} about {Name} was not written")]
    private static partial void LogLost(ILogger logger, Exception error, string reason, string name);
}
