using System.Net;
using System.Text.Json;
using Tiphys.ApiServer;
using Tiphys.Certificates;
using Tiphys.Client;
using Tiphys.Server;

namespace Tiphys.Program.Tests;

public sealed class CertsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tiphys-certs-").FullName;
    private readonly ManualTime _time = new();
    private readonly DataDirectory _data;
    private readonly List<string> _told = [];

    public CertsTests()
    {
        _data = DataDirectory.Open(_directory);
        using var pki = ClusterPki.Open(_data.Pki, new() { AdvertiseAddress = IPAddress.Parse("192.0.2.1") }, _time);
        var admin = pki.Admin();
        WholeFile.WritePrivate(_data.AdminKubeconfig, Kubeconfig.Write("tiphys", new Uri("https://192.0.2.1:6443"), pki.Authority.Pem, admin.ExportCertificatePem() + "\n", ClusterPki.KeyPem(admin) + "\n", null));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Status_prints_kubeadms_table()
    {
        _time.Advance(TimeSpan.FromDays(1));
        File.Delete(Path.Combine(_data.Pki, "front-proxy-client.crt"));
        Assert.Equal(
            """
            CERTIFICATE                    EXPIRES                  RESIDUAL TIME   CERTIFICATE AUTHORITY   EXTERNALLY MANAGED
            kubeconfig.yaml                Jan 01, 2027 00:00 UTC   364d            ca                      no
            admin                          Jan 01, 2027 00:00 UTC   364d            ca                      no
            apiserver                      Jan 01, 2027 00:00 UTC   364d            ca                      no
            apiserver-kubelet-client       Jan 01, 2027 00:00 UTC   364d            ca                      no
            !MISSING! front-proxy-client

            CERTIFICATE AUTHORITY   EXPIRES                  RESIDUAL TIME   EXTERNALLY MANAGED
            ca                      Dec 30, 2035 00:00 UTC   9y              no
            front-proxy-ca          Dec 30, 2035 00:00 UTC   9y              no
            """,
            string.Join('\n', Status("text").TrimEnd().Split('\n').Select(static l => l.TrimEnd())));
    }

    [Fact]
    public void Status_prints_kubeadms_json_and_the_same_as_yaml()
    {
        using var json = JsonDocument.Parse(Status("json"));
        Assert.Equal("CertificateExpirationInfo", json.RootElement.GetProperty("kind").GetString());
        Assert.Equal("output.kubeadm.k8s.io/v1alpha3", json.RootElement.GetProperty("apiVersion").GetString());
        var server = json.RootElement.GetProperty("certificates").EnumerateArray().Single(static c => c.GetProperty("name").GetString() == "apiserver");
        Assert.Equal("""{"name":"apiserver","expirationDate":"2027-01-01T00:00:00Z","residualTime":31536000,"externallyManaged":false,"caName":"ca","missing":false}""", JsonSerializer.Serialize(server));
        Assert.Contains("- caName: ca\n  expirationDate: \"2027-01-01T00:00:00Z\"\n  externallyManaged: false\n  missing: false\n  name: apiserver\n  residualTime: 31536000\n", Status("yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public void Status_shows_an_agents_certificates()
    {
        var agent = DataDirectory.Open(Path.Combine(_directory, "node"));
        Directory.CreateDirectory(agent.AgentCertificates);
        using var pki = ClusterPki.Open(_data.Pki, new() { AdvertiseAddress = IPAddress.Parse("192.0.2.1") }, _time);
        var client = pki.IssueClient("system:node:sea", "system:nodes");
        var file = Path.Combine(agent.AgentCertificates, "kubelet-client-current.pem");
        WholeFile.WritePrivate(file, client.ExportCertificatePem() + "\n" + ClusterPki.KeyPem(client));
        WholeFile.WritePrivate(agent.AgentKubeconfig, Kubeconfig.WriteWithFile("tiphys", new Uri("https://192.0.2.1:6443"), pki.Authority.Pem, file));
        var text = CertificateReport.Write(CertificateInventory.Of(agent, _time), "text", _time.GetUtcNow());
        Assert.Matches("(?m)^agent/kubelet-client +Jan 01, 2027 00:00 UTC +365d +ca +no", text);
        Assert.Matches("(?m)^ca +Dec 30, 2035 00:00 UTC +10y +yes|^ca +Dec 30, 2035 00:00 UTC +9y[0-9]*d? +yes", text);
        Assert.Contains("renews them itself", Assert.Throws<StartException>(() => CertificateRenewal.Run(agent, [], _time, _told.Add)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rotating_all_renews_every_certificate_and_the_kubeconfig_and_touches_no_authority()
    {
        var before = Files();
        _time.Advance(TimeSpan.FromDays(10));
        CertificateRenewal.Run(_data, [], _time, _told.Add);
        Assert.Equal(
            ["admin renewed, valid until 2027-01-11T00:00:00Z", "apiserver renewed, valid until 2027-01-11T00:00:00Z", "apiserver-kubelet-client renewed, valid until 2027-01-11T00:00:00Z", "front-proxy-client renewed, valid until 2027-01-11T00:00:00Z"],
            _told);
        var after = Files();
        Assert.Equal(
            ["admin.crt", "admin.key", "apiserver-kubelet-client.crt", "apiserver-kubelet-client.key", "apiserver.crt", "apiserver.key", "front-proxy-client.crt", "front-proxy-client.key"],
            after.Keys.Where(k => after[k] != before[k]).Order(StringComparer.Ordinal));
        var config = Kubeconfig.Load(_data.AdminKubeconfig);
        Assert.Equal(_time.GetUtcNow().AddDays(365), config.Certificate!.NotAfter.ToUniversalTime());
        Assert.True(config.Certificate.HasPrivateKey);
        Assert.Equal(new Uri("https://192.0.2.1:6443"), config.Server);
        Assert.Single(config.Authorities!);
    }

    [Fact]
    public void Rotating_by_name_renews_only_that_and_a_wrong_name_renews_nothing()
    {
        var before = Files();
        var error = Assert.Throws<StartException>(() => CertificateRenewal.Run(_data, ["apiserver", "etcd"], _time, _told.Add));
        Assert.Equal("there is no certificate \"etcd\"; use all, admin, apiserver, apiserver-kubelet-client, front-proxy-client.", error.Message);
        Assert.Equal(before, Files());
        CertificateRenewal.Run(_data, ["kubeconfig.yaml"], _time, _told.Add);
        Assert.StartsWith("admin renewed", Assert.Single(_told), StringComparison.Ordinal);
        var after = Files();
        Assert.Equal(["admin.crt", "admin.key"], after.Keys.Where(k => after[k] != before[k]).Order(StringComparer.Ordinal));
    }

    private string Status(string format) => CertificateReport.Write(CertificateInventory.Of(_data, _time), format, _time.GetUtcNow());

    private Dictionary<string, string> Files() => Directory.GetFiles(_data.Pki).ToDictionary(static f => Path.GetFileName(f)!, File.ReadAllText);
}
