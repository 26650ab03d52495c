using System.CommandLine;
using Tiphys.Commands;
using Tiphys.Server;
using Tiphys.Storage.Embedded.Snapshots;

namespace Tiphys.Tests.Commands;

public class EtcdCommandTests
{
    [Theory]
    [InlineData("--advertise-client-urls=bar", "--advertise-client-urls: URL scheme must be http, https, unix, or unixs: bar")]
    [InlineData("--advertise-client-urls=http://a:1,ftp://b:2", "--advertise-client-urls: URL scheme must be http, https, unix, or unixs: ftp://b:2")]
    [InlineData("--advertise-client-urls=http://a", "--advertise-client-urls: URL address does not have the form \"host:port\": http://a")]
    [InlineData("--advertise-client-urls=http://a:1/x", "--advertise-client-urls: URL must not contain a path: http://a:1/x")]
    [InlineData("--advertise-client-urls=http://a:80,https://[::1]:443,unix://x", null)]
    public void Only_addresses_are_advertised(string argument, string? error)
    {
        var result = EtcdCommands.Create().Parse([argument]);
        Assert.Equal(error is null ? [] : [error], result.Errors.Select(static e => e.Message));
    }

    [Fact]
    public void A_list_of_addresses_does_not_swallow_the_flag_behind_it()
    {
        var result = EtcdCommands.Create().Parse(["--listen-client-urls", "http://127.0.0.1:1", "--listen-peer-urls", "http://127.0.0.1:2"]);
        Assert.Contains(result.Errors, static e => e.Message.Contains("--listen-peer-urls", StringComparison.Ordinal));
        Assert.Empty(EtcdCommands.Create().Parse(["--listen-client-urls", "http://127.0.0.1:1,http://127.0.0.1:2", "--listen-client-urls", "http://127.0.0.1:3"]).Errors);
    }

    [Theory]
    [InlineData("snapshot", "status", "")]
    [InlineData("snapshot", "restore", "x", "--data-dir", "")]
    [InlineData("repair", "--data-dir", "")]
    [InlineData("migrate", "--etcd-servers", "http://127.0.0.1:1", "--data-dir", "")]
    public async Task A_name_left_empty_is_said_in_a_sentence(params string[] arguments)
    {
        var error = await Assert.ThrowsAsync<StartException>(() => EtcdCommands.Create().Parse(arguments).InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken));
        Assert.Equal("a file or directory is named by an empty text", error.Message);
    }

    [Fact]
    public void What_is_lost_is_counted_to_the_end()
    {
        var damage = new StoreDamage("f", 64, 10, 5, 7, [.. Enumerable.Range(0, 103).Select(static i => $"k{i}")], "a frame does not match its checksum");
        var text = SnapshotOutput.Write(new StoreRepairReport([damage, new StoreDamage("d", 0, 0, 9, 0, [], "the log is missing")], 3, 9, null));
        Assert.StartsWith("f: a frame does not match its checksum; 10 bytes at offset 64 cannot be read; they came after revision 5 and before 7\n  k0\n", text, StringComparison.Ordinal);
        Assert.Contains("\n  k99\n  and 3 more\nd: the log is missing; what is lost came after revision 9\n3 keys can be saved", text, StringComparison.Ordinal);
    }
}
