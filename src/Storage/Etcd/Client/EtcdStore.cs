using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Tiphys.Grpc;

namespace Tiphys.Storage.Etcd.Client;

/// <summary>
/// The store in an etcd cluster, which several API servers may share. Keys and values lie there as upstream's API server lays them
/// out.
/// </summary>
/// <remarks>
/// A write whose answer was lost is never made again and never reported as refused: it ends in
/// <see cref="WriteOutcomeUnknownException"/>. Guessing from what lies there afterwards would tell two writers of equal bytes that
/// both of them had won.
/// </remarks>
public sealed partial class EtcdStore : IStore
{
    // Above what a single etcd request needs, below what etcd itself waits for a lost leader.
    private static readonly TimeSpan s_shortRead = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_longRead = TimeSpan.FromSeconds(30);
    private static readonly ByteString s_nobody = ByteString.CopyFrom(0);
    private readonly EtcdStoreOptions _options;
    private readonly RevisionReader _revisions;
    private readonly EtcdCompactor? _compactor;
    private long _current;
    private long _compacted;
    private int _watches;
    private int _disposed;

    private EtcdStore(EtcdStoreOptions options)
    {
        _options = options;
        Keys = new EtcdKeys(options.Prefix);
        Wire = new EtcdWire(Keys);
        Connection = new EtcdConnection(options);
        _revisions = new RevisionReader(ReadHeaderAsync);
        if (options.CompactionInterval is { } interval && interval > TimeSpan.Zero) _compactor = new EtcdCompactor(this, interval);
    }

    /// <inheritdoc/>
    public long CurrentRevision => Volatile.Read(ref _current);

    /// <inheritdoc/>
    public long CompactedRevision => Volatile.Read(ref _compacted);

    /// <inheritdoc/>
    public StoreHealth Health => Connection.Health;

    internal EtcdKeys Keys { get; }

    internal EtcdWire Wire { get; }

    internal EtcdConnection Connection { get; }

    internal TimeProvider Time => _options.TimeProvider;

    internal ILogger Logger => _options.Logger;

    /// <summary>Opens the store. Throws <see cref="StoreUnavailableException"/> when no member answers.</summary>
    public static async Task<EtcdStore> OpenAsync(EtcdStoreOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var store = new EtcdStore(options);
        try
        {
            await store.ReadRevisionAsync(cancellationToken).ConfigureAwait(false);
            await store.SeeBeginningAsync(cancellationToken).ConfigureAwait(false);
            return store;
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<long> ReadRevisionAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return new ValueTask<long>(_revisions.ReadAsync().WaitAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask<GetResult> GetAsync(ReadOnlyMemory<byte> key, long revision = 0, CancellationToken cancellationToken = default)
    {
        var response = await ReadAsync(new V3.RangeRequest { Key = Keys.To(key), Revision = revision }, s_shortRead, cancellationToken).ConfigureAwait(false);
        return new GetResult(response.Header.Revision, response.Kvs.Count == 0 ? null : Wire.Record(response.Kvs[0]));
    }

    /// <inheritdoc/>
    public async ValueTask<RangeResult> RangeAsync(RangeRequest request, CancellationToken cancellationToken = default)
    {
        var message = Wire.Range(request);
        if (request.Limit > 0 || request.CountOnly || request.Keys.IsSingleKey)
            return Wire.Range(await ReadAsync(message, s_longRead, cancellationToken).ConfigureAwait(false), request.SkipCount);

        // All there is, in pages of one revision, so that no message grows without bound.
        message.Limit = _options.PageSize;
        var first = await ReadAsync(message, s_longRead, cancellationToken).ConfigureAwait(false);
        var result = Wire.Range(first, skipCount: false);
        if (!first.More) return result;
        var records = new List<StoreRecord>((int)first.Count);
        records.AddRange(result.Records);
        message.Revision = request.Revision > 0 ? request.Revision : first.Header.Revision;
        for (var page = first; page.More;)
        {
            message.Key = ByteString.CopyFrom([.. page.Kvs[^1].Key.Span, 0]);
            page = await ReadAsync(message, s_longRead, cancellationToken).ConfigureAwait(false);
            records.AddRange(page.Kvs.Select(Wire.Record));
        }
        return result with { Records = records, More = false };
    }

    /// <inheritdoc/>
    public async ValueTask<CasResult> PutIfAsync(
        ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, long expectedModRevision, long lease = 0, CancellationToken cancellationToken = default)
    {
        var request = new V3.TxnRequest();
        request.Compare.Add(Wire.ModRevision(key, expectedModRevision));
        request.Success.Add(Wire.Put(key, value, lease, withPrevious: expectedModRevision > 0));
        request.Failure.Add(Wire.Get(key));
        var response = await WriteAsync(request, EtcdCall.Once, cancellationToken, lease).ConfigureAwait(false);
        var revision = response.Header.Revision;
        if (!response.Succeeded) return Refused(response);
        var previous = response.Responses[0].ResponsePut.PrevKv is { } kv ? Wire.Record(kv) : null;
        return new CasResult(true, revision, EtcdWire.Written(key.ToArray(), value, previous, revision, lease), previous);
    }

    /// <inheritdoc/>
    public async ValueTask<CasResult> DeleteIfAsync(ReadOnlyMemory<byte> key, long expectedModRevision, CancellationToken cancellationToken = default)
    {
        var request = new V3.TxnRequest();
        request.Compare.Add(Wire.ModRevision(key, expectedModRevision));
        request.Success.Add(Wire.Delete(KeyRange.Single(key)));
        request.Failure.Add(Wire.Get(key));
        var response = await WriteAsync(request, EtcdCall.Once, cancellationToken).ConfigureAwait(false);
        if (!response.Succeeded) return Refused(response);
        var deleted = response.Responses[0].ResponseDeleteRange.PrevKvs;
        return new CasResult(true, response.Header.Revision, null, deleted.Count == 0 ? null : Wire.Record(deleted[0]));
    }

    /// <inheritdoc/>
    public async ValueTask<TxnResult> TxnAsync(TxnRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var call = EtcdWire.Writes(request) ? EtcdCall.Once : EtcdCall.Repeatable;
        var response = await WriteAsync(Wire.Txn(request), call, cancellationToken).ConfigureAwait(false);
        return Wire.Txn(request, response, response.Header.Revision);
    }

    /// <inheritdoc/>
    public IWatch Watch(WatchRequest request)
    {
        ThrowIfDisposed();
        Interlocked.Increment(ref _watches);
        return new EtcdWatch(this, request);
    }

    /// <inheritdoc/>
    public async ValueTask CompactAsync(long revision, CancellationToken cancellationToken = default)
    {
        var response = await CallAsync(
            "/etcdserverpb.KV/Compact", new V3.CompactionRequest { Revision = revision }, V3.CompactionResponse.Parser,
            EtcdCall.Once, _options.OperationTimeout, cancellationToken).ConfigureAwait(false);
        See(response.Header.Revision);
        SeeCompacted(revision);
    }

    /// <inheritdoc/>
    public async ValueTask<StoreStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        var (start, end) = Keys.To(KeyRange.All);
        var count = await ReadAsync(new V3.RangeRequest { Key = start, RangeEnd = end, CountOnly = true, Serializable = true }, s_longRead, cancellationToken).ConfigureAwait(false);
        var status = await Guarded(Connection.StatusAsync(cancellationToken)).ConfigureAwait(false);
        return new StoreStatus(CurrentRevision, count.Count, 0, 0, status.DbSize, Volatile.Read(ref _watches));
    }

    /// <summary>Ends all watches and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        if (_compactor is not null) await _compactor.DisposeAsync().ConfigureAwait(false);
        await Connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Notes that a revision exists.</summary>
    internal void See(long revision) => Raise(ref _current, revision);

    /// <summary>Notes how far history has been cut.</summary>
    internal void SeeCompacted(long revision) => Raise(ref _compacted, revision);

    internal void Forget(EtcdWatch _) => Interlocked.Decrement(ref _watches);

    internal async Task<V3.TxnResponse> WriteAsync(V3.TxnRequest request, EtcdCall call, CancellationToken cancel, long lease = 0)
    {
        var response = await CallAsync("/etcdserverpb.KV/Txn", request, V3.TxnResponse.Parser, call, _options.OperationTimeout, cancel, lease).ConfigureAwait(false);
        See(response.Header.Revision);
        return response;
    }

    private static void Raise(ref long field, long value)
    {
        for (var seen = Volatile.Read(ref field); seen < value;)
        {
            var found = Interlocked.CompareExchange(ref field, value, seen);
            if (found == seen) return;
            seen = found;
        }
    }

    private CasResult Refused(V3.TxnResponse response)
    {
        var found = response.Responses[0].ResponseRange.Kvs;
        return new CasResult(false, response.Header.Revision, found.Count == 0 ? null : Wire.Record(found[0]), null);
    }

    private async Task<V3.RangeResponse> ReadAsync(V3.RangeRequest request, TimeSpan attempt, CancellationToken cancel)
    {
        var response = await CallAsync("/etcdserverpb.KV/Range", request, V3.RangeResponse.Parser, EtcdCall.Repeatable, attempt, cancel).ConfigureAwait(false);
        See(response.Header.Revision);
        return response;
    }

    private async Task<long> ReadHeaderAsync()
    {
        // What counts is the header of a linearizable read.
        var request = new V3.RangeRequest { Key = s_nobody, CountOnly = true };
        return (await ReadAsync(request, s_shortRead, default).ConfigureAwait(false)).Header.Revision;
    }

    private async Task<TReply> CallAsync<TReply>(
        string method, IMessage request, MessageParser<TReply> parser, EtcdCall call, TimeSpan attempt, CancellationToken cancel, long lease = 0)
        where TReply : IMessage<TReply>
    {
        ThrowIfDisposed();
        try
        {
            return await Connection.CallAsync(method, request, parser, call, attempt, cancel).ConfigureAwait(false);
        }
        catch (GrpcException e) when (call == EtcdCall.Once && e.Detail == EtcdWords.NoSpace)
        {
            // The write that first exceeds the quota is carried out and then refused; those that follow are only refused.
            throw new WriteOutcomeUnknownException(e.Detail, e);
        }
        catch (GrpcException e)
        {
            throw await TranslateAsync(e, lease, cancel).ConfigureAwait(false);
        }
    }

    private async Task<TReply> Guarded<TReply>(Task<TReply> call)
    {
        try
        {
            return await call.ConfigureAwait(false);
        }
        catch (GrpcException e)
        {
            throw await TranslateAsync(e, 0, default).ConfigureAwait(false);
        }
    }

    private async Task<StoreException> TranslateAsync(GrpcException e, long lease, CancellationToken cancel)
    {
        switch (e.Detail)
        {
            case EtcdWords.Compacted:
                await FindCompactedAsync(cancel).ConfigureAwait(false);
                return new CompactedException(CompactedRevision);
            case EtcdWords.Future:
                return new FutureRevisionException(await ReadRevisionAsync(cancel).ConfigureAwait(false));
            case EtcdWords.LeaseNotFound:
                return new LeaseNotFoundException(lease);
            case EtcdWords.LeaseExists:
                return new LeaseExistsException(lease);
            default:
                return EtcdErrors.Refusal(e);
        }
    }

    private async Task SeeBeginningAsync(CancellationToken cancel)
    {
        try
        {
            await ReadAsync(new V3.RangeRequest { Key = s_nobody, CountOnly = true, Revision = 1 }, s_shortRead, cancel).ConfigureAwait(false);
        }
        catch (CompactedException)
        {
            // Then it has been noted how far.
        }
    }

    /// <summary>Asks how far a history that has been cut has been cut: only a watch of what is gone is told.</summary>
    private async Task FindCompactedAsync(CancellationToken cancel)
    {
        for (var tries = 0; tries < 3; tries++)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(s_shortRead);
            using var call = Connection.Open<V3.WatchRequest, V3.WatchResponse>("/etcdserverpb.Watch/Watch", V3.WatchResponse.Parser, withLeader: false, out var leave, patience.Token);
            call.Send(new V3.WatchRequest { CreateRequest = new V3.WatchCreateRequest { Key = s_nobody, StartRevision = 1 } });
            try
            {
                while (await call.ReadAsync().ConfigureAwait(false) is { } response)
                {
                    if (response.CompactRevision > 0) SeeCompacted(response.CompactRevision);
                    if (response.Canceled) return;
                }
            }
            catch (GrpcException e)
            {
                cancel.ThrowIfCancellationRequested();
                leave(e.Message);
            }
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
}
