using System.Text.RegularExpressions;
using Tiphys.Storage.Etcd;
using Tiphys.Storage.Etcd.Hosting;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>Debian's etcdctl on our server, and the same command lines on Debian's etcd: what they print must be the same.</summary>
public sealed partial class EtcdctlTests
{
    private const string Watch = "|watch a --rev=2 --prev-kv --progress-notify";
    private const string WatchEnd = "\na\n4\n";

    // Each line: standard input up to the bar, then the command.
    private static readonly string[] Script =
    [
        "|put a 1", "|put a 2 --prev-kv", "|put b 3", "|put c --ignore-value", "|put b --ignore-value", "|put x y --lease=77", "|get a", "|get a -w fields", "|get a -w json",
        "|get a z --keys-only", "|get --prefix= --sort-by=MODIFY --order=DESCEND", "|get a z --limit=1 -w json", "|get a z --count-only -w fields", "|get --from-key a --print-value-only",
        "|get a --rev=2", "|get a --rev=99", "|get nothing", "|get a z --sort-by=VALUE --order=ASCEND", "|get a z --sort-by=VERSION", "|get a --consistency=s",
        "value(\"a\") = \"2\"\n\nput a 4\nget a\ndel b\n\nget z\n\n|txn", "mod(\"a\") > \"99\"\n\nput a 5\n\nget a z\nput q 1\n\n|txn -w json",
        "version(\"nope\") = \"0\"\ncreate(\"a\") < \"9\"\n\nput d 1\n\n\n|txn", "\nput d 1\nput d 2\n\n\n|txn",
        "|lease grant 600 --lease-id=1234 -w json", "|lease grant 600", "|lease list -w fields", "|lease timetolive 55", "|lease revoke 55", "|lease keep-alive --once 55",
        Watch, "|del a --prev-kv", "|del a", "|del --prefix \"\" -w json", "|compact 3", "|compact 3", "|compact 99", "|get a --rev=2",
        "|watch a --rev=1", "|auth status", "|auth enable", "|auth disable", "|user list", "|user get u", "|role list", "|role get r", "|get a --user=root:x",
        "|alarm list", "|alarm disarm", "|move-leader 55", "|member remove 55", "|member promote 55", "|member update 55 --peer-urls=http://127.0.0.1:1",
        "|defrag", "|endpoint health", "|endpoint status -w fields", "|member list -w fields", "|endpoint hashkv -w fields", "|put", "|get a --sort-by=NONSENSE",
    ];

    [Fact]
    public async Task Prints_the_same_as_on_debians_etcd()
    {
        using var etcd = await EtcdProcess.StartSingleAsync();
        await using var served = await ServedStore.StartAsync(new EtcdOptions { Name = "m0", AdvertiseClientUrls = ["http://127.0.0.1:1"] });
        List<string> expected = [], actual = [];
        foreach (var line in Script)
        {
            var end = line == Watch ? WatchEnd : null;
            var theirs = await Etcdctl.RunAsync(etcd.Server, line, end);
            var ours = await Etcdctl.RunAsync(served.Url, line, end);
            if (Normal(theirs) == Normal(ours)) continue;
            expected.Add($"{line}\n{Normal(theirs)}");
            actual.Add($"{line}\n{Normal(ours)}");
        }
        Assert.True(expected.Count == 0, $"etcd:\n{string.Join('\n', expected)}\ntiphys etcd:\n{string.Join('\n', actual)}");
    }

    [Fact]
    public async Task Saves_a_snapshot_and_takes_a_lease_through_its_life()
    {
        await using var served = await ServedStore.StartAsync();
        await Etcdctl.RunAsync(served.Url, "|put a 1");
        using var directory = new TestDirectory();
        var file = Path.Combine(directory.Path, "snapshot.db");
        Assert.Contains("Snapshot saved at", await Etcdctl.RunAsync(served.Url, $"|snapshot save {file}"));
        Assert.Equal(1, Embedded.Snapshots.SnapshotFile.Inspect(file).TotalKeys);
        Assert.Contains("granted with TTL(600s)", await Etcdctl.RunAsync(served.Url, "|lease grant 600"));
        var lease = (await served.Store.ListLeasesAsync())[0];
        Assert.Contains("OK", await Etcdctl.RunAsync(served.Url, $"|put k v --lease={lease:x}"));
        Assert.Contains("attached keys([k])", await Etcdctl.RunAsync(served.Url, $"|lease timetolive {lease:x} --keys"));
        Assert.Contains("keepalived with TTL(600)", await Etcdctl.RunAsync(served.Url, $"|lease keep-alive --once {lease:x}"));
        Assert.Contains("revoked", await Etcdctl.RunAsync(served.Url, $"|lease revoke {lease:x}"));
        Assert.Equal("", (await Etcdctl.RunAsync(served.Url, "|get k")).Split("exit")[0]);
        Assert.Contains("locked", await Etcdctl.RunAsync(served.Url, "|lock mine echo locked"));
    }

    [Fact]
    public async Task Demands_certificates_of_its_authority()
    {
        using var directory = new TestDirectory();
        var files = new TestCertificates(directory.Path);
        await using var served = await ServedStore.StartAsync(tls: new EtcdTls(files.Server + ".crt", files.Server + ".key", files.Authority));
        Assert.Contains("OK", await Etcdctl.RunAsync(served.Url, $"|put a 1 --cacert={files.Authority} --cert={files.Client}.crt --key={files.Client}.key"));
        Assert.Contains("is healthy", await Etcdctl.RunAsync(served.Url, $"|endpoint health --cacert={files.Authority} --cert={files.Client}.crt --key={files.Client}.key"));
        Assert.DoesNotContain("OK", await Etcdctl.RunAsync(served.Url, $"|put a 2 --cacert={files.Authority} --dial-timeout=1s --command-timeout=1s"));
        Assert.DoesNotContain("OK", await Etcdctl.RunAsync(served.Url, $"|put a 2 --cacert={files.Authority} --cert={files.Stranger}.crt --key={files.Stranger}.key --dial-timeout=1s --command-timeout=1s"));
        Assert.Equal(2, served.Store.CurrentRevision);
    }

    // What must differ: addresses, ids, versions, sizes, terms, times.
    private static string Normal(string text)
    {
        text = Address().Replace(text, "ADDRESS");
        text = LogLine().Replace(text, "");
        text = Varying().Replace(text, "$1*");
        text = Lease().Replace(text, "lease * granted");
        return Took().Replace(text, "took = *");
    }

    [GeneratedRegex("http://127.0.0.1:\\d+")]
    private static partial Regex Address();

    [GeneratedRegex("^(\\{\"level\"|\"PeerURL\").*\\n", RegexOptions.Multiline)]
    private static partial Regex LogLine();

    [GeneratedRegex("(\"(?:cluster_id|member_id|raft_term|ClusterID|MemberID|RaftTerm|RaftIndex|RaftAppliedIndex|DBSize|DBSizeInUse|Leader|Version|Hash|ID)\" ?: ?)[^,\\n}]*")]
    private static partial Regex Varying();

    [GeneratedRegex("lease [0-9a-f]{16} granted")]
    private static partial Regex Lease();

    [GeneratedRegex("took = \\S+")]
    private static partial Regex Took();
}
