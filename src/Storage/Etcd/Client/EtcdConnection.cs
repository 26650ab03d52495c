using Google.Protobuf;
using Tiphys.Grpc;

namespace Tiphys.Storage.Etcd.Client;

/// <summary>How a request may be repeated.</summary>
internal enum EtcdCall
{
    /// <summary>It changes nothing, or doing it twice is as good as once: it is made again until it is answered.</summary>
    Repeatable,

    /// <summary>It must not be made again unless it certainly was not carried out.</summary>
    Once,
}

/// <summary>
/// The connection to the cluster: every request goes to one member as long as that one is well, then to the next. A monitor asks
/// the member in use again and again, so that calls that wait for a dead or cut-off member are ended within seconds.
/// </summary>
internal sealed class EtcdConnection : IAsyncDisposable
{
    private static readonly TimeSpan s_repeatDelay = TimeSpan.FromMilliseconds(50);
    private readonly EtcdStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly EtcdMember[] _members;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _monitor;
    private int _current;
    private StoreHealth _health;

    public EtcdConnection(EtcdStoreOptions options)
    {
        if (options.Servers.Count == 0) throw new StoreOpenException("no etcd server is given");
        _options = options;
        _time = options.TimeProvider;
        _members = [.. options.Servers.Select(s => new EtcdMember(s, options))];
        _health = new StoreHealth(StoreCondition.Healthy, null, _time.GetUtcNow());
        _monitor = Task.Run(MonitorAsync);
    }

    public StoreHealth Health => Volatile.Read(ref _health);

    /// <summary>Ends with the store.</summary>
    public CancellationToken Stopped => _stop.Token;

    private EtcdMember Current => _members[Volatile.Read(ref _current)];

    /// <summary>Makes a request, at another member if need be.</summary>
    /// <exception cref="GrpcException">etcd refused it.</exception>
    /// <exception cref="StoreUnavailableException">No member took it.</exception>
    /// <exception cref="WriteOutcomeUnknownException">It may have been carried out.</exception>
    public async Task<TReply> CallAsync<TReply>(
        string method, IMessage request, MessageParser<TReply> parser, EtcdCall call, TimeSpan attempt, CancellationToken cancel)
        where TReply : IMessage<TReply>
    {
        var started = _time.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, typeof(EtcdStore));
            cancel.ThrowIfCancellationRequested();
            var member = Current;
            try
            {
                // A write that is on its way cannot be called back.
                return await member.Channel.UnaryAsync(method, request, parser, attempt, call == EtcdCall.Once ? _stop.Token : cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                throw new ObjectDisposedException(nameof(EtcdStore));
            }
            catch (GrpcException e)
            {
                ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, typeof(EtcdStore));
                var fate = EtcdErrors.FateOf(e);
                if (fate == EtcdFate.Refused) throw;
                Leave(member, e.Message);
                if (fate == EtcdFate.Unknown && call == EtcdCall.Once)
                    throw new WriteOutcomeUnknownException($"the write's outcome is unknown: {member.Name}: {e.Detail}", e);

                // Once the cluster is known to be away, one round is enough to tell.
                if (_time.GetElapsedTime(started) >= _options.OperationTimeout || (Health.Condition == StoreCondition.Unreachable && tries >= _members.Length))
                    throw new StoreUnavailableException(StoreCondition.Unreachable, $"etcd is not available: {member.Name}: {e.Detail}", e);
                if (tries % _members.Length == 0)
                    await Task.Delay(s_repeatDelay * Math.Min(tries, 10), _time, cancel).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Opens a stream to the member in use.</summary>
    public GrpcDuplexCall<TRequest, TReply> Open<TRequest, TReply>(string method, MessageParser<TReply> parser, bool withLeader, out Action<string> leave, CancellationToken cancel)
        where TRequest : IMessage<TRequest>
        where TReply : IMessage<TReply>
    {
        var member = Current;
        leave = reason => Leave(member, reason);

        // A member that lost its leader then ends the stream instead of falling silent.
        return member.Channel.Duplex<TRequest, TReply>(method, parser, withLeader ? [("hasleader", "true")] : [], cancel);
    }

    /// <summary>The state of the member in use.</summary>
    public Task<V3.StatusResponse> StatusAsync(CancellationToken cancel) =>
        CallAsync("/etcdserverpb.Maintenance/Status", new V3.StatusRequest(), V3.StatusResponse.Parser, EtcdCall.Repeatable, _options.HealthCheckTimeout, cancel);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _monitor.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var member in _members) member.Dispose();
    }

    /// <summary>Uses another member from now on, if this one is in use still.</summary>
    private void Leave(EtcdMember member, string reason)
    {
        var index = Array.IndexOf(_members, member);
        if (_members.Length > 1 && Interlocked.CompareExchange(ref _current, (index + 1) % _members.Length, index) == index)
            EtcdLog.MemberLeft(_options.Logger, member.Name, Current.Name, reason);
    }

    private async Task MonitorAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var member = Current;
            var report = await AskAsync(member).ConfigureAwait(false);
            if (!report.IsWell) report = await FindAsync(report).ConfigureAwait(false);
            Note(report);
            await Task.Delay(_options.HealthCheckInterval, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Looks for a member that is well, asking all at a time, and uses it.</summary>
    private async Task<Report> FindAsync(Report worst)
    {
        var pending = _members.Select(AskOrResetAsync).ToList();
        while (pending.Count > 0)
        {
            var answered = await Task.WhenAny(pending).ConfigureAwait(false);
            pending.Remove(answered);
            var report = await answered.ConfigureAwait(false);
            if (!report.IsWell) continue;
            var previous = _members[Interlocked.Exchange(ref _current, Array.IndexOf(_members, report.Member))];
            if (previous != report.Member) EtcdLog.MemberLeft(_options.Logger, previous.Name, report.Member.Name, worst.Reason);

            // Others have a leader, so this one is cut off: what waits at it would wait in vain.
            if (worst.Answered && worst.Member != report.Member) worst.Member.Reset();
            return report;
        }
        return worst;
    }

    /// <summary>
    /// Asks a member whose calls may hang. Only after this second question are they given up: that makes unknown outcomes of the
    /// writes among them.
    /// </summary>
    private async Task<Report> AskOrResetAsync(EtcdMember member)
    {
        var report = await AskAsync(member).ConfigureAwait(false);
        if (!report.Answered && !_stop.IsCancellationRequested) member.Reset();
        return report;
    }

    private async Task<Report> AskAsync(EtcdMember member)
    {
        try
        {
            var status = await member.Channel.UnaryAsync(
                "/etcdserverpb.Maintenance/Status", new V3.StatusRequest(), V3.StatusResponse.Parser, _options.HealthCheckTimeout, _stop.Token).ConfigureAwait(false);
            if (status.Leader == 0) return new Report(member, true, false, false, $"{member.Name} has no leader");
            return new Report(member, true, true, status.Errors.Any(static e => e.Contains("NOSPACE", StringComparison.Ordinal)), "");
        }
        catch (Exception e) when (e is GrpcException or OperationCanceledException)
        {
            // An answer that refuses the question is still an answer.
            var answered = e is GrpcException g && EtcdErrors.FateOf(g) == EtcdFate.Refused;
            return new Report(member, answered, answered, false, $"{member.Name}: {(e as GrpcException)?.Detail ?? e.Message}");
        }
    }

    private void Note(Report report)
    {
        var (condition, reason) = report switch
        {
            { IsWell: false } => (StoreCondition.Unreachable, report.Reason),
            { IsFull: true } => (StoreCondition.DiskFull, EtcdWords.NoSpace),
            _ => (StoreCondition.Healthy, (string?)null),
        };
        if (_stop.IsCancellationRequested || condition == Health.Condition) return;
        Volatile.Write(ref _health, new StoreHealth(condition, reason, _time.GetUtcNow()));
        EtcdLog.HealthChanged(_options.Logger, condition, reason ?? "");
    }

    private readonly record struct Report(EtcdMember Member, bool Answered, bool IsWell, bool IsFull, string Reason);
}
