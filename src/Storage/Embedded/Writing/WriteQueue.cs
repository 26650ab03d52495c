namespace Tiphys.Storage.Embedded.Writing;

/// <summary>
/// Many writers, one reader. Writers push onto a linked stack without a lock or an allocation; the reader takes all of it
/// at once and turns it round, which is the batch for one group commit.
/// </summary>
internal sealed class WriteQueue : IDisposable
{
    private static readonly WriteRequest Closed = new BackgroundRequest(static _ => { });

    private readonly SemaphoreSlim _signal = new(0);
    private WriteRequest? _head;

    /// <summary>Queues a request; false when the queue is closed.</summary>
    public bool TryAdd(WriteRequest request)
    {
        var head = Volatile.Read(ref _head);
        while (true)
        {
            if (ReferenceEquals(head, Closed))
                return false;
            request.Next = head;
            var seen = Interlocked.CompareExchange(ref _head, request, head);
            if (ReferenceEquals(seen, head))
                break;
            head = seen;
        }
        if (head is null)
            _signal.Release();
        return true;
    }

    /// <summary>Takes everything queued, the oldest first; null when there is nothing.</summary>
    public WriteRequest? TakeAll() => Reverse(Interlocked.Exchange(ref _head, null));

    /// <summary>Waits for something to be queued.</summary>
    public void Wait() => _signal.Wait();

    /// <summary>Refuses further requests and returns the last ones.</summary>
    public WriteRequest? Close() => Reverse(Interlocked.Exchange(ref _head, Closed));

    public void Dispose() => _signal.Dispose();

    private static WriteRequest? Reverse(WriteRequest? stack)
    {
        WriteRequest? queue = null;
        while (stack is not null)
            (stack.Next, queue, stack) = (queue, stack, stack.Next);
        return queue;
    }
}
