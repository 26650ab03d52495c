using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>Turns the schemas of the types into OpenAPI definitions, in the dialect of version 2 or 3.</summary>
/// <param name="v3">Whether to write version 3.</param>
/// <param name="versions">Groups and versions the document is about.</param>
internal sealed class SchemaWriter(bool v3, IReadOnlyList<GroupVersion> versions)
{
    private const string TimeName = "io.k8s.apimachinery.pkg.apis.meta.v1.Time";
    private const string MicroTimeName = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime";
    private const string DurationName = "io.k8s.apimachinery.pkg.apis.meta.v1.Duration";
    private const string QuantityName = "io.k8s.apimachinery.pkg.api.resource.Quantity";
    private const string IntOrStringName = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
    private const string RawName = "io.k8s.apimachinery.pkg.runtime.RawExtension";
    private const string PatchName = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";
    private readonly Queue<ObjectSchema> _waiting = new();

    /// <summary>The definitions by name, in name order.</summary>
    public SortedDictionary<string, JsonObject> Definitions { get; } = new(StringComparer.Ordinal);

    /// <summary>A reference to a type, whose definition (and those it refers to) is added.</summary>
    public JsonObject Reference(ObjectSchema schema)
    {
        if (!Definitions.ContainsKey(schema.Name))
        {
            Definitions[schema.Name] = [];
            _waiting.Enqueue(schema);
            if (_waiting.Count == 1) Drain();
        }

        return Link(schema.Name);
    }

    /// <summary>A reference to the body of patches, whichever sort they are.</summary>
    public JsonObject Patch() => Shared(PatchName, "A change of an object, in the form that the content type names.", new() { ["type"] = "object" });

    private void Drain()
    {
        // What is being written may add to what waits; it stays in the queue until it is done, so that only this loop runs.
        while (_waiting.TryPeek(out var schema))
        {
            Define(schema, Definitions[schema.Name]);
            _waiting.Dequeue();
        }
    }

    private void Define(ObjectSchema schema, JsonObject into)
    {
        if (schema.Description.Length > 0) into["description"] = schema.Description;
        var required = schema.Fields.Where(static f => f.Required).Select(static f => f.Name).ToList();
        if (required.Count > 0) into["required"] = new JsonArray([.. required.Select(static r => JsonValue.Create(r))]);
        into["type"] = "object";
        if (schema.Fields.Count > 0)
        {
            var properties = new JsonObject();
            foreach (var field in schema.Fields.OrderBy(static f => f.Name, StringComparer.Ordinal)) properties[field.Name] = Property(field);
            into["properties"] = properties;
        }

        if (schema.PreserveUnknownFields) into["x-kubernetes-preserve-unknown-fields"] = true;
        if (schema.Atomic) into["x-kubernetes-map-type"] = "atomic";
        if (schema.Kind is { } kind) into["x-kubernetes-group-version-kind"] = new JsonArray([.. Groups(kind).Select(g => (JsonNode)GroupVersionKind(g.Group, g.Version, kind.Kind))]);
    }

    public static JsonObject GroupVersionKind(KindInfo kind) => GroupVersionKind(kind.Group, kind.Version, kind.Kind);

    private static JsonObject GroupVersionKind(string group, string version, string kind) => new() { ["group"] = group, ["kind"] = kind, ["version"] = version };

    /// <summary>How to delete is a kind of every group, beside the core's that all use.</summary>
    private IEnumerable<GroupVersion> Groups(KindInfo kind)
    {
        var own = new GroupVersion(kind.Group, kind.Version);
        return kind == DeleteOptions.Info ? versions.Prepend(own).Distinct() : [own];
    }

    private JsonObject Property(FieldSchema field)
    {
        var value = Value(field.Value);
        if (v3 && value.ContainsKey("$ref"))
        {
            // In version 3 nothing may stand beside a reference.
            value = new JsonObject { ["allOf"] = new JsonArray(value) };
        }

        if (field.Description.Length > 0) value["description"] = field.Description;

        // Version 2 is without defaults, which its clients once took for more than they are.
        if (v3 && field.AlwaysThere) value["default"] = new JsonObject();
        if (v3 && field.Default is { } constant) value["default"] = Constant(constant);
        if (field.PatchMerge || field.PatchRetainKeys || field.PatchReplace)
        {
            var strategies = new List<string>();
            if (field.PatchMerge) strategies.Add("merge");
            if (field.PatchRetainKeys) strategies.Add("retainKeys");
            if (field.PatchReplace) strategies.Add("replace");
            value["x-kubernetes-patch-strategy"] = string.Join(',', strategies);
        }

        if (field.PatchMergeKey is { } key) value["x-kubernetes-patch-merge-key"] = key;
        return value;
    }

    private JsonObject Value(ValueSchema schema)
    {
        switch (schema.Kind)
        {
            case ValueKind.String:
                return schema.Enum.Count == 0 ? new() { ["type"] = "string" }
                    : new() { ["type"] = "string", ["enum"] = new JsonArray([.. schema.Enum.Order(StringComparer.Ordinal).Select(static e => JsonValue.Create(e))]) };
            case ValueKind.Integer: return new() { ["type"] = "integer", ["format"] = schema.Format.Length > 0 ? schema.Format : "int64" };
            case ValueKind.Number: return new() { ["type"] = "number", ["format"] = "double" };
            case ValueKind.Boolean: return new() { ["type"] = "boolean" };
            case ValueKind.Bytes: return new() { ["type"] = "string", ["format"] = "byte" };
            case ValueKind.Time: return Shared(TimeName, "A point in time in RFC 3339 form.", new() { ["type"] = "string", ["format"] = "date-time" });
            case ValueKind.MicroTime: return Shared(MicroTimeName, "A point in time in RFC 3339 form, with microseconds.", new() { ["type"] = "string", ["format"] = "date-time" });
            case ValueKind.Duration: return Shared(DurationName, "A length of time such as 1m30s.", new() { ["type"] = "string" });
            case ValueKind.Quantity: return Shared(QuantityName, "An amount with a decimal or binary suffix, such as 500m or 2Gi.", Either("string", "number"));
            case ValueKind.IntOrString: return Shared(IntOrStringName, "A whole number, or a string where the field allows names or percentages.", Either("integer", "string", "int-or-string"));
            case ValueKind.Raw: return Shared(schema.Name.Length > 0 ? schema.Name : RawName, "Any JSON value.", new() { ["type"] = "object" });
            case ValueKind.Object: return schema.Object is { } message ? WithAtomic(Reference(message), schema) : new() { ["type"] = "object" };
            case ValueKind.List:
                var list = new JsonObject { ["type"] = "array", ["items"] = Value(schema.Items!) };
                if (schema.ListType != ListType.None) list["x-kubernetes-list-type"] = schema.ListType switch { ListType.Map => "map", ListType.Set => "set", _ => "atomic" };
                if (schema.ListType == ListType.Map) list["x-kubernetes-list-map-keys"] = new JsonArray([.. schema.ListMapKeys.Select(static k => JsonValue.Create(k))]);
                return list;
            case ValueKind.Map:
                var map = new JsonObject { ["type"] = "object", ["additionalProperties"] = Value(schema.Items!) };
                if (schema.Atomic || schema.Granular) map["x-kubernetes-map-type"] = schema.Atomic ? "atomic" : "granular";
                return map;
            default: return new() { ["type"] = "object" };
        }
    }

    private JsonObject WithAtomic(JsonObject reference, ValueSchema schema)
    {
        if (!schema.Atomic && !schema.Granular) return reference;
        var type = schema.Atomic ? "atomic" : "granular";
        if (v3) return new() { ["allOf"] = new JsonArray(reference), ["x-kubernetes-map-type"] = type };
        reference["x-kubernetes-map-type"] = type;
        return reference;
    }

    private JsonObject Shared(string name, string description, JsonObject definition)
    {
        if (!Definitions.ContainsKey(name))
        {
            definition["description"] = description;
            Definitions[name] = definition;
        }

        return Link(name);
    }

    private JsonObject Either(string first, string second, string format = "")
    {
        // Version 2 cannot say "or": there, clients know these types by their names.
        if (!v3) return format.Length > 0 ? new() { ["type"] = "string", ["format"] = format } : new() { ["type"] = "string" };
        var either = new JsonObject { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = first }, new JsonObject { ["type"] = second }) };
        if (format.Length > 0) either["format"] = format;
        return either;
    }

    private JsonObject Link(string name) => new() { ["$ref"] = (v3 ? "#/components/schemas/" : "#/definitions/") + name };

    private static JsonValue Constant(object constant) => constant switch
    {
        string text => JsonValue.Create(text),
        bool flag => JsonValue.Create(flag),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        _ => JsonValue.Create(constant.ToString())!,
    };
}
