using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.ApiServer;

/// <summary>Writes answers. Stored objects go out as stored bytes; only other shapes and encodings are made from decoded objects.</summary>
public static class ObjectResponse
{
    private static readonly Dictionary<WireFormat, string> s_contentTypes = new()
    {
        [WireFormat.Json] = MediaTypes.Json,
        [WireFormat.Yaml] = MediaTypes.Yaml,
        [WireFormat.Protobuf] = MediaTypes.Protobuf,
    };

    /// <summary>Answers with a message made for the occasion.</summary>
    public static async Task WriteAsync(ApiRequest request, IApiMessage message, int code = 200)
    {
        var accepted = MediaTypes.Negotiate(request.Http.Request.Headers.Accept.ToString(), transforms: false);
        await WriteAsync(request.Http, message, accepted.Format, code);
    }

    /// <summary>Answers with a message that is older than versions of the API, and so names none.</summary>
    internal static async Task WriteUnversionedAsync(ApiRequest request, IKind message)
    {
        var format = MediaTypes.Negotiate(request.Http.Request.Headers.Accept.ToString(), transforms: false).Format;
        if (format == WireFormat.Protobuf)
        {
            await WriteAsync(request.Http, message, format, 200);
            return;
        }

        var json = JsonNode.Parse(ApiJson.Encode(message))!.AsObject();
        json.Remove("apiVersion");
        var bytes = Encoding.UTF8.GetBytes(json.ToJsonString());
        if (format == WireFormat.Yaml) bytes = Encoding.UTF8.GetBytes(JsonYaml.Convert(bytes));
        Start(request.Http, format, 200);
        request.Http.Response.ContentLength = bytes.Length;
        await request.Http.Response.BodyWriter.WriteAsync(bytes, request.Cancel);
    }

    /// <summary>Answers with a message in a given encoding.</summary>
    internal static async Task WriteAsync(HttpContext http, IApiMessage message, WireFormat format, int code)
    {
        Start(http, format, code);
        var bytes = format switch
        {
            WireFormat.Protobuf when message is IKind kind => ApiProto.Encode(kind),
            WireFormat.Yaml => Encoding.UTF8.GetBytes(JsonYaml.Convert(ApiJson.Encode(message))),
            _ => ApiJson.Encode(message),
        };
        http.Response.ContentLength = bytes.Length;
        await http.Response.BodyWriter.WriteAsync(bytes, http.RequestAborted);
    }

    /// <summary>Answers with a stored object.</summary>
    internal static async Task WriteAsync(ApiRequest request, ResourceView view, StoredObject stored, int code = 200)
    {
        var accepted = MediaTypes.Negotiate(request.Http.Request.Headers.Accept.ToString(), transforms: true);
        if (accepted is { Format: WireFormat.Json, As: null } && view.IsStoredShape)
        {
            Start(request.Http, WireFormat.Json, code);
            using var buffer = new ResponseBuffer(stored.Json.Length + 64);
            view.Layout.WriteObject(buffer, stored.Json.Span, stored.Revision);
            request.Http.Response.ContentLength = buffer.Length;
            await buffer.FlushAsync(request.Http.Response.BodyWriter, request.Cancel);
            return;
        }

        IApiMessage message = accepted.As switch
        {
            null => view.Decode(stored),
            "Table" => view.Table([stored], stored.Revision, null, request),
            _ => ResourceView.Partial(view.Decode(stored)),
        };
        await WriteAsync(request.Http, message, accepted.Format, code);
    }

    /// <summary>Answers with a list of stored objects.</summary>
    internal static async Task WriteListAsync(ApiRequest request, ResourceView view, IReadOnlyList<StoredObject> items, ListMeta metadata)
    {
        var accepted = MediaTypes.Negotiate(request.Http.Request.Headers.Accept.ToString(), transforms: true);
        if (accepted is { Format: WireFormat.Json, As: null } && view.IsStoredShape)
        {
            Start(request.Http, WireFormat.Json, 200);
            await WriteJsonListAsync(request.Http.Response.BodyWriter, view, items, metadata, request.Cancel);
            return;
        }

        if (accepted.As == "Table") await WriteAsync(request.Http, view.Table(items, 0, metadata, request), accepted.Format, 200);
        else if (accepted.As is not null) await WriteAsync(request.Http, ResourceView.PartialList(items.Select(view.Decode), metadata), accepted.Format, 200);
        else if (accepted.Format == WireFormat.Protobuf) await WriteAsync(request.Http, new ProtoList(view, items, metadata), WireFormat.Protobuf, 200);
        else
        {
            var buffer = new ArrayBufferWriter<byte>();
            WriteJsonList(buffer, view, items, metadata);
            Start(request.Http, accepted.Format, 200);
            await request.Http.Response.BodyWriter.WriteAsync(accepted.Format == WireFormat.Yaml ? Encoding.UTF8.GetBytes(JsonYaml.Convert(buffer.WrittenSpan)) : buffer.WrittenMemory, request.Cancel);
        }
    }

    private static void Start(HttpContext http, WireFormat format, int code)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = s_contentTypes[format];
        http.Response.Headers.CacheControl = "no-cache, private";
    }

    private static async Task WriteJsonListAsync(PipeWriter output, ResourceView view, IReadOnlyList<StoredObject> items, ListMeta metadata, CancellationToken cancel)
    {
        using var buffer = new ResponseBuffer();
        WriteListStart(buffer, view, metadata);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) buffer.Write(","u8);
            view.Layout.WriteItem(buffer, items[i].Json.Span, items[i].Revision);
            if (buffer.Length >= ResponseBuffer.Full) await buffer.FlushAsync(output, cancel);
        }

        buffer.Write("]}"u8);
        await buffer.FlushAsync(output, cancel);
    }

    private static void WriteJsonList(IBufferWriter<byte> output, ResourceView view, IReadOnlyList<StoredObject> items, ListMeta metadata)
    {
        WriteListStart(output, view, metadata);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) output.Write(","u8);
            if (view.IsStoredShape) view.Layout.WriteItem(output, items[i].Json.Span, items[i].Revision);
            else ApiJson.Encode(view.Decode(items[i]), output, typeMeta: false);
        }

        output.Write("]}"u8);
    }

    private static void WriteListStart(IBufferWriter<byte> output, ResourceView view, ListMeta metadata)
    {
        output.Write(Encoding.UTF8.GetBytes($"{{\"kind\":\"{view.Kind.Kind}List\",\"apiVersion\":\"{view.Kind.ApiVersion}\",\"metadata\":"));
        output.Write(ApiJson.Encode(metadata));
        output.Write(",\"items\":["u8);
    }

    /// <summary>A list kind for the protobuf encoder, without a typed list in between.</summary>
    private sealed class ProtoList(ResourceView view, IReadOnlyList<StoredObject> items, ListMeta metadata) : IKind
    {
        public KindInfo KindInfo { get; } = new(view.Kind.Group, view.Kind.Version, view.Kind.Kind + "List", static () => throw new NotSupportedException(), () => view.Kind.Schema);

        public ObjectSchema Schema => view.Kind.Schema;

        public void WriteProto(ProtoWriter writer)
        {
            for (var i = items.Count - 1; i >= 0; i--) writer.Message(2, view.Decode(items[i]));
            writer.Message(1, metadata);
        }

        public void WriteJson(System.Text.Json.Utf8JsonWriter writer, bool typeMeta = true) => throw new NotSupportedException();

        public void ReadJson(ref ApiJsonReader reader) => throw new NotSupportedException();

        public void ReadProto(ref ProtoReader reader) => throw new NotSupportedException();

        public void ApplyDefaults() { }

        public IApiMessage DeepCopyMessage() => throw new NotSupportedException();
    }
}
