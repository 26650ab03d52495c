using System.Globalization;
using Google.Protobuf;

namespace Tiphys.Storage.Etcd.Client;

/// <summary>
/// Cuts history once an interval, to where it was one interval ago. All API servers of a cluster, upstream's among them, agree by
/// the version of one key who does it this time: whoever raises it first (upstream's <c>compact_rev_key</c>).
/// </summary>
internal sealed class EtcdCompactor : IAsyncDisposable
{
    private static readonly ByteString s_key = ByteString.CopyFromUtf8("compact_rev_key");
    private readonly EtcdStore _store;
    private readonly TimeSpan _interval;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private long _turn;
    private long _revision;

    public EtcdCompactor(EtcdStore store, TimeSpan interval)
    {
        (_store, _interval) = (store, interval);
        _loop = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            await Task.Delay(_interval, _store.Time, _stop.Token).ConfigureAwait(false);
            try
            {
                await TakeTurnAsync().ConfigureAwait(false);
            }
            catch (StoreException e)
            {
                EtcdLog.CompactionFailed(_store.Logger, _interval, e.Message);
            }
        }
    }

    private async Task TakeTurnAsync()
    {
        var request = new V3.TxnRequest();
        request.Compare.Add(new V3.Compare
        {
            Key = s_key, Target = V3.Compare.Types.CompareTarget.Version, Result = V3.Compare.Types.CompareResult.Equal, Version = _turn,
        });
        request.Success.Add(new V3.RequestOp { RequestPut = new V3.PutRequest { Key = s_key, Value = ByteString.CopyFromUtf8(_revision.ToString(CultureInfo.InvariantCulture)) } });
        request.Failure.Add(new V3.RequestOp { RequestRange = new V3.RangeRequest { Key = s_key } });
        var response = await _store.WriteAsync(request, EtcdCall.Once, _stop.Token).ConfigureAwait(false);
        var reached = _revision;
        _revision = response.Header.Revision;
        if (!response.Succeeded)
        {
            // Somebody else had this turn, and says how far it went.
            var found = response.Responses[0].ResponseRange.Kvs;
            _turn = found.Count == 0 ? 0 : found[0].Version;
            if (found.Count > 0 && long.TryParse(found[0].Value.ToStringUtf8(), CultureInfo.InvariantCulture, out var compacted)) _store.SeeCompacted(compacted);
            return;
        }
        _turn++;
        if (reached == 0) return; // nobody knows yet where history was an interval ago
        try
        {
            await _store.CompactAsync(reached, _stop.Token).ConfigureAwait(false);
            EtcdLog.Compacted(_store.Logger, reached);
        }
        catch (CompactedException)
        {
            // Somebody compacted by hand.
        }
    }
}
