using Google.Protobuf;

namespace Tiphys.Grpc.Server;

/// <summary>
/// The messages of one call, as its handler sees them. Implemented for gRPC's frames here; a gateway that speaks something else
/// (JSON, say) implements it too and so serves the same methods.
/// </summary>
public interface IMessageStream
{
    /// <summary>The next message of the caller, or null when it has sent its last.</summary>
    ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancel)
        where T : class, IMessage<T>;

    /// <summary>Takes a message for the caller; it may wait for <see cref="FlushAsync"/> or for the end of the call.</summary>
    ValueTask WriteAsync(IMessage message, CancellationToken cancel);

    /// <summary>Sends what was written. Returns once the caller's window has room for it.</summary>
    ValueTask FlushAsync(CancellationToken cancel);
}
