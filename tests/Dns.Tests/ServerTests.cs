using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Dns.Server;
using Tiphys.Dns.Wire;
using Tiphys.Dns.Zone;

namespace Tiphys.Dns.Tests;

/// <summary>The server on the loopback device, asked over sockets.</summary>
public sealed class ServerTests : IAsyncDisposable
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    private readonly TestCluster _cluster = new();
    private readonly ManualTime _time = new(); // nothing that is asked for comes too late
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(ClusterDns Server, Task Running)> _servers = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var (server, running) in _servers)
        {
            await running;
            server.Dispose();
        }
        _stop.Dispose();
    }

    private IPEndPoint Start(TestCluster cluster, params IPEndPoint[] upstreams)
    {
        var server = new ClusterDns(
            new ClusterDnsOptions { Listen = [AnyPort], Health = null, Ready = null, Upstreams = upstreams }, cluster, _time, NullLoggerFactory.Instance);
        _servers.Add((server, server.RunAsync(_stop.Token)));
        return server.Addresses[0];
    }

    // A server for another domain stands for the rest of the world.
    private IPEndPoint StartOutside()
    {
        var outside = new TestCluster { Current = ClusterSnapshot.Empty };
        var server = new ClusterDns(
            new ClusterDnsOptions
            {
                Listen = [AnyPort],
                Health = null,
                Ready = null,
                Zone = new ClusterZoneOptions { Domain = DnsName.Parse("example.com"), PodNames = true },
            },
            outside, _time, NullLoggerFactory.Instance);
        outside.Current = outside.Current.With(
            new ServiceEntry(new ServiceKey("world", "www"), [IPAddress.Parse("192.0.2.80")], [new PortEntry("", "TCP", 80)], [])) with
        {
            Namespaces = outside.Current.Namespaces.Add("world"),
        };
        _servers.Add((server, server.RunAsync(_stop.Token)));
        return server.Addresses[0];
    }

    private static async Task<byte[]> Udp(IPEndPoint server, byte[] message)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server);
        await socket.SendAsync(message);
        var buffer = new byte[65536];
        using var timeout = new CancellationTokenSource(Patience.Limit);
        return buffer[..await socket.ReceiveAsync(buffer, timeout.Token)];
    }

    private static byte[] Query(string name, DnsType type, ushort id = 1, ushort size = 1232) => DnsQuery.Build(id, TestCluster.Question(name, type), size);

    private static string Describe(byte[] response) =>
        $"{DnsMessageScanner.Scan(response)!.Rcode}: {string.Join(", ", DnsMessageScanner.ReadAnswers(response)!.Select(TestCluster.Describe))}";

    [Fact]
    public async Task Services_are_answered_over_udp()
    {
        var server = Start(_cluster);
        Assert.Equal("NoError: web.default.svc.cluster.local. A 10.96.0.20", Describe(await Udp(server, Query("web.default.svc.cluster.local", DnsType.A))));
        Assert.Equal("NameError: ", Describe(await Udp(server, Query("nothing.default.svc.cluster.local", DnsType.A))));
        var response = await Udp(server, Query("web.default.svc.cluster.local", DnsType.A, id: 4711));
        Assert.True(DnsMessageScanner.Answers(response, 4711, TestCluster.Question("web.default.svc.cluster.local", DnsType.A)));
        Assert.Equal(0x85, response[2]); // a response, authoritative, recursion was desired
        Assert.Equal(0x80, response[3]); // recursion is available
    }

    [Fact]
    public async Task A_large_answer_is_truncated_over_udp_and_whole_over_tcp()
    {
        var endpoints = Enumerable.Range(0, 400).Select(i => TestCluster.Endpoint($"e{i}", $"10.2.{i / 250}.{i % 250 + 1}", 80)).ToList();
        _cluster.Current = _cluster.Current.With(new ServiceEntry(new ServiceKey("default", "big"), [], [], endpoints) { IsHeadless = true });
        var server = Start(_cluster);
        var query = Query("big.default.svc.cluster.local", DnsType.A);
        var truncated = await Udp(server, query);
        Assert.True(truncated.Length <= 1232);
        Assert.True(DnsMessageScanner.Scan(truncated)!.Truncated);

        using var client = new TcpClient();
        await client.ConnectAsync(server);
        await Send(client.GetStream(), query);
        var whole = DnsMessageScanner.Scan(await Receive(client.GetStream()))!;
        Assert.Equal((false, 400), (whole.Truncated, whole.AnswerCount));
    }

    [Fact]
    public async Task A_tcp_connection_takes_many_queries_at_once_in_whatever_pieces()
    {
        var server = Start(_cluster);
        using var client = new TcpClient();
        await client.ConnectAsync(server);
        var stream = client.GetStream();
        var all = new MemoryStream();
        for (ushort id = 1; id <= 200; id++)
            await Send(all, Query("web.default.svc.cluster.local", DnsType.A, id));
        var bytes = all.ToArray();
        for (var at = 0; at < bytes.Length; at += 333)
            await stream.WriteAsync(bytes.AsMemory(at, Math.Min(333, bytes.Length - at)));
        // The client closes its side; everything asked is answered nevertheless.
        client.Client.Shutdown(SocketShutdown.Send);
        var ids = new HashSet<int>();
        for (var i = 0; i < 200; i++)
            ids.Add(BinaryPrimitives.ReadUInt16BigEndian(await Receive(stream)));
        Assert.Equal(200, ids.Count);
        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task Everything_else_is_forwarded()
    {
        var server = Start(_cluster, StartOutside());
        Assert.Equal("NoError: www.world.svc.example.com. A 192.0.2.80", Describe(await Udp(server, Query("www.world.svc.example.com", DnsType.A))));
        Assert.Equal("NameError: ", Describe(await Udp(server, Query("missing.world.svc.example.com", DnsType.A))));
        Assert.Equal(1, DnsMessageScanner.Scan(await Udp(server, Query("80.2.0.192.in-addr.arpa", DnsType.PTR)))!.AnswerCount);
        using var client = new TcpClient();
        await client.ConnectAsync(server);
        await Send(client.GetStream(), Query("www.world.svc.example.com", DnsType.AAAA));
        Assert.Equal("NoError: ", Describe(await Receive(client.GetStream())));
    }

    [Fact]
    public async Task An_external_name_is_followed_into_the_world()
    {
        _cluster.Current = _cluster.Current.With(
            new ServiceEntry(new ServiceKey("default", "away"), [], [], []) { ExternalName = "www.world.svc.example.com" });
        var server = Start(_cluster, StartOutside());
        Assert.Equal(
            "NoError: away.default.svc.cluster.local. CNAME www.world.svc.example.com., www.world.svc.example.com. A 192.0.2.80",
            Describe(await Udp(server, Query("away.default.svc.cluster.local", DnsType.A))));
    }

    [Fact]
    public async Task Before_the_cluster_is_known_nothing_is_denied()
    {
        _cluster.HasSynced = false;
        var server = Start(_cluster);
        Assert.Equal("ServerFailure: ", Describe(await Udp(server, Query("nothing.default.svc.cluster.local", DnsType.A))));
        Assert.Equal("NoError: web.default.svc.cluster.local. A 10.96.0.20", Describe(await Udp(server, Query("web.default.svc.cluster.local", DnsType.A))));
    }

    [Fact]
    public async Task An_answer_comes_from_the_address_that_was_asked()
    {
        var server = new ClusterDns(
            new ClusterDnsOptions { Listen = [new IPEndPoint(IPAddress.Any, 0)], Health = null, Ready = null }, _cluster, _time, NullLoggerFactory.Instance);
        _servers.Add((server, server.RunAsync(_stop.Token)));
        foreach (var address in new[] { "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.2", "127.0.0.1" })
        {
            var response = await Udp(new IPEndPoint(IPAddress.Parse(address), server.Addresses[0].Port), Query("web.default.svc.cluster.local", DnsType.A));
            Assert.Equal("NoError: web.default.svc.cluster.local. A 10.96.0.20", Describe(response));
        }
    }

    [Fact]
    public async Task What_is_not_served_is_said_so()
    {
        var server = Start(_cluster);
        Assert.Equal("Refused: ", Describe(await Udp(server, Query("www.example.com", DnsType.A))));
        Assert.Equal("Refused: ", Describe(await Udp(server, Query("cluster.local", DnsType.AXFR))));
        var chaos = Query("version.bind", DnsType.TXT);
        chaos[12 + 14 + 3] = 3;
        Assert.Equal("Refused: ", Describe(await Udp(server, chaos)));
        var newer = Query("web.default.svc.cluster.local", DnsType.A);
        newer[^5] = 1;
        Assert.Equal("BadVersion: ", Describe(await Udp(server, newer)));
        var cut = Query("web.default.svc.cluster.local", DnsType.A)[..20];
        Assert.Equal((byte)DnsRcode.FormatError, (await Udp(server, cut))[3]);
    }

    [Fact]
    public async Task Probes_tell_health_and_readiness()
    {
        _cluster.HasSynced = false;
        await using var health = new HealthServer(AnyPort, AnyPort, _cluster);
        await health.StartAsync(CancellationToken.None);
        using var client = new HttpClient();
        var (healthUrl, readyUrl) = (health.Urls[0], health.Urls[1]);
        Assert.Equal("OK", await client.GetStringAsync($"{healthUrl}/health"));
        var unready = await client.GetAsync($"{readyUrl}/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, unready.StatusCode);
        Assert.Equal("kubernetes", await unready.Content.ReadAsStringAsync());
        _cluster.HasSynced = true;
        Assert.Equal("OK", await client.GetStringAsync($"{readyUrl}/ready"));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"{healthUrl}/other")).StatusCode);
    }

    private static async Task Send(Stream stream, byte[] message)
    {
        var framed = new byte[message.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.CopyTo(framed, 2);
        await stream.WriteAsync(framed);
    }

    private static async Task<byte[]> Receive(Stream stream)
    {
        using var timeout = new CancellationTokenSource(Patience.Limit);
        var prefix = new byte[2];
        await stream.ReadExactlyAsync(prefix, timeout.Token);
        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
        await stream.ReadExactlyAsync(message, timeout.Token);
        return message;
    }
}
