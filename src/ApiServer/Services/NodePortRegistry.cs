using Tiphys.Api.Core.V1;
using Tiphys.Storage;

namespace Tiphys.ApiServer;

/// <summary>
/// Which node ports are taken, in one object that all servers change by compare-and-swap: <c>/registry/ranges/servicenodeports</c>,
/// in upstream's layout.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="range">First and last port.</param>
internal sealed class NodePortRegistry(IStore store, (int First, int Last) range)
{
    private static readonly byte[] s_key = "/registry/ranges/servicenodeports"u8.ToArray();
    private readonly Lock _lock = new();
    private List<Change> _waiting = [];
    private bool _working;
    private StoreRecord? _seen;

    /// <summary>A bitmap of the range with nothing taken.</summary>
    public NodePortBitmap Empty => new(range.First, range.Last);

    /// <summary>What is stored, of whatever range; null when nothing is.</summary>
    public async Task<(NodePortBitmap Ports, long Revision)?> ReadAsync(CancellationToken cancel)
    {
        if ((await store.GetAsync(s_key, cancellationToken: cancel)).Record is not { } record) return null;
        var stored = RawObject.Decode<RangeAllocation>(record.Value.Span);
        return (NodePortBitmap.Of(stored.Range, stored.Data), record.ModRevision);
    }

    /// <summary>Replaces what is stored if it is still that of a revision; 0 for none.</summary>
    public async Task<bool> ReplaceAsync(NodePortBitmap ports, long revision, CancellationToken cancel) =>
        (await store.PutIfAsync(s_key, Encode(ports), revision, cancellationToken: cancel)).Succeeded;

    /// <summary>Takes and releases ports. Changes that come together are made in one write.</summary>
    /// <param name="change">The change; it may run several times, and changes nothing when it throws.</param>
    /// <param name="cancel">Looked at before the change is handed over.</param>
    /// <exception cref="AllocationException">The ports cannot be had, or the registry has not been set up.</exception>
    public Task<T> ChangeAsync<T>(Func<NodePortBitmap, T> change, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var waiting = new Change<T>(change);
        lock (_lock)
        {
            _waiting.Add(waiting);
            if (_working) return waiting.Done;
            _working = true;
        }

        _ = WorkAsync();
        return waiting.Done;
    }

    private async Task WorkAsync()
    {
        while (true)
        {
            List<Change> batch;
            lock (_lock)
            {
                (batch, _waiting) = (_waiting, []);
                _working = batch.Count > 0;
            }

            if (batch.Count == 0) return;
            try
            {
                await WriteAsync(batch);
                foreach (var change in batch) change.Complete(null);
            }
            catch (Exception e)
            {
                foreach (var change in batch) change.Complete(e);
            }
        }
    }

    private async Task WriteAsync(List<Change> batch)
    {
        var (record, fresh) = (_seen, false);
        while (true)
        {
            if (record is null) (record, fresh) = ((await store.GetAsync(s_key)).Record, true);
            if (record is null) throw new AllocationException("cannot allocate resources of type servicenodeportallocations at this time");
            var (ports, failed) = (Open(record), false);
            foreach (var change in batch) failed |= !change.TryOn(ref ports);
            var bytes = Encode(ports);
            var same = bytes.AsSpan().SequenceEqual(record.Value.Span);
            if (!fresh && (failed || same))
            {
                // What fails or has nothing to do on remembered ports may find others there now.
                record = null;
                continue;
            }

            if (same) return;
            var expected = record.ModRevision;
            _seen = null;
            var written = await store.PutIfAsync(s_key, bytes, expected);
            (record, fresh) = (written.Record, true);
            if (!written.Succeeded) continue;
            _seen = record;
            return;
        }
    }

    private NodePortBitmap Open(StoreRecord record)
    {
        var stored = RawObject.Decode<RangeAllocation>(record.Value.Span);
        return stored.Range == Empty.Range ? NodePortBitmap.Of(stored.Range, stored.Data) : throw new AllocationException("the provided range does not match the current range");
    }

    private static byte[] Encode(NodePortBitmap ports) => RawObject.Encode(new RangeAllocation { Range = ports.Range, Data = ports.Save() });

    /// <summary>A change that waits to be made.</summary>
    private abstract class Change
    {
        /// <summary>Makes the change; false when it fails, and then nothing is changed.</summary>
        public abstract bool TryOn(ref NodePortBitmap ports);

        /// <summary>Tells the caller how it went; with an error, nothing was written.</summary>
        public abstract void Complete(Exception? error);
    }

    private sealed class Change<T>(Func<NodePortBitmap, T> change) : Change
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Exception? _refusal;
        private T? _result;

        public Task<T> Done => _done.Task;

        public override bool TryOn(ref NodePortBitmap ports)
        {
            var changed = ports.Clone();
            try
            {
                _result = change(changed);
                _refusal = null;
            }
            catch (Exception e) when (e is AllocationException or StatusException)
            {
                _refusal = e;
                return false;
            }

            ports = changed;
            return true;
        }

        public override void Complete(Exception? error)
        {
            if ((error ?? _refusal) is { } failure) _done.SetException(failure);
            else _done.SetResult(_result!);
        }
    }
}
