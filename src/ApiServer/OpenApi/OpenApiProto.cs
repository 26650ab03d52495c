using System.Text;
using System.Text.Json.Nodes;

namespace Tiphys.ApiServer;

/// <summary>
/// The protobuf form of OpenAPI version 2 (gnostic's), which older clients ask for. It is made from the JSON form; what JSON
/// objects hold by name, it holds as lists of named entries.
/// </summary>
internal static class OpenApiProto
{
    /// <summary>Encodes a document.</summary>
    public static byte[] Encode(JsonObject document) => Message(w =>
    {
        w.Text(1, document["swagger"]);
        w.Sub(2, Info(document["info"]!.AsObject()));
        w.Sub(8, Message(p => p.Named(2, document["paths"]!.AsObject(), PathItem)));
        w.Sub(9, Message(d => d.Named(1, document["definitions"]!.AsObject(), Schema)));
        foreach (var requirement in document["security"]!.AsArray())
            w.Sub(12, Message(r => r.Named(1, requirement!.AsObject(), static list => Message(s => s.Texts(1, list)))));
        w.Sub(13, Message(s => s.Named(1, document["securityDefinitions"]!.AsObject(), static d => Message(i => i.Sub(2, ApiKey(d.AsObject()))))));
    });

    private static byte[] Info(JsonObject info) => Message(w =>
    {
        w.Text(1, info["title"]);
        w.Text(2, info["version"]);
    });

    private static byte[] ApiKey(JsonObject key) => Message(w =>
    {
        w.Text(1, key["type"]);
        w.Text(2, key["name"]);
        w.Text(3, key["in"]);
        w.Text(4, key["description"]);
    });

    private static byte[] PathItem(JsonNode item) => Message(w =>
    {
        Method(2, "get");
        Method(3, "put");
        Method(4, "post");
        Method(5, "delete");
        Method(8, "patch");
        Parameters(w, 9, item["parameters"]);

        void Method(int field, string name)
        {
            if (item[name] is JsonObject operation) w.Sub(field, Operation(operation));
        }
    });

    private static byte[] Operation(JsonObject operation) => Message(w =>
    {
        w.Texts(1, operation["tags"]);
        w.Text(3, operation["description"]);
        w.Text(5, operation["operationId"]);
        w.Texts(6, operation["produces"]);
        w.Texts(7, operation["consumes"]);
        Parameters(w, 8, operation["parameters"]);
        w.Sub(9, Message(r => r.Named(1, operation["responses"]!.AsObject(), static response => Message(v => v.Sub(1, Response(response.AsObject()))))));
        w.Texts(10, operation["schemes"]);
        Extensions(w, 13, operation);
    });

    private static byte[] Response(JsonObject response) => Message(w =>
    {
        w.Text(1, response["description"]);
        if (response["schema"] is { } schema) w.Sub(2, Message(s => s.Sub(1, Schema(schema))));
    });

    private static void Parameters(Writer writer, int field, JsonNode? parameters)
    {
        foreach (var parameter in parameters as JsonArray ?? [])
            writer.Sub(field, Message(item => item.Sub(1, Parameter(parameter!.AsObject()))));
    }

    private static byte[] Parameter(JsonObject parameter)
    {
        var place = (string?)parameter["in"];
        if (place == "body")
        {
            return Message(w => w.Sub(1, Message(b =>
            {
                b.Text(1, parameter["description"]);
                b.Text(2, parameter["name"]);
                b.Text(3, parameter["in"]);
                b.Flag(4, parameter["required"]);
                b.Sub(5, Schema(parameter["schema"]!));
            })));
        }

        var query = place == "query";
        return Message(w => w.Sub(2, Message(n => n.Sub(query ? 3 : 4, Message(p =>
        {
            p.Flag(1, parameter["required"]);
            p.Text(2, parameter["in"]);
            p.Text(3, parameter["description"]);
            p.Text(4, parameter["name"]);
            p.Text(query ? 6 : 5, parameter["type"]);
            p.Flag(query ? 20 : 19, parameter["uniqueItems"]);
        })))));
    }

    private static byte[] Schema(JsonNode schema) => Message(w =>
    {
        w.Text(1, schema["$ref"]);
        w.Text(2, schema["format"]);
        w.Text(4, schema["description"]);
        if (schema["default"] is { } constant) w.Sub(5, Any(constant));
        w.Texts(19, schema["required"]);
        foreach (var value in schema["enum"] as JsonArray ?? []) w.Sub(20, Any(value!));
        if (schema["additionalProperties"] is { } values) w.Sub(21, Message(a => a.Sub(1, Schema(values))));
        if (schema["type"] is { } type) w.Sub(22, Message(t => t.Text(1, type)));
        if (schema["items"] is { } items) w.Sub(23, Message(i => i.Sub(1, Schema(items))));
        if (schema["properties"] is JsonObject properties) w.Sub(25, Message(p => p.Named(1, properties, Schema)));
        Extensions(w, 31, schema.AsObject());
    });

    private static void Extensions(Writer writer, int field, JsonObject holder)
    {
        foreach (var (name, value) in holder)
            if (name.StartsWith("x-", StringComparison.Ordinal)) writer.Sub(field, Entry(name, Any(value!)));
    }

    /// <summary>Any value travels as YAML, of which JSON is a part.</summary>
    private static byte[] Any(JsonNode value) => Message(w => w.Text(2, value.ToJsonString() + "\n"));

    private static byte[] Entry(string name, byte[] value) => Message(w =>
    {
        w.Text(1, name);
        w.Sub(2, value);
    });

    private static byte[] Message(Action<Writer> write)
    {
        var buffer = new MemoryStream();
        write(new Writer(buffer));
        return buffer.ToArray();
    }

    private readonly struct Writer(MemoryStream output)
    {
        public void Text(int field, JsonNode? value)
        {
            if (value is not null) Text(field, (string)value!);
        }

        public void Text(int field, string value)
        {
            if (value.Length > 0) Sub(field, Encoding.UTF8.GetBytes(value));
        }

        public void Texts(int field, JsonNode? values)
        {
            foreach (var value in values as JsonArray ?? []) Text(field, value);
        }

        public void Flag(int field, JsonNode? value)
        {
            if (value is null || !(bool)value) return;
            Varint(field << 3);
            Varint(1);
        }

        public void Sub(int field, byte[] bytes)
        {
            Varint((field << 3) | 2);
            Varint(bytes.Length);
            output.Write(bytes);
        }

        private void Varint(int value)
        {
            var rest = (uint)value;
            for (; rest >= 0x80; rest >>= 7) output.WriteByte((byte)(rest | 0x80));
            output.WriteByte((byte)rest);
        }

        public void Named(int field, JsonObject entries, Func<JsonNode, byte[]> encode)
        {
            foreach (var (name, value) in entries) Sub(field, Entry(name, encode(value!)));
        }
    }
}
