using System.Net;
using Tiphys.Api.Core.V1;
using Tiphys.ApiServer;
using Tiphys.Client;
using Tiphys.Joining;
using Tiphys.Server;

namespace Tiphys.Program.Tests;

public sealed class ClusterSecretsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tiphys-secrets-").FullName;
    private readonly ManualTime _time = new();
    private readonly Secret _token = new() { Metadata = new() { Name = "bootstrap-token-abcdef", Uid = "u1" } };
    private readonly CertificateKey _key = CertificateKey.Generate();

    private string Pki => Path.Combine(_directory, "pki");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_second_server_gets_the_first_ones_authorities_keys_and_files_but_not_its_certificates()
    {
        using (ClusterPki.Open(Pki, new(), _time)) { }
        var secret = ClusterSecrets.Gather(Pki, Record()).Seal(_key, _token);
        var owner = Assert.Single(secret.Metadata.OwnerReferences!);
        Assert.Equal(("bootstrap-token-abcdef", "u1"), (owner.Name, owner.Uid));
        Assert.Equal(
            ["ca.crt", "ca.key", "cluster.json", "encryption-provider-config.yaml", "external-etcd-ca.crt", "external-etcd.crt", "external-etcd.key", "front-proxy-ca.crt", "front-proxy-ca.key", "sa.key", "sa.pub"],
            secret.Data!.Keys.Order(StringComparer.Ordinal));

        var opened = ClusterSecrets.Open(secret, _key);
        var second = Path.Combine(_directory, "second", "pki");
        opened.WriteTo(second);
        foreach (var shared in (string[])["ca.crt", "ca.key", "front-proxy-ca.key", "sa.key"]) Assert.Equal(File.ReadAllText(Path.Combine(Pki, shared)), File.ReadAllText(Path.Combine(second, shared)));
        Assert.Equal("etcd key", File.ReadAllText(Path.Combine(second, "external-etcd.key")));
        foreach (var key in Directory.GetFiles(second, "*.key"))
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        using var pki = ClusterPki.Open(second, new() { AdvertiseAddress = IPAddress.Parse("192.0.2.2") }, _time);
        Assert.Equal(File.ReadAllText(Path.Combine(Pki, "ca.crt")), pki.Authority.Pem);

        var options = SharedSettings.Apply(new ServerOptions { DataDir = "x" }, ServerRecord.TryRead(Path.Combine(second, "cluster.json"))!, second);
        Assert.Equal("ships.local", options.ClusterDomain);
        Assert.Equal((7443, "id"), (options.SecurePort, options.ClusterId));
        Assert.Equal(new Ports(31000, 31999), options.ServiceNodePortRange);
        Assert.Equal("10.50.0.0/16", options.ClusterCidr.ToString());
        Assert.Equal(Path.Combine(second, "external-etcd-ca.crt"), options.Etcd!.AuthorityFile);
        Assert.Equal("etcd certificate", File.ReadAllText(options.Etcd.CertificateFile!));
        Assert.Equal("https://10.0.0.9:2379/", options.Etcd.Servers[0].AbsoluteUri);
        Assert.True(options.EtcdIsShared);
        Assert.Equal("kind: EncryptionConfiguration", File.ReadAllText(options.EncryptionProviderConfig!));
        Assert.True(options.EncryptionReload);
    }

    [Fact]
    public void Another_key_a_missing_file_and_keys_that_do_not_fit_are_refused()
    {
        using (ClusterPki.Open(Pki, new(), _time)) { }
        var secret = ClusterSecrets.Gather(Pki, Record()).Seal(_key, _token);
        Assert.Contains("does not open", Assert.Throws<StartException>(() => ClusterSecrets.Open(secret, CertificateKey.Generate())).Message, StringComparison.Ordinal);

        var authority = secret.Data!["ca.key"];
        secret.Data["ca.key"] = secret.Data["front-proxy-ca.key"];
        Assert.Contains("cannot be used", Assert.Throws<StartException>(() => ClusterSecrets.Open(secret, _key)).Message, StringComparison.Ordinal);
        secret.Data["ca.key"] = authority;
        secret.Data.Remove("sa.key");
        Assert.Contains("lacks sa.key", Assert.Throws<StartException>(() => ClusterSecrets.Open(secret, _key)).Message, StringComparison.Ordinal);
        secret.Data["../sa.key"] = _key.Seal("x"u8);
        Assert.Contains("impossible name", Assert.Throws<StartException>(() => ClusterSecrets.Open(secret, _key)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_written_whole_or_not_at_all()
    {
        using (ClusterPki.Open(Pki, new(), _time)) { }
        var secrets = ClusterSecrets.Gather(Pki, Record());
        var second = Path.Combine(_directory, "second", "pki");
        Directory.CreateDirectory(second);
        File.WriteAllText(Path.Combine(second, "ca.crt"), "mine");
        Assert.ThrowsAny<IOException>(() => secrets.WriteTo(second));
        Assert.Equal(["ca.crt"], Directory.GetFiles(second).Select(Path.GetFileName));
        Assert.Equal(["pki"], Directory.GetFileSystemEntries(Path.Combine(_directory, "second")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("--cluster-cidr", "--cluster-cidr 10.42.0.0/16 contradicts the cluster's 10.50.0.0/16")]
    [InlineData("--service-cluster-ip-range", null)]
    [InlineData("--cluster-domain", "--cluster-domain cluster.local contradicts")]
    [InlineData("--secure-port", "--secure-port 6443 contradicts the cluster's 7443: all servers of a cluster share it; leave the flag out.")]
    [InlineData("--etcd-prefix", "--etcd-prefix /registry contradicts the cluster's /ships")]
    [InlineData("--service-node-port-range", "--service-node-port-range 30000-32767 contradicts the cluster's 31000-31999")]
    public void Flags_that_contradict_the_cluster_are_refused(string flag, string? refusal)
    {
        var options = new ServerOptions { DataDir = "x", Given = new HashSet<string> { flag } };
        var error = Xunit.Record.Exception(() => SharedSettings.Apply(options, Record(), "pki"));
        if (refusal is null) Assert.Null(error);
        else Assert.StartsWith(refusal, error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_may_have_its_own_way_to_the_same_etcd_but_no_other_prefix()
    {
        var own = new EtcdSettings { Servers = [new("https://127.0.0.1:2379")], CertificateFile = "own.crt", KeyFile = "own.key" };
        var options = SharedSettings.Apply(new ServerOptions { DataDir = "x", Etcd = own }, Record(), Pki);
        Assert.False(options.EtcdIsShared);
        Assert.Equal((own.Servers, "own.crt", "own.key"), (options.Etcd!.Servers, options.Etcd.CertificateFile, options.Etcd.KeyFile));
        Assert.Equal(("/ships", Path.Combine(_directory, "ca.crt")), (options.Etcd.Prefix, options.Etcd.AuthorityFile)); // the same etcd still
        Assert.Throws<StartException>(() => SharedSettings.Apply(new ServerOptions { DataDir = "x", Etcd = own with { Prefix = "/other" }, Given = new HashSet<string> { "--etcd-prefix" } }, Record(), "pki"));
        Assert.Throws<StartException>(() => SharedSettings.Apply(new ServerOptions { DataDir = "x" }, Record() with { Etcd = null }, "pki"));
    }

    private ServerRecord Record() => new()
    {
        Server = new("https://10.0.0.1:6443"),
        ClusterId = "id",
        SecurePort = 7443,
        ClusterCidr = "10.50.0.0/16",
        ServiceClusterIpRange = "10.43.0.0/16",
        ClusterDomain = "ships.local",
        ServiceNodePortRange = "31000-31999",
        Etcd = new()
        {
            Servers = [new("https://10.0.0.9:2379")],
            Prefix = "/ships",
            AuthorityFile = Write("ca.crt", "etcd authority"),
            CertificateFile = Write("client.crt", "etcd certificate"),
            KeyFile = Write("client.key", "etcd key"),
        },
        EncryptionProviderConfig = Write("encryption.yaml", "kind: EncryptionConfiguration"),
        EncryptionReload = true,
    };

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
