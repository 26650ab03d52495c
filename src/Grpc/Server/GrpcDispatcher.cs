using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tiphys.Grpc.Server;

/// <summary>Serves gRPC calls among the requests of an HTTP server.</summary>
/// <param name="methods">What can be called.</param>
/// <param name="options">Limits, and how the server's own exceptions become statuses.</param>
/// <param name="logger">Where handlers' unexpected failures are reported; callers are not told their details.</param>
public sealed class GrpcDispatcher(GrpcMethods methods, GrpcServerOptions options, ILogger logger)
{
    private const string ContentType = "application/grpc";

    private readonly GrpcFailures _failures = new(options.Translate, logger);

    /// <summary>Whether a request is a gRPC call.</summary>
    public static bool IsCall(HttpRequest request) =>
        request.ContentType is { } type && type.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (type.Length == ContentType.Length || type[ContentType.Length] is '+' or ';');

    /// <summary>Serves one call.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (!HttpProtocol.IsHttp2(request.Protocol))
        {
            response.StatusCode = StatusCodes.Status505HttpVersionNotsupported;
            await response.WriteAsync("gRPC requires HTTP/2", context.RequestAborted);
            return;
        }
        if (!HttpMethods.IsPost(request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = HttpMethods.Post;
            return;
        }
        response.ContentType = ContentType;
        if (methods.Find(request.Path.Value ?? "") is not { } method)
        {
            Refuse(response, GrpcStatusCode.Unimplemented, Unknown(request.Path.Value ?? ""));
            return;
        }
        TimeSpan? timeout = null;
        if (request.Headers.TryGetValue("grpc-timeout", out var given))
        {
            if (!GrpcWire.TryParseTimeout(given.ToString(), out var limit))
            {
                Refuse(response, GrpcStatusCode.Internal, $"malformed grpc-timeout: \"{given}\"");
                return;
            }
            timeout = limit;
        }
        var encoding = request.Headers.TryGetValue("grpc-encoding", out var named) ? named.ToString() : "identity";
        if (encoding is not ("identity" or "" or "gzip"))
        {
            response.Headers["grpc-accept-encoding"] = "identity,gzip";
            Refuse(response, GrpcStatusCode.Unimplemented, $"grpc: Decompressor is not installed for grpc-encoding \"{encoding}\"");
            return;
        }
        await ServeAsync(context, method, timeout, encoding == "gzip");
    }

    private async Task ServeAsync(HttpContext context, GrpcMethod method, TimeSpan? timeout, bool gzip)
    {
        using var call = new GrpcCall(context, timeout, options.TimeProvider);
        var messages = new FrameStream(context.Request.BodyReader, context.Response.BodyWriter, gzip, options.MaxMessageBytes);
        GrpcException status;
        try
        {
            // The caller of a stream waits for the headers: it may have nothing to say before it knows that it is being served.
            if (method.IsStreaming) await context.Response.StartAsync(call.Cancellation);
            await method.InvokeAsync(messages, call);
            context.Response.AppendTrailer("grpc-status", "0");
            return;
        }
        catch (Exception e)
        {
            status = _failures.StatusOf(e, call, context.Request.Path.Value ?? "");
        }
        if (call.IsAborted) return;
        if (!context.Response.HasStarted && !method.IsStreaming)
        {
            Refuse(context.Response, status.Code, status.Detail);
            return;
        }
        context.Response.AppendTrailer("grpc-status", Number(status.Code));
        context.Response.AppendTrailer("grpc-message", GrpcWire.EncodeMessage(status.Detail));
    }

    // A call that fails before its first message carries its status among the headers, and has nothing else.
    private static void Refuse(HttpResponse response, GrpcStatusCode code, string message)
    {
        response.Headers["grpc-status"] = Number(code);
        response.Headers["grpc-message"] = GrpcWire.EncodeMessage(message);
    }

    private string Unknown(string path)
    {
        var slash = path.LastIndexOf('/');
        if (slash <= 0) return $"malformed method name: \"{path}\"";
        var service = path[1..slash];
        return methods.HasService(service) ? $"unknown method {path[(slash + 1)..]} for service {service}" : $"unknown service {service}";
    }

    private static string Number(GrpcStatusCode code) => ((int)code).ToString(CultureInfo.InvariantCulture);
}
