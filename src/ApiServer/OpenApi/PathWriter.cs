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
    private static readonly string[] s_watches = ["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];
    private static readonly string[] s_patches = ["application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml"];

    private readonly PathParameters _parameters = new(v3);

    /// <summary>The paths, in path order.</summary>
    public SortedDictionary<string, JsonObject> Paths { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds the path that lists the resources of a group's version.</summary>
    public void Add(GroupVersion version)
    {
        var operation = new JsonObject
        {
            ["description"] = "get available resources",
            ["operationId"] = $"get{Title(version.Group, version.Version)}APIResources",
            ["tags"] = new JsonArray(Tag(version.Group, version.Version)),
        };
        if (!v3) AddTypes(operation, s_types, s_types);
        operation["responses"] = Responses("get", APIResourceList.TypeSchema);
        Paths[Root(version.Group, version.Version) + "/"] = new() { ["get"] = operation };
    }

    /// <summary>Adds the paths of a resource.</summary>
    public void Add(ServedResource served)
    {
        var kind = served.Kind;
        var root = Root(kind.Group, kind.Version);
        var collection = kind.Namespaced ? $"{root}/namespaces/{{namespace}}/{kind.Resource}" : $"{root}/{kind.Resource}";
        foreach (var verb in served.Verbs)
        {
            switch (verb)
            {
                case "list":
                    Operation(collection, "get", "list", kind, kind.Namespaced, false, null, ListOf(kind), _parameters.List());
                    if (kind.Namespaced) Operation($"{root}/{kind.Resource}", "get", "list", kind, false, false, null, ListOf(kind), _parameters.List(), "ForAllNamespaces");
                    break;
                case "create": Operation(collection, "post", "post", kind, kind.Namespaced, false, kind.Schema, kind.Schema, _parameters.Write()); break;
                case "deletecollection": Operation(collection, "delete", "deletecollection", kind, kind.Namespaced, false, DeleteOptions.TypeSchema, Status.TypeSchema, _parameters.DeleteCollection()); break;
                case "get": Operation($"{collection}/{{name}}", "get", "get", kind, kind.Namespaced, true, null, kind.Schema, []); break;
                case "update": Operation($"{collection}/{{name}}", "put", "put", kind, kind.Namespaced, true, kind.Schema, kind.Schema, _parameters.Write()); break;
                case "patch": Operation($"{collection}/{{name}}", "patch", "patch", kind, kind.Namespaced, true, null, kind.Schema, _parameters.Patch()); break;
                case "delete": Operation($"{collection}/{{name}}", "delete", "delete", kind, kind.Namespaced, true, DeleteOptions.TypeSchema, served.ReturnsDeletedObject ? kind.Schema : Status.TypeSchema, _parameters.Delete()); break;
            }
        }

        foreach (var sub in served.Subresources)
        {
            var path = $"{collection}/{{name}}/{sub.Name}";
            if (sub.Options is { } options)
            {
                Stream(path, sub, options.Schema, kind);
                continue;
            }

            var suffix = Capital(sub.Name);
            foreach (var verb in sub.Verbs)
            {
                switch (verb)
                {
                    case "get": Operation(path, "get", "get", sub.Kind, kind.Namespaced, true, null, sub.Kind.Schema, [], suffix, kind); break;
                    case "create": Operation(path, "post", "post", sub.Kind, kind.Namespaced, true, sub.Kind.Schema, sub.Kind.Schema, _parameters.Write(), suffix, kind); break;
                    case "update": Operation(path, "put", "put", sub.Kind, kind.Namespaced, true, sub.Kind.Schema, sub.Kind.Schema, _parameters.Write(), suffix, kind); break;
                    case "patch": Operation(path, "patch", "patch", sub.Kind, kind.Namespaced, true, null, sub.Kind.Schema, _parameters.Patch(), suffix, kind); break;
                    case "delete": Operation(path, "delete", "delete", sub.Kind, kind.Namespaced, true, DeleteOptions.TypeSchema, Status.TypeSchema, _parameters.Delete(), suffix, kind); break;
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
            if (named) shared.Add(_parameters.Of("name", "path", "string", $"name of the {kind.Kind}", required: true));
            if (namespaced) shared.Add(_parameters.Of("namespace", "path", "string", "object name and auth scope, such as for teams and projects", required: true));
            shared.Add(_parameters.Of("pretty", "query", "string", "If 'true', then the output is pretty printed."));
            item["parameters"] = shared;
        }

        var of = owner ?? kind;
        var operation = new JsonObject
        {
            ["description"] = $"{action} {(action is "get" or "post" or "put" or "patch" or "delete" ? "" : "objects of kind ")}{kind.Kind}",
            ["operationId"] = OperationId(action, of, namespaced, suffix),
            ["tags"] = new JsonArray(Tag(of.Group, of.Version)),
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = SchemaWriter.GroupVersionKind(kind),
        };
        var all = new JsonArray([.. parameters]);
        var isPatch = method == "patch";
        if (v3)
        {
            if (isPatch) operation["requestBody"] = new JsonObject { ["content"] = Content(s_patches, schemas.Patch), ["required"] = true };
            else if (body is not null)
            {
                var request = new JsonObject { ["content"] = Content(["*/*"], () => schemas.Reference(body)) };
                if (method != "delete") request["required"] = true;
                operation["requestBody"] = request;
            }
        }
        else
        {
            AddTypes(operation, isPatch ? s_patches : ["*/*"], action == "list" ? [.. s_types, .. s_watches] : s_types);
            if (isPatch || body is not null)
            {
                var request = new JsonObject { ["name"] = "body", ["in"] = "body", ["schema"] = isPatch ? schemas.Patch() : schemas.Reference(body!) };
                if (method != "delete") request["required"] = true;
                all.Add(request);
            }
        }

        if (all.Count > 0) operation["parameters"] = all;
        operation["responses"] = Responses(action, answer);
        item[method] = operation;
    }

    /// <summary>A subresource that answers with a stream: reading it, or connecting to it.</summary>
    private void Stream(string path, ServedSubresource sub, ObjectSchema options, KindInfo owner)
    {
        var connects = sub.Kind.Schema == options;
        List<JsonObject> shared =
        [
            .. _parameters.Fields(options),
            _parameters.Of("name", "path", "string", $"name of the {sub.Kind.Kind}", required: true),
            _parameters.Of("namespace", "path", "string", "object name and auth scope, such as for teams and projects", required: true),
        ];
        if (!connects) shared.Add(_parameters.Of("pretty", "query", "string", "If 'true', then the output is pretty printed."));
        var item = new JsonObject { ["parameters"] = new JsonArray([.. shared.OrderBy(static p => p["name"]!.GetValue<string>(), StringComparer.Ordinal)]) };
        string[] types = connects ? ["*/*"] : ["text/plain", .. s_types];
        foreach (var method in sub.Verbs.Select(static v => v == "create" ? "post" : v))
        {
            var operation = new JsonObject
            {
                ["description"] = connects ? $"connect {method.ToUpperInvariant()} requests to {sub.Name} of {owner.Kind}" : $"read {sub.Name} of the specified {owner.Kind}",
                ["operationId"] = connects
                    ? $"connect{Title(owner.Group, owner.Version)}{Capital(method)}Namespaced{owner.Kind}{Capital(sub.Name)}"
                    : OperationId("get", owner, owner.Namespaced, Capital(sub.Name)),
                ["tags"] = new JsonArray(Tag(owner.Group, owner.Version)),
                ["x-kubernetes-action"] = connects ? "connect" : method,
                ["x-kubernetes-group-version-kind"] = SchemaWriter.GroupVersionKind(sub.Kind),
            };
            if (!v3) AddTypes(operation, ["*/*"], types);
            var text = v3
                ? new JsonObject { ["description"] = "OK", ["content"] = Content(types, static () => new() { ["type"] = "string" }) }
                : new JsonObject { ["description"] = "OK", ["schema"] = new JsonObject { ["type"] = "string" } };
            operation["responses"] = new JsonObject { ["200"] = text, ["401"] = new JsonObject { ["description"] = "Unauthorized" } };
            item[method] = operation;
        }

        Paths[path] = item;
    }

    /// <summary>What version 2 says of an operation's bodies.</summary>
    private static void AddTypes(JsonObject operation, IEnumerable<string> consumes, IEnumerable<string> produces)
    {
        operation["schemes"] = new JsonArray("https");
        operation["consumes"] = new JsonArray([.. consumes.Select(static t => JsonValue.Create(t))]);
        operation["produces"] = new JsonArray([.. produces.Select(static t => JsonValue.Create(t))]);
    }

    private JsonObject Responses(string action, ObjectSchema answer)
    {
        var responses = new JsonObject { ["200"] = Response("OK", answer, action == "list") };
        if (action is "post" or "put" or "patch") responses["201"] = Response("Created", answer);
        if (action is "post" or "delete") responses["202"] = Response("Accepted", answer);
        responses["401"] = new JsonObject { ["description"] = "Unauthorized" };
        return responses;
    }

    private JsonObject Response(string description, ObjectSchema answer, bool watchable = false) => v3
        ? new() { ["description"] = description, ["content"] = Content(watchable ? [.. s_types, .. s_watches] : s_types, () => schemas.Reference(answer)) }
        : new() { ["description"] = description, ["schema"] = schemas.Reference(answer) };

    private static JsonObject Content(IEnumerable<string> types, Func<JsonObject> schema)
    {
        var content = new JsonObject();
        foreach (var type in types) content[type] = new JsonObject { ["schema"] = schema() };
        return content;
    }

    private static ObjectSchema ListOf(KindInfo kind) =>
        ListSchema.Of(kind.Schema, new KindInfo(kind.Group, kind.Version, kind.Kind + "List", static () => throw new NotSupportedException(), static () => throw new NotSupportedException()));

    private static string Root(string group, string version) => group.Length == 0 ? $"/api/{version}" : $"/apis/{group}/{version}";

    private static string OperationId(string action, KindInfo kind, bool namespaced, string suffix)
    {
        var verb = action switch { "post" => "create", "put" => "replace", "get" => "read", "deletecollection" => "delete", _ => action };
        return $"{verb}{Title(kind.Group, kind.Version)}{(action == "deletecollection" ? "Collection" : "")}{(namespaced ? "Namespaced" : "")}{kind.Kind}{suffix}";
    }

    private static string Tag(string group, string version) => $"{GroupName(group)}_{version}";

    private static string Title(string group, string version) => Capital(GroupName(group)) + Capital(version);

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string GroupName(string name)
    {
        if (name.Length == 0) return "core";
        var group = name.EndsWith(".k8s.io", StringComparison.Ordinal) ? name[..^".k8s.io".Length] : name;
        return group.Replace(".authorization", "Authorization", StringComparison.Ordinal).Replace(".apiserver", "Apiserver", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal);
    }
}
