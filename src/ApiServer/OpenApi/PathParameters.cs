using System.Text.Json.Nodes;
using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>Writes the parameters of OpenAPI operations.</summary>
/// <param name="v3">Whether to write version 3.</param>
internal sealed class PathParameters(bool v3)
{
    /// <summary>One parameter.</summary>
    public JsonObject Of(string name, string place, string type, string description, bool required = false)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place, ["description"] = description };
        if (required) parameter["required"] = true;
        if (v3) parameter["schema"] = new JsonObject { ["type"] = type, ["uniqueItems"] = true };
        else
        {
            parameter["type"] = type;
            parameter["uniqueItems"] = true;
        }

        return parameter;
    }

    /// <summary>Parameters of lists and watches.</summary>
    public List<JsonObject> List() =>
    [
        Of("allowWatchBookmarks", "query", "boolean", "Asks a watch for events that only carry the newest resource version."),
        .. Select(),
        Of("watch", "query", "boolean", "Watches for changes instead of listing."),
    ];

    /// <summary>Parameters of deletions of all that is selected.</summary>
    public List<JsonObject> DeleteCollection() => [.. Select(), .. Delete()];

    /// <summary>What is selected, and how much of it at once.</summary>
    private List<JsonObject> Select() =>
    [
        Of("continue", "query", "string", "Token of the page before, to get the next one."),
        Of("fieldSelector", "query", "string", "Restricts the objects by their fields."),
        Of("labelSelector", "query", "string", "Restricts the objects by their labels."),
        Of("limit", "query", "integer", "Most objects in one page."),
        Of("resourceVersion", "query", "string", "Which state is shown, together with resourceVersionMatch."),
        Of("resourceVersionMatch", "query", "string", "Whether resourceVersion names the state or its least age."),
        Of("sendInitialEvents", "query", "boolean", "Begins a watch with events for the objects there are."),
        Of("timeoutSeconds", "query", "integer", "Ends the call after this many seconds."),
    ];

    /// <summary>Parameters of writes.</summary>
    public List<JsonObject> Write() =>
    [
        Of("dryRun", "query", "string", "All: everything is done but storing."),
        Of("fieldManager", "query", "string", "Name of the actor, for managed fields."),
        Of("fieldValidation", "query", "string", "What becomes of unknown and duplicate fields: Ignore, Warn or Strict."),
    ];

    /// <summary>Parameters of patches.</summary>
    public List<JsonObject> Patch() => [.. Write(), Of("force", "query", "boolean", "Takes over fields that others manage; for apply only.")];

    /// <summary>Parameters of deletions.</summary>
    public List<JsonObject> Delete() =>
    [
        Of("dryRun", "query", "string", "All: everything is done but storing."),
        Of("gracePeriodSeconds", "query", "integer", "Seconds the object may take to end."),
        Of("orphanDependents", "query", "boolean", "Leaves dependents behind; superseded by propagationPolicy."),
        Of("propagationPolicy", "query", "string", "What becomes of dependents: Orphan, Background or Foreground."),
    ];

    /// <summary>The fields of options, each as a parameter; those that are no plain value cannot be one.</summary>
    public IEnumerable<JsonObject> Fields(ObjectSchema options) =>
        from field in options.Fields
        where field.Number > 0
        let type = TypeOf(field.Value.Kind == ValueKind.List ? field.Value.Items! : field.Value)
        where type is not null
        select Of(field.Name, "query", type, field.Description);

    private static string? TypeOf(ValueSchema value) => value.Kind switch
    {
        ValueKind.String => "string",
        ValueKind.Integer => "integer",
        ValueKind.Boolean => "boolean",
        _ => null,
    };
}
