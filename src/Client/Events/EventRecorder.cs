using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Client;

/// <summary>
/// Writes Events in the background, as client-go's recorder does. A repeated event raises the count of the one that is there; many similar
/// ones become one; and a component that floods is held to a rate per object. While the server is away events wait.
/// </summary>
public sealed partial class EventRecorder : IRunnable
{
    private const int MostQueued = 1000;
    private const int MostTries = 12;
    private static readonly TimeSpan s_retryInterval = TimeSpan.FromSeconds(10);
    private readonly KubernetesClient _client;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(MostQueued) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly EventCorrelator _correlator;

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
        _correlator = new EventCorrelator(time);
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
        if (_correlator.Correlate(New(pending)) is not { } item) return;
        for (var tries = 1; !await TrySendAsync(item, cancel); tries++)
        {
            if (tries == MostTries) return;

            // Not all clients at once come back to a server that was away.
            await Task.Delay(tries == 1 ? s_retryInterval * Random.Shared.NextDouble() : s_retryInterval, _time, cancel);
        }
    }

    /// <summary>Writes an event; false when the server could not be reached, and may be later.</summary>
    private async Task<bool> TrySendAsync(Event item, CancellationToken cancel)
    {
        try
        {
            if (item.Count == 1 || !await RepeatAsync(item, cancel)) await _client.Resource<Event>().CreateAsync(item, cancel);
            return true;
        }
        catch (ApiException e)
        {
            // A namespace that is going takes no more events, and that is fine; so is one that came through though nobody said so.
            if (!e.IsForbidden && !e.IsNotFound && !e.IsAlreadyExists) LogFailed(_logger, e, item.Reason, item.InvolvedObject.Name);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            LogFailed(_logger, e, item.Reason, item.InvolvedObject.Name);
            return false;
        }
    }

    /// <summary>Raises the count of an event that was written before; false when it is no more.</summary>
    private async Task<bool> RepeatAsync(Event item, CancellationToken cancel)
    {
        var patch = new JsonObject { ["count"] = item.Count, ["lastTimestamp"] = string.Create(CultureInfo.InvariantCulture, $"{item.LastTimestamp:yyyy-MM-ddTHH:mm:ssZ}"), ["message"] = item.Message };
        try
        {
            await _client.Resource<Event>().PatchAsync(item.Metadata.Namespace, item.Metadata.Name, PatchType.StrategicMerge, patch.ToJsonString(), null, cancel);
            return true;
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return false; // it has expired
        }
    }

    private Event New(Pending pending) => new()
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
        FirstTimestamp = pending.At.ToWholeSeconds(),
        LastTimestamp = pending.At.ToWholeSeconds(),
        Count = 1,
    };

    private long _lastTicks;

    /// <summary>The time in nanoseconds, never the same twice: names must differ.</summary>
    private long UniqueTicks()
    {
        var ticks = (_time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100;
        return _lastTicks = Math.Max(ticks, _lastTicks + 1);
    }

    private sealed record Pending(ObjectReference About, string Type, string Reason, string Message, DateTimeOffset At);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the event {Reason} of {Name} could not be written")]
    private static partial void LogFailed(ILogger logger, Exception error, string reason, string name);
}
