using Tiphys.Joining;
using Tiphys.Server;

namespace Tiphys.Program.Tests;

public sealed class KeptEtcdTests : IDisposable
{
    private static readonly EtcdSettings s_first = new()
    {
        Servers = [new("https://10.0.0.1:2379"), new("https://10.0.0.2:2379")], Prefix = "/ships", AuthorityFile = "/etcd/ca.crt", CertificateFile = "/etcd/client.crt", KeyFile = "/etcd/client.key",
    };

    private readonly string _directory = Directory.CreateTempSubdirectory("tiphys-kept-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_server_goes_on_with_the_etcd_it_was_given_once()
    {
        var etcd = KeptEtcd.Apply(Options(), After(Options() with { Etcd = s_first })).Etcd!;
        Assert.Equal(s_first.Servers, etcd.Servers);
        Assert.Equal(("/ships", "/etcd/ca.crt", "/etcd/client.crt", "/etcd/client.key"), (etcd.Prefix, etcd.AuthorityFile, etcd.CertificateFile, etcd.KeyFile));
        Assert.Null(KeptEtcd.Apply(Options(), null).Etcd);
        Assert.Null(KeptEtcd.Apply(Options(), After(Options())).Etcd);
    }

    [Fact]
    public void Files_are_found_again_from_another_working_directory()
    {
        var etcd = KeptEtcd.Apply(Options(), After(Options() with { Etcd = s_first with { AuthorityFile = "ca.crt" } })).Etcd!;
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "ca.crt"), etcd.AuthorityFile);
    }

    [Fact]
    public void Flags_come_before_the_record_one_by_one()
    {
        var before = After(Options() with { Etcd = s_first });
        var etcd = KeptEtcd.Apply(Options() with { EtcdDefaults = new() { Servers = [], CertificateFile = "/new.crt", KeyFile = "/new.key" } }, before).Etcd!;
        Assert.Equal(s_first.Servers, etcd.Servers);
        Assert.Equal(("/etcd/ca.crt", "/new.crt", "/new.key"), (etcd.AuthorityFile, etcd.CertificateFile, etcd.KeyFile));

        etcd = KeptEtcd.Apply(Options("--etcd-servers") with { Etcd = new() { Servers = [new("https://10.0.0.3:2379")] } }, before).Etcd!;
        Assert.Equal(("10.0.0.3", "/ships", "/etcd/ca.crt"), (Assert.Single(etcd.Servers).Host, etcd.Prefix, etcd.AuthorityFile));
        etcd = KeptEtcd.Apply(Options("--etcd-servers", "--etcd-prefix") with { Etcd = new() { Servers = [new("http://10.0.0.3:2379")], Prefix = "/registry" } }, before).Etcd!;
        Assert.Equal(("/registry", null), (etcd.Prefix, etcd.AuthorityFile)); // no file that nobody needs any more
    }

    [Fact]
    public void The_embedded_store_is_gone_back_to_by_flag_and_by_bringing_the_objects_there()
    {
        var before = After(Options() with { Etcd = s_first });
        Assert.Null(KeptEtcd.Apply(Options("--etcd-servers"), before).Etcd);

        var path = DataDirectory.ServerRecordOf(_directory);
        KeptEtcd.Forget(_directory); // of a server that never ran
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, before.ToJson());
        KeptEtcd.Forget(_directory);
        Assert.Equal((null, "cluster.local"), (ServerRecord.TryRead(path)!.Etcd, ServerRecord.TryRead(path)!.ClusterDomain));
    }

    [Fact]
    public void A_server_that_joined_keeps_its_own_way_to_etcd_and_leaves_the_shared_one_to_the_cluster()
    {
        var cluster = After(Options() with { Etcd = s_first }) with { ClusterId = "id" };
        var shared = SharedSettings.Apply(Options(), cluster, "/pki");
        Assert.Null(KeptEtcd.Apply(Options(), After(shared)).Etcd);

        var own = SharedSettings.Apply(Options("--etcd-servers") with { Etcd = new() { Servers = [new("https://127.0.0.1:2379")] } }, cluster, "/pki");
        var again = SharedSettings.Apply(KeptEtcd.Apply(Options(), After(own)), cluster, "/pki");
        Assert.True(Assert.Single(again.Etcd!.Servers).IsLoopback);
        Assert.Equal("/ships", again.Etcd.Prefix);
        var back = SharedSettings.Apply(KeptEtcd.Apply(Options("--etcd-servers"), After(again)), cluster, "/pki");
        Assert.Equal((2, true), (back.Etcd!.Servers.Count, back.EtcdIsShared));
    }

    [Theory]
    [InlineData("--etcd-prefix")]
    [InlineData("--etcd-cafile")]
    [InlineData("--etcd-compaction-interval")]
    public void Flags_of_an_etcd_are_refused_when_there_is_none(string flag)
    {
        Assert.Equal(
            $"{flag} is for objects in an etcd, and this server's are in the embedded store: name the etcd with --etcd-servers, or leave the flag out.",
            Assert.Throws<StartException>(() => KeptEtcd.Check(Options(flag, "--cluster-domain"))).Message);
        KeptEtcd.Check(Options(flag) with { Etcd = s_first });
        KeptEtcd.Check(Options("--etcd-servers", "--etcd-disable-snapshots"));
    }

    private static ServerOptions Options(params string[] given) => new() { DataDir = "x", Given = given.ToHashSet() };

    private static ServerRecord After(ServerOptions options) => ServerRecord.Of(options, new("https://10.0.0.1:6443"));
}
