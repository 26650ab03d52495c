namespace Tiphys.Storage.Embedded.Writing;

/// <summary>Something the writer loop does in its turn.</summary>
internal abstract class WriteRequest
{
    /// <summary>The request queued before this one; the queue's link.</summary>
    public WriteRequest? Next;

    /// <summary>An error of this request alone.</summary>
    public StoreException? Error;

    /// <summary>Whether the request changed anything that has to become durable.</summary>
    public bool Wrote;

    /// <summary>Does the work on the unpublished state. Throws a <see cref="StoreException"/> only before changing anything.</summary>
    public abstract void Apply(StoreWriter writer);

    /// <summary>The work is durable and visible (or was refused: <see cref="Error"/>); tell the caller.</summary>
    public abstract void Complete();

    /// <summary>The work came to nothing.</summary>
    public abstract void Fail(Exception error);
}

/// <summary>A request given as a function.</summary>
internal sealed class FunctionRequest<T>(Func<StoreWriter, T> function) : WriteRequest
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Task => _completion.Task;

    public override void Apply(StoreWriter writer) => _result = function(writer);

    public override void Complete()
    {
        if (Error is null)
            _completion.TrySetResult(_result);
        else
            _completion.TrySetException(Error);
    }

    public override void Fail(Exception error) => _completion.TrySetException(error);
}

/// <summary>Work of the store's own that nobody waits for.</summary>
internal sealed class BackgroundRequest(Action<StoreWriter> action) : WriteRequest
{
    public override void Apply(StoreWriter writer) => action(writer);

    public override void Complete()
    {
    }

    public override void Fail(Exception error)
    {
    }
}
