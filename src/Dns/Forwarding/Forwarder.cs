using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Tiphys.Dns.Wire;

namespace Tiphys.Dns.Forwarding;

/// <summary>How questions about the rest of the world are passed on.</summary>
public sealed record ForwarderOptions
{
    /// <summary>How long one server is waited for.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a client is kept waiting altogether.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For how long a server that failed twice running is asked only after the others.</summary>
    public TimeSpan Penalty { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Questions under way at once; more are refused.</summary>
    public int MaxConcurrent { get; init; } = 1000;

    /// <summary>Responses kept.</summary>
    public int CacheEntries { get; init; } = 9984;

    /// <summary>The longest a response is kept.</summary>
    public TimeSpan CacheLimit { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Passes queries on to other servers, in random order, the failing ones last, and remembers the answers for a while.</summary>
internal sealed partial class Forwarder
{
    private const int FailuresBeforePenalty = 2;

    private readonly ForwarderOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ResponseCache _cache;
    private readonly Server[] _servers;
    private int _underWay;

    public Forwarder(IEnumerable<IUpstream> upstreams, ForwarderOptions options, TimeProvider time, ILogger logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        _cache = new ResponseCache(options.CacheEntries, options.CacheLimit, time);
        _servers = [.. upstreams.Select(u => new Server(u))];
    }

    /// <summary>
    /// Answers a client's query as another server does. Returns the whole response, which may be larger than the client can
    /// take, or an outcome when there is none.
    /// </summary>
    public async ValueTask<(byte[]? Response, DnsRcode Failure)> ForwardAsync(
        ReadOnlyMemory<byte> message, DnsQuery query, bool tcp, CancellationToken cancellationToken)
    {
        var key = new CacheKey(query.Question, query.Edns is not null, query.Edns?.DnssecOk ?? false, query.CheckingDisabled);
        if (_cache.TryGet(key, query.Id) is { } cached)
            return (cached, DnsRcode.NoError);
        var (response, failure) = await AskAsync(message, query.Question, tcp, cancellationToken).ConfigureAwait(false);
        if (response is null)
            return (null, failure);
        BinaryPrimitives.WriteUInt16BigEndian(response, query.Id);
        if (DnsMessageScanner.Scan(response) is not { } info)
            return (null, DnsRcode.ServerFailure);
        _cache.Store(key, response, info);
        return (response, DnsRcode.NoError);
    }

    /// <summary>Looks up a name's addresses for the server itself; null when that fails.</summary>
    public async ValueTask<List<DnsRecord>?> ResolveAsync(DnsName name, DnsType type, CancellationToken cancellationToken)
    {
        var question = new DnsQuestion(name, type);
        var query = new DnsQuery(0, RecursionDesired: true, CheckingDisabled: false, question, new EdnsInfo(1232, 0, false));
        var message = DnsQuery.Build(0, question, 1232);
        var (response, _) = await ForwardAsync(message, query, tcp: false, cancellationToken).ConfigureAwait(false);
        if (response is not null && (response[2] & 0x02) != 0)
            (response, _) = await ForwardAsync(message, query, tcp: true, cancellationToken).ConfigureAwait(false);
        if (response is null || (DnsRcode)(response[3] & 0x0f) is not (DnsRcode.NoError or DnsRcode.NameError))
            return null;
        return DnsMessageScanner.ReadAnswers(response);
    }

    private async ValueTask<(byte[]? Response, DnsRcode Failure)> AskAsync(
        ReadOnlyMemory<byte> message, DnsQuestion question, bool tcp, CancellationToken cancellationToken)
    {
        if (_servers.Length == 0)
            return (null, DnsRcode.Refused);
        try
        {
            if (Interlocked.Increment(ref _underWay) > _options.MaxConcurrent)
                return (null, DnsRcode.Refused);
            // A number of our own: the client's might be known to others.
            var own = message.ToArray();
            RandomNumberGenerator.Fill(own.AsSpan(0, 2));
            var start = _time.GetTimestamp();
            var order = Order();
            // A lost datagram alone must not fail a query, so even a single server is asked twice.
            for (var attempt = 0; attempt < Math.Max(order.Length, 2); attempt++)
            {
                var left = _options.Deadline - _time.GetElapsedTime(start);
                if (left <= TimeSpan.Zero)
                    break;
                var server = order[attempt % order.Length];
                using var timeout = new CancellationTokenSource(left < _options.AttemptTimeout ? left : _options.AttemptTimeout, _time);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
                try
                {
                    var response = await server.Upstream.ExchangeAsync(own, question, tcp, both.Token).ConfigureAwait(false);
                    server.Failures = 0;
                    return (response, DnsRcode.NoError);
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    if (Interlocked.Increment(ref server.Failures) == FailuresBeforePenalty)
                        LogFailing(_logger, server.Upstream, e.Message);
                    server.LastFailure = _time.GetTimestamp();
                }
            }
            return (null, DnsRcode.ServerFailure);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private Server[] Order()
    {
        Server[] order = [.. _servers];
        Random.Shared.Shuffle(order);
        // A stable sort: the random order stays among equals.
        return [.. order.OrderBy(s => s.Failures >= FailuresBeforePenalty && _time.GetElapsedTime(s.LastFailure) < _options.Penalty)];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "DNS server {Server} fails: {Error}")]
    private static partial void LogFailing(ILogger logger, IUpstream server, string error);

    private sealed class Server(IUpstream upstream)
    {
        public int Failures;
        public long LastFailure;

        public IUpstream Upstream => upstream;
    }
}
