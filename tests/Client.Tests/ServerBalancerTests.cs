using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Tiphys.Client.Tests;

public sealed class ServerBalancerTests : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tiphys-balancer-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<EchoServer> _started = [];
    private readonly FakeProbe _probe = new();
    private readonly ManualTime _time = new(); // no server is too slow

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var server in _started) server.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_server_that_refuses_is_left_at_once_and_not_asked_first_again()
    {
        var (a, b) = (Server("a"), Server("b"));
        var servers = List(a.Address, b.Address);
        var balancer = Balancer(servers);
        Assert.Equal("a", await AskAsync(balancer));
        a.Dispose();
        Assert.Equal("b", await AskAsync(balancer));
        Assert.Equal([b.Address, a.Address], servers.InOrder());
        Assert.Equal([b.Address, a.Address], ServerList.Open(File_, a.Address, first: false).InOrder());
    }

    [Fact]
    public async Task Connections_to_a_silent_server_are_cut_after_two_questions_when_another_answers()
    {
        var (a, b) = (Server("a"), Server("b"));
        var servers = List(a.Address, b.Address);
        var balancer = Balancer(servers);
        var monitor = new ServerMonitor(servers, balancer, _probe, _time, NullLogger.Instance);
        using var client = await ConnectAsync(balancer);
        Assert.Equal("a", await ReadAsync(client));

        _probe.States[a.Address] = ServerState.Silent;
        await monitor.RoundAsync(CancellationToken.None);
        Assert.True(balancer.IsUsed(a.Address));
        await monitor.RoundAsync(CancellationToken.None);
        await Assert.ThrowsAnyAsync<IOException>(() => client.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Patience.Limit));

        // It still accepts connections, as the kernel does for a process that hangs.
        Assert.Equal("b", await AskAsync(balancer));
    }

    [Fact]
    public async Task Nothing_is_cut_when_no_other_server_answers_and_nobody_is_asked_when_there_is_no_other()
    {
        var (a, b) = (Server("a"), Server("b"));
        var servers = List(a.Address, b.Address);
        var balancer = Balancer(servers);
        var monitor = new ServerMonitor(servers, balancer, _probe, _time, NullLogger.Instance);
        using var client = await ConnectAsync(balancer);
        Assert.Equal("a", await ReadAsync(client));
        _probe.States[a.Address] = _probe.States[b.Address] = ServerState.Silent;
        for (var i = 0; i < 3; i++) await monitor.RoundAsync(CancellationToken.None);
        Assert.True(balancer.IsUsed(a.Address));

        var asked = _probe.Asked;
        var alone = List(a.Address);
        await new ServerMonitor(alone, balancer, _probe, _time, NullLogger.Instance).RoundAsync(CancellationToken.None);
        Assert.Equal(asked, _probe.Asked);
    }

    [Fact]
    public async Task New_connections_avoid_a_server_that_is_not_ready_but_those_it_has_stay()
    {
        var (a, b) = (Server("a"), Server("b"));
        var servers = List(a.Address, b.Address);
        var balancer = Balancer(servers);
        var monitor = new ServerMonitor(servers, balancer, _probe, _time, NullLogger.Instance);
        using var client = await ConnectAsync(balancer);
        Assert.Equal("a", await ReadAsync(client));
        _probe.States[a.Address] = ServerState.NotReady;
        await monitor.RoundAsync(CancellationToken.None);
        Assert.Equal("b", await AskAsync(balancer));
        Assert.True(balancer.IsUsed(a.Address));
        b.Dispose();
        Assert.Equal("a", await AskAsync(balancer));
    }

    [Fact]
    public async Task Bytes_pass_both_ways_until_both_sides_have_ended()
    {
        var a = Server("a");
        var balancer = Balancer(List(a.Address));
        using var client = await ConnectAsync(balancer);
        Assert.Equal("a", await ReadAsync(client));
        var sent = new byte[1 << 20];
        Random.Shared.NextBytes(sent);
        var stream = client.GetStream();
        var writing = Task.Run(async () =>
        {
            await stream.WriteAsync(sent);
            client.Client.Shutdown(SocketShutdown.Send);
        });
        var received = new MemoryStream();
        await stream.CopyToAsync(received).WaitAsync(Patience.Limit);
        await writing;
        Assert.Equal(sent, received.ToArray());
        await Patience.UntilAsync(() => !balancer.IsUsed(a.Address));
    }

    [Fact]
    public void The_list_follows_the_cluster_and_keeps_the_server_joined_with()
    {
        Uri joined = new("https://cluster.example:6443"), a = new("https://10.0.0.1:6443"), b = new("https://10.0.0.2:6443"), c = new("https://10.0.0.3:6443");
        var list = ServerList.Open(File_, joined, first: true);
        Assert.Empty(list.Replace([b, a]));
        Assert.Equal([joined, a, b], list.InOrder());
        list.Use(b);
        Assert.Equal([b, joined, a], list.InOrder());
        Assert.Equal([a], list.Replace([b, c]));
        Assert.Equal([b, c, joined], list.InOrder());
        Assert.Empty(list.Replace([]));
        Assert.Equal([b, c, joined], ServerList.Open(File_, joined, first: false).InOrder());
        Assert.Equal([joined, b, c], ServerList.Open(File_, joined, first: true).InOrder());
    }

    private string File_ => Path.Combine(_directory, "servers");

    private ServerList List(params Uri[] servers)
    {
        File.WriteAllLines(File_, servers.Select(static s => s.AbsoluteUri));
        return ServerList.Open(File_, servers[0], first: false);
    }

    private ServerBalancer Balancer(ServerList servers)
    {
        var balancer = new ServerBalancer(new IPEndPoint(IPAddress.Loopback, 0), servers, _time, NullLogger.Instance);
        _ = balancer.RunAsync(_stop.Token);
        return balancer;
    }

    private EchoServer Server(string name)
    {
        var server = new EchoServer(name);
        _started.Add(server);
        return server;
    }

    private static async Task<TcpClient> ConnectAsync(ServerBalancer balancer)
    {
        var client = new TcpClient();
        await client.ConnectAsync(balancer.Address.Host, balancer.Address.Port);
        return client;
    }

    private static async Task<string> ReadAsync(TcpClient client)
    {
        var one = new byte[1];
        await client.GetStream().ReadExactlyAsync(one).AsTask().WaitAsync(Patience.Limit);
        return ((char)one[0]).ToString();
    }

    private static async Task<string> AskAsync(ServerBalancer balancer)
    {
        using var client = await ConnectAsync(balancer);
        return await ReadAsync(client);
    }

    /// <summary>Says its name, one letter, and then all that it hears.</summary>
    private sealed class EchoServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly ConcurrentBag<TcpClient> _clients = [];

        public EchoServer(string name)
        {
            _listener.Start();
            Address = new Uri($"https://{_listener.LocalEndpoint}");
            _ = ServeAsync(name);
        }

        public Uri Address { get; }

        public void Dispose()
        {
            _listener.Dispose();
            foreach (var client in _clients) client.Dispose();
        }

        private async Task ServeAsync(string name)
        {
            while (true)
            {
                TcpClient client;
                try
                {
                    client = await _listener.AcceptTcpClientAsync();
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    return;
                }

                _clients.Add(client);
                _ = Task.Run(async () =>
                {
                    var stream = client.GetStream();
                    await stream.WriteAsync(new[] { (byte)name[0] });
                    await stream.CopyToAsync(stream);
                    client.Close();
                });
            }
        }
    }

    private sealed class FakeProbe : IServerProbe
    {
        public ConcurrentDictionary<Uri, ServerState> States { get; } = new();

        public int Asked { get; private set; }

        public Task<ServerState> ProbeAsync(Uri server, CancellationToken cancel)
        {
            Asked++;
            return Task.FromResult(States.GetValueOrDefault(server));
        }
    }
}
