using Microsoft.AspNetCore.Http;

namespace Tiphys.Grpc.Server;

/// <summary>What a handler may know of the call it serves beside its messages.</summary>
public sealed class GrpcCall : IDisposable
{
    private readonly CancellationTokenSource? _deadline;
    private readonly HttpContext _context;

    /// <summary>Begins a call.</summary>
    /// <param name="context">The request that carries it.</param>
    /// <param name="timeout">How long it may take; null for as long as it needs.</param>
    /// <param name="time">The clock of the deadline.</param>
    public GrpcCall(HttpContext context, TimeSpan? timeout, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(context);
        _context = context;
        Cancellation = context.RequestAborted;
        if (timeout is not { } limit) return;
        HasDeadline = true;
        _deadline = new CancellationTokenSource(limit, time);
        Aborted = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token, context.RequestAborted);
        Cancellation = Aborted.Token;
    }

    /// <summary>Ends when the caller has gone away or its deadline has passed.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Whether the caller set a deadline.</summary>
    public bool HasDeadline { get; }

    /// <summary>Whether the deadline has passed.</summary>
    public bool IsOverdue => _deadline is { IsCancellationRequested: true };

    private CancellationTokenSource? Aborted { get; }

    /// <summary>One of the call's metadata by its lower-case name, or null.</summary>
    public string? Metadata(string name) => _context.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        Aborted?.Dispose();
        _deadline?.Dispose();
    }
}
