using Tiphys.Api;
using Tiphys.Client;
using Tiphys.Storage;
using NewEvent = Tiphys.Api.Events.V1.Event;
using StoredEvent = Tiphys.Api.Core.V1.Event;

namespace Tiphys.ApiServer;

/// <summary>Writes events of group events.k8s.io straight into the server's own resources.</summary>
internal sealed class ServerEventSink(ApiResources resources) : IEventSink
{
    /// <inheritdoc/>
    public Task<EventWrite> CreateAsync(NewEvent item, CancellationToken cancel)
    {
        var stored = EventConverter.Version.Converter.ToStored(item.DeepCopy());
        return TryAsync(() => resources.Of<StoredEvent>().CreateAsync(stored, Context(item, cancel)).AsTask());
    }

    /// <inheritdoc/>
    public Task<EventWrite> PatchSeriesAsync(NewEvent item, CancellationToken cancel) => TryAsync(() => resources.Of<StoredEvent>().UpdateAsync(
        item.Metadata.Name,
        current =>
        {
            ((StoredEvent)current!).Series = new() { Count = item.Series!.Count, LastObservedTime = item.Series.LastObservedTime };
            return current;
        },
        new UpdateBehavior(null, RetryOnConflict: true),
        Context(item, cancel)).AsTask());

    /// <summary>What became of a write.</summary>
    public static async Task<EventWrite> TryAsync(Func<Task> write)
    {
        try
        {
            await write();
            return EventWrite.Done;
        }
        catch (StatusException e)
        {
            // The namespace is going, say.
            return e.IsNotFound ? EventWrite.Missing : e.IsAlreadyExists ? EventWrite.Exists : EventWrite.Refused;
        }
        catch (StoreException)
        {
            return EventWrite.Unreachable;
        }
    }

    private static WriteContext Context(NewEvent item, CancellationToken cancel) => WriteContext.OfServer(item.Metadata.Namespace, cancel) with { Version = EventConverter.Version };
}
