using System.Text;

namespace Tiphys.Kubectl.Tests.Live;

/// <summary><c>logs</c> and <c>exec</c>, against the real kubectl: with a node that is made up, and without one.</summary>
[Collection("live")]
public sealed class PodLiveTests(LiveServer server) : IAsyncLifetime
{
    private FakeNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await FakeNode.StartAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Theory]
    [InlineData("logs one")]
    [InlineData("logs one side")]
    [InlineData("logs one -c setup --previous --timestamps --tail=5 --since=90s --limit-bytes=100")]
    [InlineData("logs pod/one -c main --since-time=2026-01-02T03:04:05Z -f")]
    [InlineData("logs one -c nope")]
    [InlineData("logs one --all-containers")]
    [InlineData("logs one --all-containers --prefix")]
    [InlineData("logs one -c side -p")]
    [InlineData("logs one --all-containers -p --ignore-errors")]
    [InlineData("logs -l a=b -c main")]
    [InlineData("logs -l a=b -c main --tail=-1 --prefix")]
    [InlineData("logs nosuch")]
    [InlineData("exec one -- date")]
    [InlineData("exec one -q -- date")]
    [InlineData("exec one -c side -- date 3")]
    [InlineData("exec one -i -c side -- cat")]
    [InlineData("exec one -it -c side -- cat")]
    [InlineData("exec one -c nope -- date")]
    [InlineData("exec nosuch -- date")]
    public Task A_node_is_asked_the_same(string line) => server.SameAsync([.. line.Split(' ', 2)[..1], "-s", _node.Address, .. line.Split(' ')[1..]]);

    [Fact]
    public async Task Input_reaches_the_command_and_ends()
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var streams = new KubectlStreams(new MemoryStream("hello\n"u8.ToArray()), output, error);
        var code = await KubectlProgram.RunAsync(["-s", _node.Address, "exec", "one", "-i", "-c", "main", "--", "cat", "7"], streams, CancellationToken.None);
        Assert.Equal(7, code);
        Assert.Equal("main: cat 7\necho hello\n", Encoding.UTF8.GetString(output.ToArray()));
        Assert.Equal("to stderr\ncommand terminated with exit code 7\n", Encoding.UTF8.GetString(error.ToArray()));
    }

    [Theory]
    [InlineData("logs")]
    [InlineData("logs a b c")]
    [InlineData("logs nosuch")]
    [InlineData("logs p1")]
    [InlineData("logs cm/cm")]
    [InlineData("logs svc/kubernetes")]
    [InlineData("logs -l app=none")]
    [InlineData("logs web -l a=b")]
    [InlineData("logs p1 --tail=-3")]
    [InlineData("logs p1 --since=1x")]
    [InlineData("logs p1 c -c c")]
    [InlineData("exec")]
    [InlineData("exec a")]
    [InlineData("exec a b")]
    [InlineData("exec -- date")]
    [InlineData("exec p1 -- date")]
    [InlineData("exec p1 -it -- date")]
    [InlineData("exec cm/cm -- date")]
    public Task Without_a_node_errors_are_the_same(string line) => server.SameAsync(line.Split(' '));
}
