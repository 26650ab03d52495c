using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Client;
using Tiphys.Joining;
using Tiphys.Server;

namespace Tiphys.Program.Tests;

public sealed class ClusterDiscoveryTests
{
    [Fact]
    public async Task A_server_that_is_not_there_is_waited_for_a_minute_and_then_named()
    {
        // A port that is held but not listened at is nobody else's meanwhile.
        using var closed = new Socket(SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var server = new Uri($"https://{closed.LocalEndPoint}");
        var time = new ManualTime();
        var started = time.GetUtcNow();
        var discovery = new ClusterDiscovery(server, "tiphys token create --server", time, NullLogger.Instance).AuthorityAsync(BootstrapToken.Generate(), [], CancellationToken.None);
        await Patience.UntilAsync(
            () =>
            {
                if (time.Timers > 0) time.Advance(TimeSpan.FromSeconds(1));
                return discovery.IsCompleted;
            },
            "it gives up");

        var error = await Assert.ThrowsAsync<StartException>(() => discovery);
        Assert.StartsWith($"the API server {server} cannot be reached: ", error.Message, StringComparison.Ordinal);
        Assert.InRange(time.GetUtcNow() - started, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(63));
    }
}
