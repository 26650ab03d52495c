using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Event = Tiphys.Api.Events.V1.Event;

namespace Tiphys.Client;

/// <summary>Writes events through the API, as a component does.</summary>
internal sealed partial class ApiEventSink(KubernetesClient client, ILogger logger) : IEventSink
{
    public Task<EventWrite> CreateAsync(Event item, CancellationToken cancel) =>
        TryAsync(item, () => client.Resource<Event>().CreateAsync(item, cancel));

    public Task<EventWrite> PatchSeriesAsync(Event item, CancellationToken cancel)
    {
        var series = new JsonObject
        {
            ["count"] = item.Series!.Count,
            ["lastObservedTime"] = string.Create(CultureInfo.InvariantCulture, $"{item.Series.LastObservedTime?.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffffZ}"),
        };
        var patch = new JsonObject { ["series"] = series }.ToJsonString();
        return TryAsync(item, () => client.Resource<Event>().PatchAsync(item.Metadata.Namespace, item.Metadata.Name, PatchType.StrategicMerge, patch, null, cancel));
    }

    private async Task<EventWrite> TryAsync(Event item, Func<Task> write)
    {
        try
        {
            await write();
            return EventWrite.Done;
        }
        catch (ApiException e)
        {
            if (e.IsNotFound) return EventWrite.Missing;
            if (e.IsAlreadyExists) return EventWrite.Exists;

            // A namespace that is going takes no more events, and that is fine.
            if (!e.IsForbidden) LogFailed(logger, e, item.Reason, item.Regarding.Name);
            return EventWrite.Refused;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            LogFailed(logger, e, item.Reason, item.Regarding.Name);
            return EventWrite.Unreachable;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the event {Reason} of {Name} could not be written")]
    private static partial void LogFailed(ILogger logger, Exception error, string reason, string name);
}
