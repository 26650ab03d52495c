using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Tiphys.Grpc.Server;

/// <summary>What callers are told of calls that fail, whatever they are called over.</summary>
/// <param name="translate">Makes the status of an exception a handler threw; null when it means nothing to callers.</param>
/// <param name="logger">Where unexpected failures are reported; callers are not told their details.</param>
public sealed partial class GrpcFailures(Func<Exception, GrpcException?> translate, ILogger logger)
{
    /// <summary>The status of a failed call.</summary>
    /// <param name="failure">What the call's handler threw.</param>
    /// <param name="call">The call.</param>
    /// <param name="method">The full name of its method.</param>
    public GrpcException StatusOf(Exception failure, GrpcCall call, string method)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (failure is GrpcException status) return status;
        if (call.IsOverdue) return new GrpcException(GrpcStatusCode.DeadlineExceeded, "context deadline exceeded", failure);
        // A connection that was aborted says so as a cancellation.
        if (failure is OperationCanceledException or ConnectionResetException || call.IsAborted)
            return new GrpcException(GrpcStatusCode.Cancelled, "context canceled", failure);
        if (translate(failure) is { } translated) return translated;
        LogFailed(logger, failure, method);
        return new GrpcException(GrpcStatusCode.Unknown, "the server failed; its log says why", failure);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The call {Method} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method);
}
