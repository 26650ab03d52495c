using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;

namespace Tiphys.Storage.Embedded.Writing;

/// <summary>
/// The hot path: compare one key's mod revision and put or delete it. Pooled, and its own awaitable, so that such a write
/// allocates nothing but the record.
/// </summary>
internal sealed class CasRequest : WriteRequest, IValueTaskSource<CasResult>
{
    private const int PoolSize = 1024;

    private static readonly ConcurrentQueue<CasRequest> Pool = new();

    private ManualResetValueTaskSourceCore<CasResult> _source = new() { RunContinuationsAsynchronously = true };
    private ReadOnlyMemory<byte> _key;
    private ReadOnlyMemory<byte> _value;
    private long _expected;
    private long _lease;
    private bool _delete;
    private CasResult _result;

    public static CasRequest Rent(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, long expected, long lease, bool delete)
    {
        if (!Pool.TryDequeue(out var request))
            request = new CasRequest();
        request._key = key;
        request._value = value;
        request._expected = expected;
        request._lease = lease;
        request._delete = delete;
        return request;
    }

    public ValueTask<CasResult> Task => new(this, _source.Version);

    public override void Apply(StoreWriter writer)
    {
        var slot = writer.Index.Find(_key.Span);
        var current = slot.Record is { IsDeletion: false } record ? record : null;
        if ((current?.ModRevision ?? 0) != _expected)
        {
            _result = new CasResult(false, writer.Index.Revision, current, null);
            return;
        }
        if (_delete)
        {
            if (current is not null)
                writer.Delete(current, ++writer.Index.Revision);
            _result = new CasResult(true, writer.Index.Revision, null, current);
            return;
        }
        writer.CheckLease(_lease);
        var written = writer.Put(slot, _key.Span, _value, _lease, ++writer.Index.Revision);
        _result = new CasResult(true, writer.Index.Revision, written, current);
    }

    public override void Complete()
    {
        if (Error is null)
            _source.SetResult(_result);
        else
            _source.SetException(Error);
    }

    public override void Fail(Exception error) => _source.SetException(error);

    CasResult IValueTaskSource<CasResult>.GetResult(short token)
    {
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            (_key, _value, _result, Error, Wrote) = (default, default, default, null, false);
            if (Pool.Count < PoolSize)
                Pool.Enqueue(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<CasResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<CasResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
