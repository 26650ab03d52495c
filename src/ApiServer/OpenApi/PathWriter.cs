using System.Globalization;
using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>Writes the OpenAPI paths of resources: their operations, parameters and bodies.</summary>
/// <param name="schemas">Takes the types the operations use.</param>
/// <param name="v3">Whether to write version 3.</param>
internal sealed class PathWriter(SchemaWriter schemas, bool v3)
{
    private static readonly string[] s_types = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
    private static readonly string[] s_patches = ["application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml"];

    /// <summary>The paths, in path order.</summary>
    public SortedDictionary<string, JsonObject> Paths { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds the paths of a resource.</summary>
    public void Add(ServedResource served)
    {
        var kind = served.Kind;
        var root = kind.Group.Length == 0 ? $"/api/{kind.Version}" : $"/apis/{kind.Group}/{kind.Version}";
        var collection = kind.Namespaced ? $"{root}/namespaces/{{namespace}}/{kind.Resource}" : $"{root}/{kind.Resource}";
        foreach (var verb in served.Verbs)
        {
            switch (verb)
            {
                case "list":
                    Operation(collection, "get", "list", kind, kind.Namespaced, false, null, ListOf(kind), ListParameters());
                    if (kind.Namespaced) Operation($"{root}/{kind.Resource}", "get", "list", kind, false, false, null, ListOf(kind), ListParameters(), "ForAllNamespaces");
                    break;
                case "create": Operation(collection, "post", "post", kind, kind.Namespaced, false, kind.Schema, kind.Schema, WriteParameters()); break;
                case "deletecollection": Operation(collection, "delete", "deletecollection", kind, kind.Namespaced, false, DeleteOptions.TypeSchema, Status.TypeSchema, ListParameters()); break;
                case "get": Operation($"{collection}/{{name}}", "get", "get", kind, kind.Namespaced, true, null, kind.Schema, []); break;
                case "update": Operation($"{collection}/{{name}}", "put", "put", kind, kind.Namespaced, true, kind.Schema, kind.Schema, WriteParameters()); break;
                case "patch": Operation($"{collection}/{{name}}", "patch", "patch", kind, kind.Namespaced, true, null, kind.Schema, PatchParameters()); break;
                case "delete": Operation($"{collection}/{{name}}", "delete", "delete", kind, kind.Namespaced, true, DeleteOptions.TypeSchema, Status.TypeSchema, DeleteParameters()); break;
            }
        }

        foreach (var sub in served.Subresources)
        {
            var path = $"{collection}/{{name}}/{sub.Name}";
            var suffix = char.ToUpperInvariant(sub.Name[0]) + sub.Name[1..];
            foreach (var verb in sub.Verbs)
            {
                switch (verb)
                {
                    case "get": Operation(path, "get", "get", sub.Kind, kind.Namespaced, true, null, sub.Kind.Schema, [], suffix, kind); break;
                    case "create": Operation(path, "post", "post", sub.Kind, kind.Namespaced, true, sub.Kind.Schema, sub.Kind.Schema, WriteParameters(), suffix, kind); break;
                    case "update": Operation(path, "put", "put", sub.Kind, kind.Namespaced, true, sub.Kind.Schema, sub.Kind.Schema, WriteParameters(), suffix, kind); break;
                    case "patch": Operation(path, "patch", "patch", sub.Kind, kind.Namespaced, true, null, sub.Kind.Schema, PatchParameters(), suffix, kind); break;
                    case "delete": Operation(path, "delete", "delete", sub.Kind, kind.Namespaced, true, DeleteOptions.TypeSchema, Status.TypeSchema, DeleteParameters(), suffix, kind); break;
                }
            }
        }
    }

    private void Operation(
        string path, string method, string action, KindInfo kind, bool namespaced, bool named, ObjectSchema? body, ObjectSchema answer, List<JsonObject> parameters, string suffix = "", KindInfo? owner = null)
    {
        var item = Paths.TryGetValue(path, out var existing) ? existing : Paths[path] = [];
        if (!item.ContainsKey("parameters"))
        {
            var shared = new JsonArray();
            if (named) shared.Add(Parameter("name", "path", "string", $"name of the {kind.Kind}", required: true));
            if (namespaced) shared.Add(Parameter("namespace", "path", "string", "object name and auth scope, such as for teams and projects", required: true));
            shared.Add(Parameter("pretty", "query", "string", "If 'true', then the output is pretty printed."));
            item["parameters"] = shared;
        }

        var of = owner ?? kind;
        var operation = new JsonObject
        {
            ["description"] = $"{action} {(action is "get" or "post" or "put" or "patch" or "delete" ? "" : "objects of kind ")}{kind.Kind}",
            ["operationId"] = OperationId(action, of, namespaced, suffix),
            ["tags"] = new JsonArray(Tag(of)),
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = SchemaWriter.GroupVersionKind(kind),
        };
        var all = new JsonArray([.. parameters]);
        var isPatch = method == "patch";
        if (v3)
        {
            if (isPatch) operation["requestBody"] = new JsonObject { ["content"] = Content(s_patches, static () => new() { ["type"] = "object" }), ["required"] = true };
            else if (body is not null) operation["requestBody"] = new JsonObject { ["content"] = Content(["*/*"], () => schemas.Reference(body)), ["required"] = method != "delete" };
        }
        else
        {
            operation["schemes"] = new JsonArray("https");
            operation["consumes"] = new JsonArray([.. (isPatch ? s_patches : ["*/*"]).Select(static t => JsonValue.Create(t))]);
            operation["produces"] = new JsonArray([.. s_types.Select(static t => JsonValue.Create(t))]);
            if (isPatch || body is not null)
            {
                all.Add(new JsonObject
                {
                    ["name"] = "body",
                    ["in"] = "body",
                    ["required"] = method != "delete",
                    ["schema"] = isPatch ? new JsonObject { ["type"] = "object" } : schemas.Reference(body!),
                });
            }
        }

        if (all.Count > 0) operation["parameters"] = all;
        operation["responses"] = Responses(method, answer);
        item[method] = operation;
    }

    private JsonObject Responses(string method, ObjectSchema answer)
    {
        var responses = new JsonObject { ["200"] = Response("OK", answer) };
        if (method is "post" or "put" or "patch") responses["201"] = Response("Created", answer);
        if (method is "post" or "delete") responses["202"] = Response("Accepted", answer);
        responses["401"] = new JsonObject { ["description"] = "Unauthorized" };
        return responses;
    }

    private JsonObject Response(string description, ObjectSchema answer) => v3
        ? new() { ["description"] = description, ["content"] = Content(s_types, () => schemas.Reference(answer)) }
        : new() { ["description"] = description, ["schema"] = schemas.Reference(answer) };

    private static JsonObject Content(IEnumerable<string> types, Func<JsonObject> schema)
    {
        var content = new JsonObject();
        foreach (var type in types) content[type] = new JsonObject { ["schema"] = schema() };
        return content;
    }

    private JsonObject Parameter(string name, string place, string type, string description, bool required = false)
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

    private List<JsonObject> ListParameters() =>
    [
        Parameter("allowWatchBookmarks", "query", "boolean", "Asks a watch for events that only carry the newest resource version."),
        Parameter("continue", "query", "string", "Token of the page before, to get the next one."),
        Parameter("fieldSelector", "query", "string", "Restricts the objects by their fields."),
        Parameter("labelSelector", "query", "string", "Restricts the objects by their labels."),
        Parameter("limit", "query", "integer", "Most objects in one page."),
        Parameter("resourceVersion", "query", "string", "Which state is shown, together with resourceVersionMatch."),
        Parameter("resourceVersionMatch", "query", "string", "Whether resourceVersion names the state or its least age."),
        Parameter("sendInitialEvents", "query", "boolean", "Begins a watch with events for the objects there are."),
        Parameter("timeoutSeconds", "query", "integer", "Ends the call after this many seconds."),
        Parameter("watch", "query", "boolean", "Watches for changes instead of listing."),
    ];

    private List<JsonObject> WriteParameters() =>
    [
        Parameter("dryRun", "query", "string", "All: everything is done but storing."),
        Parameter("fieldManager", "query", "string", "Name of the actor, for managed fields."),
        Parameter("fieldValidation", "query", "string", "What becomes of unknown and duplicate fields: Ignore, Warn or Strict."),
    ];

    private List<JsonObject> PatchParameters() => [.. WriteParameters(), Parameter("force", "query", "boolean", "Takes over fields that others manage; for apply only.")];

    private List<JsonObject> DeleteParameters() =>
    [
        Parameter("dryRun", "query", "string", "All: everything is done but storing."),
        Parameter("gracePeriodSeconds", "query", "integer", "Seconds the object may take to end."),
        Parameter("orphanDependents", "query", "boolean", "Leaves dependents behind; superseded by propagationPolicy."),
        Parameter("propagationPolicy", "query", "string", "What becomes of dependents: Orphan, Background or Foreground."),
    ];

    private static ObjectSchema ListOf(KindInfo kind) => ListSchemas.Of(kind);

    private static string OperationId(string action, KindInfo kind, bool namespaced, string suffix)
    {
        var verb = action switch { "post" => "create", "put" => "replace", "get" => "read", "deletecollection" => "deleteCollection", _ => action };
        return $"{verb}{CultureInfo.InvariantCulture.TextInfo.ToTitleCase(GroupName(kind))}{char.ToUpperInvariant(kind.Version[0])}{kind.Version[1..]}{(namespaced ? "Namespaced" : "")}{kind.Kind}{suffix}";
    }

    private static string Tag(KindInfo kind) => $"{GroupName(kind)}_{kind.Version}";

    private static string GroupName(KindInfo kind)
    {
        if (kind.Group.Length == 0) return "core";
        var group = kind.Group.EndsWith(".k8s.io", StringComparison.Ordinal) ? kind.Group[..^".k8s.io".Length] : kind.Group;
        return group.Replace(".authorization", "Authorization", StringComparison.Ordinal).Replace(".apiserver", "Apiserver", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal);
    }
}

/// <summary>The schemas of list kinds, derived from those of their items.</summary>
internal static class ListSchemas
{
    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<KindInfo, ObjectSchema> s_lists = [];

    public static ObjectSchema Of(KindInfo kind) => s_lists.GetValue(kind, static k =>
    {
        var info = new KindInfo(k.Group, k.Version, k.Kind + "List", static () => throw new NotSupportedException(), static () => throw new NotSupportedException());
        return new ObjectSchema(k.Schema.Name + "List", $"{k.Kind}List is a list of {k.Kind} objects.", () =>
        [
            new FieldSchema("apiVersion", 0, Schemas.String, TypeMetaDocs.ApiVersion),
            new FieldSchema("items", 2, new ValueSchema { Kind = ValueKind.List, Items = Schemas.Message(() => k.Schema) }, "The objects of the list.") { Required = true },
            new FieldSchema("kind", 0, Schemas.String, TypeMetaDocs.Kind),
            new FieldSchema("metadata", 1, Schemas.Message(static () => ListMeta.TypeSchema), "Revision of the list and where its next page begins."),
        ]) { Kind = info };
    });
}
