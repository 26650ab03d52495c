using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tiphys.Grpc;
using Tiphys.Grpc.Server;

namespace Tiphys.Storage.Etcd.Gateway;

/// <summary>etcd's API for those who speak JSON over plain HTTP: the same methods, called by paths.</summary>
internal sealed class JsonGateway(GrpcMethods methods, GrpcFailures failures, int mostBytes, TimeProvider time)
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
            await method.InvokeAsync(new JsonMessages(context.Request.BodyReader, response.BodyWriter, streaming, method.TakesOneRequest, mostBytes), call);
        }
        catch (Exception e)
        {
            var status = failures.StatusOf(e, call, name);
            if (call.IsAborted) return;
            if (response.HasStarted) await response.BodyWriter.WriteAsync(Error(status.Code, status.Detail, nested: true));
            else await FailAsync(response, HttpStatusOf(status.Code), status.Code, status.Detail);
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
}
