using Microsoft.AspNetCore.Http;

namespace Tiphys.Grpc.Server;

/// <summary>What a handler may know of the call it serves beside its messages.</summary>
public sealed class GrpcCall : IDisposable
{
    private readonly CancellationTokenSource? _deadline;
    private readonly CancellationTokenSource? _either;
    private readonly CancellationToken _aborted;

    /// <summary>Begins a call.</summary>
    /// <param name="context">The request that carries it.</param>
    /// <param name="timeout">How long it may take; null for as long as it needs.</param>
    /// <param name="time">The clock of the deadline.</param>
    public GrpcCall(HttpContext context, TimeSpan? timeout, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(context);
        Cancellation = _aborted = context.RequestAborted;
        if (timeout is not { } limit) return;
        HasDeadline = true;
        _deadline = new CancellationTokenSource(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token, _aborted);
        Cancellation = _either.Token;
    }

    /// <summary>Ends when the caller has gone away or its deadline has passed.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Whether the caller set a deadline.</summary>
    public bool HasDeadline { get; }

    /// <summary>Whether the deadline has passed.</summary>
    public bool IsOverdue => _deadline is { IsCancellationRequested: true };

    /// <summary>Whether the caller has gone away: nobody is left to be told anything.</summary>
    public bool IsAborted => _aborted.IsCancellationRequested;

    /// <inheritdoc/>
    public void Dispose()
    {
        _either?.Dispose();
        _deadline?.Dispose();
    }
}
