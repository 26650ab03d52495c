using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;

namespace Tiphys.ApiServer.Tests;

public sealed class CertificateRotationTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tiphys-rotation-").FullName;
    private readonly ManualTime _time = new();
    private readonly System.Collections.Concurrent.ConcurrentBag<string> _changed = [];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private ClusterPki Open() => ClusterPki.Open(_directory, new() { AdvertiseAddress = IPAddress.Parse("192.0.2.1") }, _time);

    [Fact]
    public async Task A_running_server_renews_each_certificate_in_the_last_third_of_its_life_and_no_earlier()
    {
        using var pki = Open();
        pki.Admin();
        var first = pki.ApiServer;
        var due = RenewalRule.DueAt(first);
        Assert.InRange(due, _time.GetUtcNow() + TimeSpan.FromDays(243), _time.GetUtcNow() + TimeSpan.FromDays(244));
        _time.Advance(due - _time.GetUtcNow() - TimeSpan.FromSeconds(15));
        using var stop = new CancellationTokenSource();
        var running = new CertificateRotation(pki, _changed.Add, _time, NullLogger.Instance).RunAsync(stop.Token);
        await Patience.UntilAsync(() => _time.Timers == 1, "it waits for the next look");
        _time.Advance(CertificateRotation.Interval);
        await Patience.UntilAsync(() => _time.Timers == 1, "it has looked, and waits for the next look");
        Assert.Equal(first.Thumbprint, pki.ApiServer.Thumbprint);
        Assert.Empty(_changed);
        _time.Advance(CertificateRotation.Interval);
        await Patience.UntilAsync(() => _changed.Count == 4);
        Assert.Equal(["admin", "apiserver", "apiserver-kubelet-client", "front-proxy-client"], _changed.Order(StringComparer.Ordinal));
        Assert.NotEqual(first.Thumbprint, pki.ApiServer.Thumbprint);
        Assert.True(pki.ApiServer.NotAfter.ToUniversalTime() > _time.GetUtcNow().AddDays(364));
        Assert.Equal(pki.ApiServer.Thumbprint, Kept("apiserver").Thumbprint);
        Assert.NotEmpty(first.GetECDsaPrivateKey()!.ExportSubjectPublicKeyInfo()); // a handshake may be using it still

        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public void A_certificate_renewed_in_the_files_is_taken_over_and_one_half_written_is_not()
    {
        using var pki = Open();
        var leaf = pki.Leaves.Single(static l => l.Name == "apiserver");
        Assert.False(leaf.Refresh());
        var before = leaf.Current;

        var renewed = new PkiDirectory(_directory, _time).Renew("apiserver")!;
        var key = File.ReadAllText(At("apiserver.key"));
        File.WriteAllText(At("apiserver.key"), File.ReadAllText(At("front-proxy-client.key")));
        Assert.False(leaf.Refresh());
        Assert.Same(before, leaf.Current);
        File.WriteAllText(At("apiserver.key"), key);
        Assert.True(leaf.Refresh());
        Assert.Equal(renewed.Thumbprint, leaf.Current.Thumbprint);
        Assert.True(leaf.Current.HasPrivateKey);
    }

    [Fact]
    public void A_certificate_in_the_files_that_names_others_or_is_anothers_is_not_taken()
    {
        using var pki = Open();
        var leaf = pki.Leaves.Single(static l => l.Name == "apiserver");
        var before = leaf.Current;
        foreach (var ending in (string[])[".crt", ".key"]) File.Copy(At("front-proxy-client" + ending), At("apiserver" + ending), overwrite: true);
        Assert.False(leaf.Refresh());
        Assert.Same(before, leaf.Current);
    }

    [Fact]
    public void Renewing_by_hand_keeps_subject_names_and_uses()
    {
        using var pki = Open();
        pki.KubeletServing("sea", IPAddress.Parse("192.0.2.1"));
        var directory = new PkiDirectory(_directory, _time);
        foreach (var name in (string[])["apiserver", "apiserver-kubelet-client", "kubelet-sea", "front-proxy-client"])
        {
            var before = Kept(name);
            var after = directory.Renew(name)!;
            Assert.NotEqual(before.Thumbprint, after.Thumbprint);
            Assert.NotEqual(before.GetPublicKeyString(), after.GetPublicKeyString());
            Assert.Equal(before.SubjectName.RawData, after.SubjectName.RawData);
            Assert.Equal(Names(before), Names(after));
            Assert.Equal(before.Issuer, after.Issuer);
            Assert.Equal(Usages(before), Usages(after));
        }

        Assert.False(pki.Leaves.Any(static l => !l.Refresh()), "the server takes all of them over");
    }

    [Fact]
    public void The_directory_tells_who_signed_what_is_missing_and_what_cannot_be_renewed_here()
    {
        using (Open()) File.Delete(At("front-proxy-ca.key"));
        File.Delete(At("apiserver.crt"));
        var directory = new PkiDirectory(_directory, _time);
        var leaves = directory.Leaves().ToDictionary(static l => l.Name);
        Assert.Equal(["admin", "apiserver", "apiserver-kubelet-client", "front-proxy-client"], leaves.Keys.Order(StringComparer.Ordinal));
        Assert.Null(leaves["apiserver"].Certificate);
        Assert.Equal(("ca", true), (leaves["apiserver-kubelet-client"].Authority, leaves["apiserver-kubelet-client"].IsManaged));
        Assert.Equal(("front-proxy-ca", false), (leaves["front-proxy-client"].Authority, leaves["front-proxy-client"].IsManaged));
        Assert.Null(directory.Renew("front-proxy-client"));
        Assert.Equal([("ca", true), ("front-proxy-ca", false)], directory.Authorities().Select(static a => (a.Name, a.IsManaged)));
    }

    private string At(string file) => Path.Combine(_directory, file);

    private X509Certificate2 Kept(string name) => X509Certificate2.CreateFromPemFile(At(name + ".crt"), At(name + ".key"));

    private static string Names(X509Certificate2 certificate) => string.Join(',', certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Select(static e => e.Format(false)));

    private static string Usages(X509Certificate2 certificate) => string.Join(',', certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Select(static e => e.Format(false)));
}
