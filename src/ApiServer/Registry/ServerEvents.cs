using System.Collections.Concurrent;
using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Storage;

namespace Tiphys.ApiServer;

/// <summary>Events that the API server itself has to report, as one of its parts.</summary>
/// <param name="resources">Where they go.</param>
/// <param name="component">Name of the part, for example <c>ipallocator-repair-controller</c>.</param>
/// <param name="time">Clock.</param>
internal sealed class ServerEvents(ApiResources resources, string component, TimeProvider time)
{
    /// <summary>How long the same is not said again (upstream counts it in the series of the first event).</summary>
    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(6);

    private readonly Lazy<ConcurrentDictionary<(string Uid, string Reason, string Note), DateTimeOffset>> _said = new(); // most servers never say anything
    private readonly string _instance = $"{component}-{Environment.MachineName.ToLowerInvariant()}";
    private long _lastName;

    /// <summary>Warns about an object. That the event cannot be written is nobody's trouble.</summary>
    public async Task WarnAsync(IKubernetesObject about, string reason, string action, string note, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        foreach (var (old, at) in _said.Value)
            if (now - at >= s_quiet) _said.Value.TryRemove(old, out _);
        if (!_said.Value.TryAdd((about.Metadata.Uid, reason, note), now)) return;
        var ns = about.Metadata.Namespace.Length > 0 ? about.Metadata.Namespace : WellKnownNamespaces.Default;
        var item = new Event
        {
            Metadata = new() { Name = string.Create(CultureInfo.InvariantCulture, $"{about.Metadata.Name}.{NextName(now):x}"), Namespace = ns },
            InvolvedObject = Client.EventRecorder.Reference(about),
            Type = EventType.Warning,
            Reason = reason,
            Action = action,
            Message = note,
            EventTime = now,
            ReportingComponent = component,
            ReportingInstance = _instance,
        };
        try
        {
            var context = WriteContext.OfServer(ns, cancel);
            await resources.Of<Event>().CreateAsync(item, context);
        }
        catch (Exception e) when (e is StatusException or StoreException)
        {
            // The namespace is going, say.
        }
    }

    private long NextName(DateTimeOffset now)
    {
        while (true)
        {
            var last = Interlocked.Read(ref _lastName);
            var next = Math.Max((now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100, last + 1);
            if (Interlocked.CompareExchange(ref _lastName, next, last) == last) return next;
        }
    }
}
