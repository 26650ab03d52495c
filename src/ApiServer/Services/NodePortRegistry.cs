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
    private readonly SemaphoreSlim _turn = new(1);
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

    /// <summary>Takes and releases ports in one write.</summary>
    /// <param name="change">The change; it may run several times, and fails the whole with an exception.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="AllocationException">The ports cannot be had, or the registry has not been set up.</exception>
    public async Task<T> ChangeAsync<T>(Func<NodePortBitmap, T> change, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            var (record, fresh) = (_seen, false);
            while (true)
            {
                if (record is null) (record, fresh) = ((await store.GetAsync(s_key, cancellationToken: cancel)).Record, true);
                if (record is null) throw new AllocationException("cannot allocate resources of type servicenodeportallocations at this time");
                byte[] bytes;
                T result;
                try
                {
                    var ports = Open(record);
                    result = change(ports);
                    bytes = Encode(ports);
                }
                catch (Exception e) when (!fresh && e is AllocationException or StatusException)
                {
                    // What failed on remembered ports may work on those there are now.
                    record = null;
                    continue;
                }

                if (bytes.AsSpan().SequenceEqual(record.Value.Span))
                {
                    if (fresh) return result;
                    record = null;
                    continue;
                }

                var expected = record.ModRevision;
                _seen = null;
                var written = await store.PutIfAsync(s_key, bytes, expected, cancellationToken: cancel);
                (record, fresh) = (written.Record, true);
                if (!written.Succeeded) continue;
                _seen = record;
                return result;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private NodePortBitmap Open(StoreRecord record)
    {
        var stored = RawObject.Decode<RangeAllocation>(record.Value.Span);
        return stored.Range == Empty.Range ? NodePortBitmap.Of(stored.Range, stored.Data) : throw new AllocationException("the provided range does not match the current range");
    }

    private static byte[] Encode(NodePortBitmap ports) => RawObject.Encode(new RangeAllocation { Range = ports.Range, Data = ports.Save() });
}
