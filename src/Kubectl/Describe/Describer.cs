using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubectl.Describe;

/// <summary>A describer of a declared kind: reads the object and its events, and leaves the rest to the kind.</summary>
/// <typeparam name="T">The kind.</typeparam>
internal abstract class Describer<T> : IDescriber where T : class, IKubernetesObject<T>
{
    /// <summary>Whether descriptions of the kind end with events.</summary>
    protected virtual bool HasEvents => true;

    public async Task<string> DescribeAsync(DescribeSession session, string ns, string name, CancellationToken cancel)
    {
        var item = await session.Client.Resource<T>().GetAsync(ns, name, cancel);
        var writer = new DescriptionWriter(session.Time);
        await WriteAsync(item, writer, session, cancel);
        if (HasEvents && await EventsAsync(item, session, cancel) is { } events) EventsDescription.Write(events, writer);
        return writer.ToString();
    }

    /// <summary>Writes everything above the events.</summary>
    protected virtual Task WriteAsync(T item, DescriptionWriter writer, DescribeSession session, CancellationToken cancel)
    {
        Write(item, writer);
        return Task.CompletedTask;
    }

    /// <summary>Writes everything above the events, for kinds that need nothing else from the server.</summary>
    protected virtual void Write(T item, DescriptionWriter writer)
    {
    }

    protected virtual Task<List<Event>?> EventsAsync(T item, DescribeSession session, CancellationToken cancel) => session.EventsAsync(T.Info.Kind, item.Metadata, null, cancel);
}
