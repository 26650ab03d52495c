using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Client;

/// <summary>
/// Writes Events in the background (client-go's recorder and correlator). A repeated event raises the count of the one that
/// is there; many similar ones become one; and a component that floods is held to a rate per object.
/// </summary>
public sealed partial class EventRecorder : IRunnable
{
    private const int MostQueued = 1000;
    private const int MostKept = 4096;
    private readonly KubernetesClient _client;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(MostQueued) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly Dictionary<string, Event> _sent = new(StringComparer.Ordinal);
    private readonly EventSpamFilter _spam;

    /// <summary>Makes a recorder; nothing is sent until it runs.</summary>
    /// <param name="client">The component's client.</param>
    /// <param name="component">Name of the component, for example <c>kubelet</c>.</param>
    /// <param name="host">Node the component works on, or empty.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Where failures go.</param>
    public EventRecorder(KubernetesClient client, string component, string host, TimeProvider time, ILogger logger)
    {
        _client = client;
        _time = time;
        _logger = logger;
        _spam = new EventSpamFilter(time);
        Component = component;
        Host = host;
    }

    /// <summary>Name of the component.</summary>
    public string Component { get; }

    /// <summary>Node of the component, or empty.</summary>
    public string Host { get; }

    /// <summary>Records that something normal happened to an object.</summary>
    public void Normal(IKubernetesObject about, string reason, string message) => Record(Reference(about), EventType.Normal, reason, message);

    /// <summary>Records that something went wrong with an object.</summary>
    public void Warning(IKubernetesObject about, string reason, string message) => Record(Reference(about), EventType.Warning, reason, message);

    /// <summary>Records an event about a referenced object, such as a container of a pod (<c>fieldPath</c>).</summary>
    public void Record(ObjectReference about, string type, string reason, string message) =>
        _queue.Writer.TryWrite(new Pending(about, type, reason, message, _time.GetUtcNow()));

    /// <summary>A reference to an object.</summary>
    /// <param name="item">The object.</param>
    /// <param name="fieldPath">A part of it, for example <c>spec.containers{web}</c>.</param>
    public static ObjectReference Reference(IKubernetesObject item, string fieldPath = "") => new()
    {
        Kind = item.KindInfo.Kind,
        ApiVersion = item.KindInfo.ApiVersion,
        Namespace = item.Metadata.Namespace,
        Name = item.Metadata.Name,
        Uid = item.Metadata.Uid,
        ResourceVersion = item.Metadata.ResourceVersion,
        FieldPath = fieldPath,
    };

    /// <summary>Sends events until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await foreach (var pending in _queue.Reader.ReadAllAsync(cancel)) await SendAsync(pending, cancel);
        }
        catch (OperationCanceledException)
        {
            // asked to stop
        }
    }

    private async Task SendAsync(Pending pending, CancellationToken cancel)
    {
        if (!_spam.Allow(pending.About, Component)) return;
        var key = Key(pending);
        try
        {
            var now = pending.At.ToWholeSeconds();
            if (_sent.TryGetValue(key, out var before) && await RepeatAsync(before, now, cancel) is { } updated)
            {
                _sent[key] = updated;
                return;
            }

            if (_sent.Count >= MostKept) _sent.Clear(); // forgetting only costs an event its count
            _sent[key] = await _client.Resource<Event>().CreateAsync(New(pending, now), cancel);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            // A namespace that is going takes no more events, and that is fine.
            if (e is not ApiException { IsForbidden: true } and not ApiException { IsNotFound: true }) LogFailed(_logger, e, pending.Reason, pending.About.Name);
        }
    }

    private async Task<Event?> RepeatAsync(Event before, DateTimeOffset now, CancellationToken cancel)
    {
        var patch = string.Create(CultureInfo.InvariantCulture, $"{{\"count\":{before.Count + 1},\"lastTimestamp\":\"{now:yyyy-MM-ddTHH:mm:ssZ}\"}}");
        try
        {
            return await _client.Resource<Event>().PatchAsync(before.Metadata.Namespace, before.Metadata.Name, PatchType.StrategicMerge, patch, null, cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null; // it has expired: write it anew
        }
    }

    private Event New(Pending pending, DateTimeOffset now) => new()
    {
        Metadata = new()
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"{pending.About.Name}.{UniqueTicks():x}"),
            Namespace = pending.About.Namespace.Length > 0 ? pending.About.Namespace : WellKnownNamespaces.Default,
        },
        InvolvedObject = pending.About,
        Type = pending.Type,
        Reason = pending.Reason,
        Message = pending.Message.Length > 1024 ? pending.Message[..1024] : pending.Message,
        Source = new() { Component = Component, Host = Host },
        ReportingComponent = Component,
        ReportingInstance = Host,
        FirstTimestamp = now,
        LastTimestamp = now,
        Count = 1,
    };

    private long _lastTicks;

    /// <summary>The time in nanoseconds, never the same twice: names must differ.</summary>
    private long UniqueTicks()
    {
        var ticks = (_time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100;
        return _lastTicks = Math.Max(ticks, _lastTicks + 1);
    }

    private static string Key(Pending p) =>
        string.Join('\0', p.About.Kind, p.About.Namespace, p.About.Name, p.About.Uid, p.About.FieldPath, p.Type, p.Reason, p.Message);

    private sealed record Pending(ObjectReference About, string Type, string Reason, string Message, DateTimeOffset At);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the event {Reason} of {Name} could not be written")]
    private static partial void LogFailed(ILogger logger, Exception error, string reason, string name);
}
