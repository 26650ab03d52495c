namespace Tiphys.Grpc.Server;

/// <summary>How a gRPC server behaves.</summary>
public sealed record GrpcServerOptions
{
    /// <summary>Bytes a message of a caller may have, uncompressed. The default is that of other gRPC servers.</summary>
    public int MaxMessageBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>The clock of deadlines.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Makes the status of an exception a handler threw; null when it means nothing to callers.</summary>
    public Func<Exception, GrpcException?> Translate { get; init; } = static _ => null;
}
