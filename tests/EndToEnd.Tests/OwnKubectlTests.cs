using System.Diagnostics;

namespace Tiphys.EndToEnd.Tests;

/// <summary>Our own kubectl on a live cluster, held against Debian's: the same bytes and the same exit code.</summary>
[Collection("cluster")]
public sealed class OwnKubectlTests(Cluster cluster)
{
    [Theory]
    [InlineData("get pods -A -o wide")]
    [InlineData("get all")]
    [InlineData("get node e2e -o yaml")]
    [InlineData("describe node e2e")]
    [InlineData("describe deployment web")]
    [InlineData("describe service web")]
    [InlineData("get events -A")]
    [InlineData("get pod nobody")]
    [InlineData("logs deployment/web --tail=3")]
    [InlineData("exec deployment/web -- cat /www/index.html")]
    [InlineData("exec deployment/web -- sh -c exit\t3")]
    public async Task It_says_what_theirs_says(string commandLine)
    {
        var arguments = commandLine.Split(' ').Select(static a => a.Replace('\t', ' ')).ToArray();
        var since = Stopwatch.StartNew();
        while (true)
        {
            // Ages pass on between the runs: ours must equal one of theirs, beside or after it.
            var beside = cluster.KubectlAsync(arguments);
            var ours = await cluster.OwnKubectlAsync(arguments);
            var after = await cluster.KubectlAsync(arguments);
            if (ours == await beside || ours == after) return;
            if (since.Elapsed > Cluster.Patience) Assert.Equal(after, ours);
        }
    }

    [Fact]
    public async Task Its_exec_carries_input_output_and_exit_codes()
    {
        await cluster.PodAsync("galley", "sleep 1000");
        Assert.Equal("rowed", (await cluster.OwnKubectlAsync(["exec", "-i", "galley", "--", "cat"], "rowed")).Succeeded().Output.Trim());
        Assert.Equal(7, (await cluster.OwnKubectlAsync(["exec", "galley", "--", "sh", "-c", "exit 7"])).Code);
        Assert.Contains("pod \"galley\" deleted", (await cluster.OwnKubectlAsync(["delete", "pod", "galley", "--now"])).Succeeded().Output, StringComparison.Ordinal);
    }
}
