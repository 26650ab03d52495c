using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Tiphys.ApiServer.Tests;

public sealed class ClusterPkiTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tiphys-pki-").FullName;
    private readonly SteppedTime _time = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private ClusterPki Open(params string[] names) => ClusterPki.Open(_directory, new() { ServiceAddress = IPAddress.Parse("10.43.0.1"), ExtraNames = names }, _time);

    [Fact]
    public void Files_have_the_names_kubeadm_gives_them_and_keys_are_private()
    {
        using var pki = Open("node-1");
        string[] expected = ["apiserver-kubelet-client.crt", "apiserver-kubelet-client.key", "apiserver.crt", "apiserver.key", "ca.crt", "ca.key", "front-proxy-ca.crt", "front-proxy-ca.key", "front-proxy-client.crt", "front-proxy-client.key", "sa.key", "sa.pub"];
        Assert.Equal(expected, Directory.GetFiles(_directory).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        if (OperatingSystem.IsWindows()) return;
        foreach (var key in Directory.GetFiles(_directory, "*.key"))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
    }

    [Fact]
    public void The_serving_certificate_names_all_ways_to_the_server()
    {
        using var pki = Open("node-1", "192.0.2.7");
        var names = pki.ApiServer.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost", "node-1"], names.EnumerateDnsNames());
        Assert.Contains(IPAddress.Parse("10.43.0.1"), names.EnumerateIPAddresses());
        Assert.Contains(IPAddress.Parse("192.0.2.7"), names.EnumerateIPAddresses());
    }

    [Fact]
    public void Nothing_is_issued_anew_without_need()
    {
        using var first = Open("node-1");
        using var second = Open("node-1");
        Assert.Equal(first.Authority.Certificate.Thumbprint, second.Authority.Certificate.Thumbprint);
        Assert.Equal(first.ApiServer.Thumbprint, second.ApiServer.Thumbprint);
        Assert.Equal(first.ServiceAccountKey.KeyId, second.ServiceAccountKey.KeyId);
        Assert.Equal(first.Admin().Thumbprint, second.Admin().Thumbprint);
    }

    [Fact]
    public void Another_name_or_the_end_of_its_time_gets_the_server_a_new_certificate()
    {
        using var first = Open("node-1");
        using var renamed = Open("node-2");
        Assert.NotEqual(first.ApiServer.Thumbprint, renamed.ApiServer.Thumbprint);
        Assert.Equal(first.KubeletClient.Thumbprint, renamed.KubeletClient.Thumbprint);
        _time.Advance(TimeSpan.FromDays(340));
        using var later = Open("node-2");
        Assert.NotEqual(renamed.ApiServer.Thumbprint, later.ApiServer.Thumbprint);
        Assert.Equal(first.Authority.Certificate.Thumbprint, later.Authority.Certificate.Thumbprint);
    }

    [Fact]
    public void Clients_of_this_authority_are_known_and_those_of_others_are_not()
    {
        using var pki = Open();
        using var client = pki.IssueClient("system:node:n1", "system:nodes");
        Assert.True(pki.Authority.VerifiesClient(client));
        var user = ClientCertificateAuthenticator.UserOf(client)!;
        Assert.Equal("system:node:n1", user.Name);
        Assert.Equal(["system:nodes", "system:authenticated"], user.Groups);
        Assert.False(pki.Authority.VerifiesClient(pki.ApiServer), "a server's certificate is no client's");

        var elsewhere = Directory.CreateTempSubdirectory("tiphys-pki-").FullName;
        using var other = ClusterPki.Open(elsewhere, new(), _time);
        using var stranger = other.IssueClient("system:admin", "system:masters");
        Assert.False(pki.Authority.VerifiesClient(stranger));
        Directory.Delete(elsewhere, recursive: true);
        _time.Advance(TimeSpan.FromDays(400));
        Assert.False(pki.Authority.VerifiesClient(client));
    }

    [Fact]
    public void A_key_without_its_certificate_is_replaced()
    {
        using (Open()) File.Delete(Path.Combine(_directory, "apiserver.crt"));
        using var again = Open();
        using var loaded = X509Certificate2.CreateFromPemFile(Path.Combine(_directory, "apiserver.crt"), Path.Combine(_directory, "apiserver.key"));
        Assert.Equal(again.ApiServer.Thumbprint, loaded.Thumbprint);
    }
}
