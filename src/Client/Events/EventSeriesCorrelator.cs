using System.Globalization;
using System.Net;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Event = Tiphys.Api.Events.V1.Event;

namespace Tiphys.Client;

/// <summary>
/// What becomes of an event of group events.k8s.io, as client-go decides it: the first one is written, the second makes it a series,
/// and what follows is only counted, until nothing has followed for six minutes. Threads may share it.
/// </summary>
/// <param name="controller">Name of the component that reports, for example <c>default-scheduler</c>.</param>
/// <param name="time">Clock.</param>
public sealed class EventSeriesCorrelator(string controller, TimeProvider time)
{
    /// <summary>How long nothing must follow for a series to have ended.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(6);

    /// <summary>How often a series that goes on is written, lest the event expires.</summary>
    public static readonly TimeSpan Refresh = TimeSpan.FromMinutes(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<Key, Event> _told = [];
    private readonly string _instance = $"{controller}-{Dns.GetHostName()}";
    private long _lastName;

    /// <summary>Takes note of an event; what is to be written now, or null when it was only counted.</summary>
    /// <param name="regarding">What it is about.</param>
    /// <param name="related">Second object, or null.</param>
    /// <param name="type">Normal or Warning.</param>
    /// <param name="reason">Cause, in CamelCase.</param>
    /// <param name="action">What was done, or failed.</param>
    /// <param name="note">What happened, for people.</param>
    public Event? Tell(IKubernetesObject regarding, IKubernetesObject? related, string type, string reason, string action, string note)
    {
        var now = time.GetUtcNow();
        var about = EventRecorder.Reference(regarding);
        var other = related is null ? null : EventRecorder.Reference(related);
        var key = new Key(Reference.Of(about), other is null ? default : Reference.Of(other), type, reason, action);
        lock (_lock)
        {
            if (!_told.TryGetValue(key, out var item))
            {
                item = new Event
                {
                    Metadata = new()
                    {
                        Name = string.Create(CultureInfo.InvariantCulture, $"{about.Name}.{NextName(now):x}"),
                        Namespace = about.Namespace.Length > 0 ? about.Namespace : WellKnownNamespaces.Default,
                    },
                    EventTime = now,
                    ReportingController = controller,
                    ReportingInstance = _instance,
                    Action = action,
                    Reason = reason,
                    Regarding = about,
                    Related = other,
                    Note = note,
                    Type = type,
                };
                _told.Add(key, item);
                return item.DeepCopy();
            }

            var isNew = item.Series is null;
            item.Series ??= new() { Count = 1 };
            item.Series.Count++;
            item.Series.LastObservedTime = now;
            return isNew ? item.DeepCopy() : null;
        }
    }

    /// <summary>All series as they stand.</summary>
    public IReadOnlyList<Event> Series()
    {
        lock (_lock) return [.. _told.Values.Where(static item => item.Series is not null).Select(static item => item.DeepCopy())];
    }

    /// <summary>The series in which nothing has followed for long, to be written a last time; single events as old are forgotten.</summary>
    public IReadOnlyList<Event> Ended()
    {
        var before = time.GetUtcNow() - Quiet;
        lock (_lock)
        {
            foreach (var (key, item) in _told)
                if (item.Series is null && item.EventTime < before) _told.Remove(key);
            return [.. _told.Values.Where(item => item.Series?.LastObservedTime < before).Select(static item => item.DeepCopy())];
        }
    }

    /// <summary>Forgets a series whose end was written, unless it went on meanwhile.</summary>
    public void Forget(Event written)
    {
        lock (_lock)
        {
            foreach (var (key, item) in _told)
                if (item.Metadata.Name == written.Metadata.Name && item.Series?.Count == written.Series?.Count) _told.Remove(key);
        }
    }

    /// <summary>The time in nanoseconds, never the same twice: names must differ.</summary>
    private long NextName(DateTimeOffset now) => _lastName = Math.Max((now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100, _lastName + 1);

    /// <summary>What events of one series have in common; the note is not among it.</summary>
    private readonly record struct Key(Reference Regarding, Reference Related, string Type, string Reason, string Action);

    private readonly record struct Reference(string Kind, string ApiVersion, string Namespace, string Name, string Uid, string ResourceVersion)
    {
        public static Reference Of(ObjectReference item) => new(item.Kind, item.ApiVersion, item.Namespace, item.Name, item.Uid, item.ResourceVersion);
    }
}
