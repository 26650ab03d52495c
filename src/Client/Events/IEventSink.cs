using Event = Tiphys.Api.Events.V1.Event;

namespace Tiphys.Client;

/// <summary>What became of an event that was to be written.</summary>
public enum EventWrite
{
    /// <summary>It was written.</summary>
    Done,

    /// <summary>There is none of its name to go on with.</summary>
    Missing,

    /// <summary>There is one of its name already.</summary>
    Exists,

    /// <summary>It was refused and would be again.</summary>
    Refused,

    /// <summary>Nobody answered; it may be tried again.</summary>
    Unreachable,
}

/// <summary>Where events of group events.k8s.io go.</summary>
public interface IEventSink
{
    /// <summary>Writes a new event.</summary>
    Task<EventWrite> CreateAsync(Event item, CancellationToken cancel);

    /// <summary>Writes the series of an event that is there.</summary>
    Task<EventWrite> PatchSeriesAsync(Event item, CancellationToken cancel);
}
