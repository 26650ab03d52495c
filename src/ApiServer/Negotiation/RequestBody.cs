using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tiphys.Api;
using Tiphys.Client;

namespace Tiphys.ApiServer;

/// <summary>Reads request bodies into API objects.</summary>
internal static class RequestBody
{
    /// <summary>Upstream's limit on request bodies.</summary>
    public const int Most = 3 * 1024 * 1024;

    /// <summary>Reads the whole body.</summary>
    /// <exception cref="StatusException">413.</exception>
    public static async ValueTask<byte[]> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength > Most) throw TooLarge();
        var reader = http.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(http.RequestAborted);
            if (result.Buffer.Length > Most) throw TooLarge();
            if (result.IsCompleted)
            {
                var bytes = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return bytes;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    /// <summary>Reads the body as an object of one kind, with defaults.</summary>
    /// <exception cref="StatusException">400: the body is not such an object, or breaks strict field validation.</exception>
    public static async ValueTask<IApiMessage> ReadAsync(ApiRequest request, KindInfo kind)
    {
        var format = MediaTypes.OfBody(request.Http.Request.ContentType);
        var bytes = await ReadAsync(request.Http);
        return Decode(request, kind, bytes, format);
    }

    /// <summary>Decodes an object of one kind, with defaults.</summary>
    public static IApiMessage Decode(ApiRequest request, KindInfo kind, ReadOnlyMemory<byte> bytes, WireFormat format)
    {
        try
        {
            if (format == WireFormat.Protobuf) return DecodeProto(kind, bytes.Span);
            if (format == WireFormat.Yaml) bytes = YamlJson.ConvertOne(new StreamReader(new MemoryStream(bytes.ToArray()), Encoding.UTF8));
            return DecodeJson(request, kind, bytes.Span);
        }
        catch (FormatException e)
        {
            throw ApiErrors.BadRequest(e.Message);
        }
        catch (ApiDecodeException e) when (format == WireFormat.Json && e.InnerException is JsonException && JsonSyntax.Fault(bytes.Span) is { } fault)
        {
            throw ApiErrors.BadRequest($"the object provided is unrecognized (must be of type {kind.Kind}): couldn't get version/kind; json parse error: {fault} ({Beginning(bytes.Span)})");
        }
        catch (ApiDecodeException e) when (format == WireFormat.Protobuf && !bytes.Span.StartsWith(ApiProto.Magic))
        {
            throw ApiErrors.BadRequest($"the object provided is unrecognized (must be of type {kind.Kind}): {e.Message} ({Beginning(bytes.Span)})");
        }
        catch (ApiDecodeException e)
        {
            throw ApiErrors.BadRequest($"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: {e.Describe(kind.Schema)}");
        }
    }

    /// <summary>Decodes JSON of one kind, checks its fields as the request asks, and applies defaults.</summary>
    public static IApiMessage DecodeJson(ApiRequest request, KindInfo kind, ReadOnlySpan<byte> json, Patch? patch = null)
    {
        var (apiVersion, name) = TypeOf(json);
        CheckType(kind, apiVersion, name);
        var message = kind.New();
        ApiJson.DecodeInto(message, json);
        FieldChecks.Run(request, kind, json, patch);
        message.ApplyDefaults();
        return message;
    }

    /// <summary>Enough of a body to know it again.</summary>
    private static string Beginning(ReadOnlySpan<byte> body)
    {
        const int most = 30;
        if (body.IsEmpty) return "<empty>";
        var start = body[..Math.Min(body.Length, most)];
        return (body[0] == '{' ? Encoding.UTF8.GetString(start) : Convert.ToHexStringLower(start)) + (body.Length > most ? " ..." : "");
    }

    private static IApiMessage DecodeProto(KindInfo kind, ReadOnlySpan<byte> bytes)
    {
        var envelope = ApiProto.Open(bytes);
        CheckType(kind, envelope.ApiVersion, envelope.Kind);
        var message = kind.New();
        ApiProto.DecodeInto(message, envelope.Raw);
        message.ApplyDefaults();
        return message;
    }

    /// <summary><c>apiVersion</c> and <c>kind</c> of a JSON object; empty where missing.</summary>
    public static (string ApiVersion, string Kind) TypeOf(ReadOnlySpan<byte> json)
    {
        var reader = new ApiJsonReader(json);
        string apiVersion = "", kind = "";
        if (!reader.BeginObject()) return ("", "");
        while (reader.NextField())
        {
            if (reader.FieldName.SequenceEqual("apiVersion"u8)) apiVersion = reader.String();
            else if (reader.FieldName.SequenceEqual("kind"u8)) kind = reader.String();
            else reader.Skip();
            if (apiVersion.Length > 0 && kind.Length > 0) break;
        }

        return (apiVersion, kind);
    }

    private static void CheckType(KindInfo kind, string apiVersion, string name)
    {
        // A client may leave its type out: the path says it. What it does say must fit.
        if (name.Length > 0 && name != kind.Kind)
            throw ApiErrors.BadRequest($"{name} in version \"{GroupVersion.Parse(apiVersion).Version}\" cannot be handled as a {kind.Kind}: converting ({GoType(apiVersion, name)}) to ({(kind.Group.Length > 0 ? kind.Group.Split('.')[0] : "core")}.{kind.Kind}): unknown conversion");
        if (apiVersion.Length > 0 && apiVersion != kind.ApiVersion)
            throw ApiErrors.BadRequest($"the API version in the data ({apiVersion}) does not match the expected API version ({kind.ApiVersion})");
    }

    private static string GoType(string apiVersion, string kind) => $"{GroupVersion.Parse(apiVersion).Version}.{kind}";

    private static StatusException TooLarge() => ApiErrors.RequestEntityTooLarge($"limit is {Most}");
}
