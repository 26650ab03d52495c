using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Tiphys.Storage.Etcd;
using Tiphys.Storage.Etcd.Hosting;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>Debian's etcdctl on our server, and the same command lines on Debian's etcd: what they print must be the same.</summary>
public sealed partial class EtcdctlTests
{
    private static readonly string Etcdctl = Path.Combine(Path.GetDirectoryName(EtcdProcess.Program)!, "etcdctl");

    // Each line: standard input up to the bar, then the command.
    private static readonly string[] Script =
    [
        "|put a 1", "|put a 2 --prev-kv", "|put b 3", "|put c --ignore-value", "|put b --ignore-value", "|put x y --lease=77", "|get a", "|get a -w fields", "|get a -w json",
        "|get a z --keys-only", "|get --prefix= --sort-by=MODIFY --order=DESCEND", "|get a z --limit=1 -w json", "|get a z --count-only -w fields", "|get --from-key a --print-value-only",
        "|get a --rev=2", "|get a --rev=99", "|get nothing", "|get a z --sort-by=VALUE --order=ASCEND", "|get a z --sort-by=VERSION", "|get a --consistency=s",
        "value(\"a\") = \"2\"\n\nput a 4\nget a\ndel b\n\nget z\n\n|txn", "mod(\"a\") > \"99\"\n\nput a 5\n\nget a z\nput q 1\n\n|txn -w json",
        "version(\"nope\") = \"0\"\ncreate(\"a\") < \"9\"\n\nput d 1\n\n\n|txn", "\nput d 1\nput d 2\n\n\n|txn",
        "|lease grant 600 --lease-id=1234 -w json", "|lease grant 600", "|lease list -w fields", "|lease timetolive 55", "|lease revoke 55", "|lease keep-alive --once 55",
        "|watch a --rev=2 --prev-kv --progress-notify", "|del a --prev-kv", "|del a", "|del --prefix \"\" -w json", "|compact 3", "|compact 3", "|compact 99", "|get a --rev=2",
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
            var theirs = await RunAsync(etcd.Server, line);
            var ours = await RunAsync(served.Url, line);
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
        await RunAsync(served.Url, "|put a 1");
        using var directory = new TestDirectory();
        var file = Path.Combine(directory.Path, "snapshot.db");
        Assert.Contains("Snapshot saved at", await RunAsync(served.Url, $"|snapshot save {file}"));
        Assert.Equal(1, Embedded.Snapshots.SnapshotFile.Inspect(file).TotalKeys);
        Assert.Contains("granted with TTL(600s)", await RunAsync(served.Url, "|lease grant 600"));
        var lease = (await served.Store.ListLeasesAsync())[0];
        Assert.Contains("OK", await RunAsync(served.Url, $"|put k v --lease={lease:x}"));
        Assert.Contains("attached keys([k])", await RunAsync(served.Url, $"|lease timetolive {lease:x} --keys"));
        Assert.Contains("keepalived with TTL(600)", await RunAsync(served.Url, $"|lease keep-alive --once {lease:x}"));
        Assert.Contains("revoked", await RunAsync(served.Url, $"|lease revoke {lease:x}"));
        Assert.Equal("", (await RunAsync(served.Url, "|get k")).Split("exit")[0]);
        Assert.Contains("locked", await RunAsync(served.Url, "|lock mine echo locked"));
    }

    [Fact]
    public async Task Demands_certificates_of_its_authority()
    {
        using var directory = new TestDirectory();
        var files = new Certificates(directory.Path);
        await using var served = await ServedStore.StartAsync(tls: new EtcdTls(files.Server + ".crt", files.Server + ".key", files.Authority));
        Assert.Contains("OK", await RunAsync(served.Url, $"|put a 1 --cacert={files.Authority} --cert={files.Client}.crt --key={files.Client}.key"));
        Assert.Contains("is healthy", await RunAsync(served.Url, $"|endpoint health --cacert={files.Authority} --cert={files.Client}.crt --key={files.Client}.key"));
        Assert.DoesNotContain("OK", await RunAsync(served.Url, $"|put a 2 --cacert={files.Authority} --dial-timeout=1s --command-timeout=1s"));
        Assert.DoesNotContain("OK", await RunAsync(served.Url, $"|put a 2 --cacert={files.Authority} --cert={files.Stranger}.crt --key={files.Stranger}.key --dial-timeout=1s --command-timeout=1s"));
        Assert.Equal(2, served.Store.CurrentRevision);
    }

    private static async Task<string> RunAsync(Uri server, string line)
    {
        var bar = line.LastIndexOf('|');
        var words = Word().Matches(line[(bar + 1)..]).Select(static m => m.Value.Trim('"'));
        var start = new ProcessStartInfo(Etcdctl, [.. words, $"--endpoints={server.GetLeftPart(UriPartial.Authority)}"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(line[..bar]);
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        // A watch goes on until it is ended; what it had to say of the past comes at once.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(line.Contains("|watch", StringComparison.Ordinal) ? 2 : 30));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        return $"{await output}exit {process.ExitCode}\n{await errors}";
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

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();

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

    /// <summary>An authority, a server and a client of it, and a client of nobody.</summary>
    private sealed class Certificates
    {
        public Certificates(string directory)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            using var authority = request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(90));
            Authority = Path.Combine(directory, "ca.crt");
            File.WriteAllText(Authority, authority.ExportCertificatePem());
            Server = Write(directory, "server", authority, "1.3.6.1.5.5.7.3.1");
            Client = Write(directory, "client", authority, "1.3.6.1.5.5.7.3.2");
            Stranger = Write(directory, "stranger", null, "1.3.6.1.5.5.7.3.2");
        }

        public string Authority { get; }

        public string Server { get; }

        public string Client { get; }

        public string Stranger { get; }

        private static string Write(string directory, string name, X509Certificate2? authority, string usage)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(System.Net.IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
            var (from, to) = (DateTimeOffset.UnixEpoch.AddYears(51), DateTimeOffset.UnixEpoch.AddYears(89));
            using var certificate = authority is null ? request.CreateSelfSigned(from, to) : request.Create(authority, from, to, RandomNumberGenerator.GetBytes(8));
            var path = Path.Combine(directory, name);
            File.WriteAllText(path + ".crt", certificate.ExportCertificatePem());
            File.WriteAllText(path + ".key", key.ExportPkcs8PrivateKeyPem());
            return path;
        }
    }
}
