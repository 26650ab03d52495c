using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Dns.Forwarding;
using Tiphys.Dns.Wire;

namespace Tiphys.Dns.Tests;

public sealed class ForwarderTests
{
    private readonly ManualTime _time = new();

    private Forwarder Create(params FakeUpstream[] upstreams) => new(upstreams, new ForwarderOptions(), _time, NullLogger.Instance);

    private static async Task<(DnsMessageInfo? Info, DnsRcode Failure)> Ask(Forwarder forwarder, string name = "www.example.com", DnsType type = DnsType.A)
    {
        var message = DnsQuery.Build(77, TestCluster.Question(name, type), 1400);
        var query = DnsQuery.Parse(message, out _)!;
        var (response, failure) = await forwarder.ForwardAsync(message, query, tcp: false, CancellationToken.None);
        if (response is not null)
            Assert.True(DnsMessageScanner.Answers(response, 77, query.Question));
        return (response is null ? null : DnsMessageScanner.Scan(response), failure);
    }

    [Fact]
    public async Task An_answer_is_passed_on_and_remembered_for_its_lifetime()
    {
        var upstream = new FakeUpstream { Ttl = 20 };
        var forwarder = Create(upstream);
        Assert.Equal(20u, (await Ask(forwarder)).Info!.MinTtl);
        _time.Advance(TimeSpan.FromSeconds(12.5));
        Assert.Equal(8u, (await Ask(forwarder, "WWW.example.COM")).Info!.MinTtl);
        Assert.Equal(1, upstream.Asked);
        await Ask(forwarder, "other.example.com");
        await Ask(forwarder, type: DnsType.AAAA);
        Assert.Equal(3, upstream.Asked);
        _time.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal(20u, (await Ask(forwarder)).Info!.MinTtl);
        Assert.Equal(4, upstream.Asked);
    }

    [Fact]
    public async Task Nothing_is_remembered_beyond_the_limit_or_without_a_lifetime()
    {
        var upstream = new FakeUpstream { Ttl = 86400 };
        var forwarder = Create(upstream);
        await Ask(forwarder);
        _time.Advance(TimeSpan.FromSeconds(31));
        await Ask(forwarder);
        Assert.Equal(2, upstream.Asked);
        upstream.Ttl = 0;
        await Ask(forwarder, "zero.example.com");
        await Ask(forwarder, "zero.example.com");
        Assert.Equal(4, upstream.Asked);
    }

    [Fact]
    public async Task Absence_is_remembered_as_long_as_the_soa_says()
    {
        var upstream = new FakeUpstream { Rcode = DnsRcode.NameError, NegativeTtl = 10 };
        var forwarder = Create(upstream);
        Assert.Equal(DnsRcode.NameError, (await Ask(forwarder)).Info!.Rcode);
        _time.Advance(TimeSpan.FromSeconds(9));
        await Ask(forwarder);
        Assert.Equal(1, upstream.Asked);
        _time.Advance(TimeSpan.FromSeconds(2));
        await Ask(forwarder);
        Assert.Equal(2, upstream.Asked);
        upstream.NegativeTtl = null;
        await Ask(forwarder, "nosoa.example.com");
        await Ask(forwarder, "nosoa.example.com");
        Assert.Equal(4, upstream.Asked);
    }

    [Fact]
    public async Task A_failure_of_the_other_server_is_passed_on_but_not_remembered()
    {
        var upstream = new FakeUpstream { Rcode = DnsRcode.ServerFailure };
        var forwarder = Create(upstream);
        Assert.Equal(DnsRcode.ServerFailure, (await Ask(forwarder)).Info!.Rcode);
        await Ask(forwarder);
        Assert.Equal(2, upstream.Asked);
    }

    [Fact]
    public async Task Another_server_steps_in_and_the_failing_one_is_avoided()
    {
        var (bad, good) = (new FakeUpstream { Error = new IOException("refused") }, new FakeUpstream());
        var forwarder = Create(bad, good);
        for (var i = 0; i < 50; i++)
            Assert.NotNull((await Ask(forwarder, $"n{i}.example.com")).Info);
        Assert.Equal(50, good.Asked);
        Assert.Equal(2, bad.Asked);
        _time.Advance(TimeSpan.FromSeconds(6));
        bad.Error = null;
        for (var i = 0; i < 50; i++)
            await Ask(forwarder, $"m{i}.example.com");
        Assert.True(bad.Asked > 2);
    }

    [Fact]
    public async Task A_silent_server_costs_one_timeout()
    {
        var silent = new FakeUpstream { Silent = true };
        var forwarder = Create(silent);
        var asking = Ask(forwarder);
        Assert.False(asking.IsCompleted);
        await silent.AskedAtLeast(1);
        _time.Advance(TimeSpan.FromSeconds(2));
        await silent.AskedAtLeast(2);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(DnsRcode.ServerFailure, (await asking).Failure);
    }

    [Fact]
    public async Task Without_servers_or_room_queries_are_refused()
    {
        Assert.Equal(DnsRcode.Refused, (await Ask(Create())).Failure);
        var silent = new FakeUpstream { Silent = true };
        var forwarder = new Forwarder([silent], new ForwarderOptions { MaxConcurrent = 1 }, _time, NullLogger.Instance);
        var first = Ask(forwarder);
        Assert.Equal(DnsRcode.Refused, (await Ask(forwarder)).Failure);
        silent.Silent = false;
        await silent.AskedAtLeast(1);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.NotNull((await first).Info);
        Assert.NotNull((await Ask(forwarder, "again.example.com")).Info);
    }

    [Fact]
    public void The_cache_stays_within_its_capacity()
    {
        var cache = new ResponseCache(100, TimeSpan.FromSeconds(30), _time);
        var kept = 0;
        for (var i = 0; i < 1000; i++)
        {
            var query = DnsQuery.Parse(DnsQuery.Build(1, TestCluster.Question($"n{i}.example", DnsType.A), 1400), out _)!;
            var response = FakeUpstream.Answer(query, 60);
            cache.Store(new CacheKey(query.Question, true, false, false), response, DnsMessageScanner.Scan(response)!);
        }
        for (var i = 0; i < 1000; i++)
            kept += cache.TryGet(new CacheKey(TestCluster.Question($"n{i}.example", DnsType.A), true, false, false), 1) is null ? 0 : 1;
        Assert.InRange(kept, 50, 100);
    }

    [Fact]
    public void Resolv_conf_names_the_servers()
    {
        var servers = ResolvConf.Parse("# comment\nsearch example.com\nnameserver 192.0.2.1\n nameserver\t2001:db8::1 \nnameserver 192.0.2.1\nnameserver nonsense\noptions ndots:5\n");
        Assert.Equal([new IPEndPoint(IPAddress.Parse("192.0.2.1"), 53), new IPEndPoint(IPAddress.Parse("2001:db8::1"), 53)], servers);
    }
}

/// <summary>Another server that answers as told.</summary>
internal sealed class FakeUpstream : IUpstream
{
    private readonly Lock _gate = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];

    public uint Ttl { get; set; } = 60;

    public DnsRcode Rcode { get; set; }

    public uint? NegativeTtl { get; set; }

    public Exception? Error { get; set; }

    public volatile bool Silent;

    public int Asked { get; private set; }

    public Task AskedAtLeast(int count)
    {
        lock (_gate)
        {
            if (Asked >= count)
                return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((count, reached));
            return reached.Task;
        }
    }

    public static byte[] Answer(DnsQuery query, uint ttl) => DnsResponseWriter.Write(
        query, new DnsResponse(DnsRcode.NoError) { Answers = [new AddressRecord(query.Question.Name, ttl, IPAddress.Parse("192.0.2.7"))] }, 512, 1232);

    public async Task<byte[]> ExchangeAsync(ReadOnlyMemory<byte> query, DnsQuestion question, bool tcp, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Asked++;
            foreach (var (count, reached) in _waiting)
            {
                if (Asked >= count)
                    reached.TrySetResult();
            }
        }
        if (Error is not null)
            throw Error;
        if (Silent)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        var parsed = DnsQuery.Parse(query.Span, out _)!;
        if (Rcode == DnsRcode.NoError)
            return Answer(parsed, Ttl);
        var zone = DnsName.Parse("example.com");
        return DnsResponseWriter.Write(
            parsed,
            new DnsResponse(Rcode) { Authority = NegativeTtl is { } ttl ? [new SoaRecord(zone, 3600, zone, zone, 1, 1, 1, 1, ttl)] : [] },
            512, 1232);
    }
}
