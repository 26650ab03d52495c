using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tiphys.Grpc;
using Tiphys.Grpc.Server;
using Tiphys.Storage.Etcd.Services;

namespace Tiphys.Storage.Etcd.Gateway;

/// <summary>etcd's API for those who speak JSON over plain HTTP: the same methods, called by paths.</summary>
internal sealed partial class JsonGateway(GrpcMethods methods, int mostBytes, TimeProvider time, ILogger logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        var response = context.Response;
        if (GatewayRoutes.MethodOf(context.Request.Path.Value ?? "") is not { } name)
        {
            await FailAsync(response, StatusCodes.Status404NotFound, GrpcStatusCode.NotFound, "Not Found");
            return;
        }
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await FailAsync(response, StatusCodes.Status501NotImplemented, GrpcStatusCode.Unimplemented, "Method Not Allowed");
            return;
        }
        var method = methods.Find(name)!;
        response.ContentType = "application/json";
        response.Headers["Grpc-Metadata-Content-Type"] = "application/grpc";
        using var call = new GrpcCall(context, null, time);
        var streaming = method.IsStreaming;
        try
        {
            if (streaming) await response.StartAsync(call.Cancellation);
            await method.InvokeAsync(new JsonMessages(context.Request.BodyReader, response.BodyWriter, streaming, mostBytes), call);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException || context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to be told.
        }
        catch (Exception e)
        {
            var error = e as GrpcException ?? EtcdErrors.Translate(e);
            if (error is null) LogFailed(logger, e, name);
            var (code, message) = error is null ? (GrpcStatusCode.Unknown, "the server failed; its log says why") : (error.Code, error.Detail);
            if (response.HasStarted) await response.BodyWriter.WriteAsync(Error(code, message, nested: true));
            else await FailAsync(response, HttpStatusOf(code), code, message);
        }
    }

    private static Task FailAsync(HttpResponse response, int status, GrpcStatusCode code, string message)
    {
        response.StatusCode = status;
        response.ContentType = "application/json";
        return response.Body.WriteAsync(Error(code, message, nested: false)).AsTask();
    }

    private static byte[] Error(GrpcStatusCode code, string message, bool nested)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (nested) json.WriteStartObject("error");
            json.WriteNumber("code", (int)code);
            json.WriteString("message", message);
            if (nested) json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static int HttpStatusOf(GrpcStatusCode code) => code switch
    {
        GrpcStatusCode.Cancelled => StatusCodes.Status499ClientClosedRequest,
        GrpcStatusCode.InvalidArgument or GrpcStatusCode.FailedPrecondition or GrpcStatusCode.OutOfRange => StatusCodes.Status400BadRequest,
        GrpcStatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        GrpcStatusCode.NotFound => StatusCodes.Status404NotFound,
        GrpcStatusCode.AlreadyExists or GrpcStatusCode.Aborted => StatusCodes.Status409Conflict,
        GrpcStatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        GrpcStatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        GrpcStatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        GrpcStatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        GrpcStatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "The call {Method} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method);
}
