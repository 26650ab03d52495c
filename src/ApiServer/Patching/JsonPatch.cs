using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tiphys.ApiServer;

/// <summary>JSON Patch, RFC 6902.</summary>
internal sealed class JsonPatch
{
    private const int MostOperations = 10000;
    private readonly IReadOnlyList<Operation> _operations;

    private JsonPatch(IReadOnlyList<Operation> operations) => _operations = operations;

    public static JsonPatch Parse(byte[] bytes)
    {
        var parsed = PatchFaults.Parse(bytes);
        if (parsed is not (null or JsonArray)) throw new JsonException($"json: cannot unmarshal {PatchFaults.Kind(parsed)} into Go value of type []handlers.jsonPatchOp");
        var list = parsed as JsonArray ?? [];
        if (list.Count > MostOperations)
            throw ApiErrors.RequestEntityTooLarge($"The allowed maximum operations in a JSON patch is {MostOperations}, got {list.Count}");
        return new JsonPatch([.. list.Select(ReadOperation)]) { Unexpected = [.. list.SelectMany(static (node, i) => Unknown((JsonObject)node!, i))] };
    }

    /// <summary>Fields of the operations that no operation has.</summary>
    public IReadOnlyList<string> Unexpected { get; private init; } = [];

    private static Operation ReadOperation(JsonNode? node) => node is JsonObject o
        ? new Operation(Text(o, "op") ?? "", Text(o, "path"), Text(o, "from"), o["value"])
        : throw new JsonException($"json: cannot unmarshal {PatchFaults.Kind(node)} into Go value of type handlers.jsonPatchOp");

    private static IEnumerable<string> Unknown(JsonObject operation, int index) => from field in operation
        where field.Key is not ("op" or "path" or "from" or "value")
        select string.Create(CultureInfo.InvariantCulture, $"json patch unknown field \"[{index}].{field.Key}\"");

    /// <summary>Runs the operations in order.</summary>
    /// <exception cref="StatusException">422: one does not fit.</exception>
    public JsonNode Apply(JsonNode target)
    {
        foreach (var operation in _operations)
        {
            try
            {
                target = Apply(target, operation with { Path = operation.Path ?? throw new InvalidOperationException("missing path") });
            }
            catch (InvalidOperationException)
            {
                throw Refused();
            }
        }

        return target;
    }

    private static JsonNode Apply(JsonNode target, Operation operation)
    {
        var path = operation.Path!;
        switch (operation.Op)
        {
            case "add":
                return Add(target, path, operation.Value?.DeepClone());
            case "remove":
                Remove(target, path);
                return target;
            case "replace":
                if (path.Length == 0) return operation.Value!.DeepClone();
                Remove(target, path);
                return Add(target, path, operation.Value?.DeepClone());
            case "move":
                return Add(target, path, Remove(target, operation.From ?? ""));
            case "copy":
                return Add(target, path, Find(target, operation.From ?? "")?.DeepClone());
            case "test":
                if (!JsonNode.DeepEquals(Find(target, path), operation.Value))
                    throw new InvalidOperationException($"testing value {path} failed");
                return target;
            default:
                throw new InvalidOperationException($"Unexpected kind: {operation.Op}");
        }
    }

    private static JsonNode Add(JsonNode root, string path, JsonNode? value)
    {
        var (parent, key) = Parent(root, path);
        if (parent is JsonObject map)
        {
            map.Remove(key);
            map[key] = value;
        }
        else if (parent is JsonArray list)
        {
            var index = key == "-" ? list.Count : Index(key, list.Count, path);
            list.Insert(index, value);
        }

        return root;
    }

    private static JsonNode? Remove(JsonNode root, string path)
    {
        var (parent, key) = Parent(root, path);
        if (parent is JsonArray list)
        {
            var index = Index(key, list.Count - 1, path);
            var removed = list[index];
            list.RemoveAt(index);
            return removed;
        }

        var map = (JsonObject)parent;
        if (!map.TryGetPropertyValue(key, out var value)) throw new InvalidOperationException($"remove operation does not apply: doc is missing key: {path}: missing value");
        map.Remove(key);
        return value;
    }

    private static JsonNode? Find(JsonNode root, string path)
    {
        if (path.Length == 0) return root;
        var (parent, key) = Parent(root, path);
        if (parent is JsonArray list) return list[Index(key, list.Count - 1, path)];
        return ((JsonObject)parent).TryGetPropertyValue(key, out var value) ? value : throw new InvalidOperationException($"doc is missing key: {path}: missing value");
    }

    private static (JsonNode Parent, string Key) Parent(JsonNode root, string path)
    {
        if (!path.StartsWith('/')) throw new InvalidOperationException($"doc is missing path: \"{path}\": missing value");
        var parts = path[1..].Split('/').Select(static p => p.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToArray();
        var node = root;
        foreach (var part in parts.AsSpan(0, parts.Length - 1))
        {
            node = node switch
            {
                JsonObject map => map[part],
                JsonArray list => list[Index(part, list.Count - 1, path)],
                _ => null,
            } ?? throw new InvalidOperationException($"doc is missing path: \"{path}\": missing value");
        }

        return node is JsonObject or JsonArray ? (node, parts[^1]) : throw new InvalidOperationException($"doc is missing path: \"{path}\": missing value");
    }

    private static int Index(string key, int largest, string path)
    {
        if (!int.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index)) throw new InvalidOperationException($"strconv.Atoi: parsing \"{key}\": invalid syntax");
        if (index < 0 || index > largest) throw new InvalidOperationException($"doc is missing path: \"{path}\": Unable to access invalid index: {index}: invalid index referenced");
        return index;
    }

    private static string? Text(JsonObject o, string name) => o[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        var other => throw new JsonException($"json: cannot unmarshal {PatchFaults.Kind(other)} into Go struct field jsonPatchOp.{name} of type string"),
    };

    /// <summary>What does not fit is not told, by upstream either.</summary>
    private static StatusException Refused() => new(new Api.Meta.V1.Status
    {
        Result = "Failure",
        Code = 422,
        Reason = StatusReason.Invalid,
        Message = "the server rejected our request due to an error in our request",
        Details = new(),
    });

    private sealed record Operation(string Op, string? Path, string? From, JsonNode? Value);
}
