using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Storage.Embedded;
using Tiphys.Storage.Etcd.Client;
using Tiphys.Storage.Etcd.Hosting;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>What <c>tiphys etcd</c> does beside serving: compaction by count, certificates that are replaced.</summary>
public sealed class HostingTests
{
    [Fact]
    public async Task History_is_cut_to_so_many_revisions_every_five_minutes()
    {
        var time = new ManualTime();
        await using var store = EmbeddedStore.InMemory(new EmbeddedStoreOptions { HistoryWindow = null });
        using var compactor = new RevisionCompactor(store, 10, time, NullLogger.Instance);
        for (var i = 0; i < 50; i++) await store.Put("k", $"{i}");
        Assert.Equal(0, store.CompactedRevision);
        time.Advance(TimeSpan.FromMinutes(5));
        await Patience.UntilAsync(() => store.CompactedRevision == 41);
        Assert.Equal("39", await store.Get("k", 41));
        await Assert.ThrowsAsync<CompactedException>(async () => await store.Get("k", 40));

        // Nothing to do is no error, and what comes later is cut later.
        time.Advance(TimeSpan.FromMinutes(5));
        await store.Put("k", "last");
        time.Advance(TimeSpan.FromMinutes(5));
        await Patience.UntilAsync(() => store.CompactedRevision == 42);
    }

    [Fact]
    public async Task A_replaced_certificate_is_shown_to_new_connections_and_a_broken_one_is_not()
    {
        using TestDirectory directory = new(), other = new();
        var files = new TestCertificates(directory.Path);
        var renewed = new TestCertificates(other.Path);
        await using var served = await ServedStore.StartAsync(tls: new EtcdTls(files.Server + ".crt", files.Server + ".key", null));
        var first = await ShownAsync(served.Url);
        await using var connected = await ConnectAsync(served.Url, files.Authority);
        await connected.Put("a", "1");

        await File.WriteAllTextAsync(files.Server + ".crt", "nonsense");
        Assert.Equal(first, await ShownAsync(served.Url));
        File.Copy(renewed.Server + ".crt", files.Server + ".crt", overwrite: true);
        Assert.Equal(first, await ShownAsync(served.Url)); // the key is still the old one
        File.Copy(renewed.Server + ".key", files.Server + ".key", overwrite: true);
        Assert.NotEqual(first, await ShownAsync(served.Url));

        Assert.Equal("1", await connected.Get("a"));
        await using (var again = await ConnectAsync(served.Url, renewed.Authority)) Assert.Equal("1", await again.Get("a"));
        await Assert.ThrowsAnyAsync<StoreException>(() => ConnectAsync(served.Url, files.Authority));
    }

    [Fact]
    public async Task Replaced_authorities_decide_about_new_clients()
    {
        using TestDirectory directory = new(), other = new();
        var (files, strangers) = (new TestCertificates(directory.Path), new TestCertificates(other.Path));
        await using var served = await ServedStore.StartAsync(tls: new EtcdTls(files.Server + ".crt", files.Server + ".key", files.Authority));
        var serverAuthority = Path.Combine(directory.Path, "server-ca.crt");
        File.Copy(files.Authority, serverAuthority);
        await using (var known = await ConnectAsync(served.Url, serverAuthority, files.Client)) await known.Put("a", "1");
        await Assert.ThrowsAnyAsync<StoreException>(() => ConnectAsync(served.Url, serverAuthority, strangers.Client));
        await Assert.ThrowsAnyAsync<StoreException>(() => ConnectAsync(served.Url, serverAuthority));

        await File.WriteAllTextAsync(files.Authority, await File.ReadAllTextAsync(strangers.Authority)); // a copy might be of the same moment
        await using (var known = await ConnectAsync(served.Url, serverAuthority, strangers.Client)) Assert.Equal("1", await known.Get("a"));
        await Assert.ThrowsAnyAsync<StoreException>(() => ConnectAsync(served.Url, serverAuthority, files.Client));
    }

    [Fact]
    public async Task Certificates_between_its_own_and_the_authority_are_sent()
    {
        using TestDirectory directory = new();
        var files = new TestCertificates(directory.Path);
        await using var served = await ServedStore.StartAsync(tls: new EtcdTls(files.Chained + ".crt", files.Chained + ".key", null));
        await using var connected = await ConnectAsync(served.Url, files.Authority);
        await connected.Put("a", "1");
    }

    [Fact]
    public void What_is_made_of_files_is_made_anew_when_they_change_behind_links()
    {
        using TestDirectory directory = new();
        var (file, data, made) = (Path.Combine(directory.Path, "ca.crt"), Path.Combine(directory.Path, "..data"), 0);
        foreach (var (version, hours) in new[] { ("old", 0), ("new", 1) })
        {
            Directory.CreateDirectory(Path.Combine(directory.Path, version));
            var path = Path.Combine(directory.Path, version, "ca.crt");
            File.WriteAllText(path, version);
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddHours(hours));
        }
        Directory.CreateSymbolicLink(data, "old"); // as the kubelet mounts secrets
        File.CreateSymbolicLink(file, "..data/ca.crt");
        var content = new FromFiles<string>(
            () =>
            {
                if (!Directory.Exists(data)) throw new EtcdStartException("it is away");
                made++;
                return File.ReadAllText(file);
            },
            file);
        Assert.Equal(["old", "old"], [content.Current(), content.Current()]);
        Assert.Equal(1, made);

        Directory.Delete(data);
        Assert.Equal("old", content.Current());
        Directory.CreateSymbolicLink(data, "new");
        Assert.Equal("new", content.Current());
        Assert.Equal(2, made);
    }

    /// <summary>As the server's flags --etcd-cafile, --etcd-certfile and --etcd-keyfile do it.</summary>
    private static Task<EtcdStore> ConnectAsync(Uri server, string authority, string? client = null) => PatientClient.OpenAsync(server, o => o with
    {
        Authorities = [X509CertificateLoader.LoadCertificateFromFile(authority)],
        ClientCertificate = client is null ? null : (X509Certificate2.CreateFromPemFile(client + ".crt", client + ".key"), []),
    });

    private static async Task<string> ShownAsync(Uri server)
    {
        var shown = "";
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            shown = certificate?.GetCertHashString() ?? "";
            return certificate is not null; // whoever signed it: it is looked at, not trusted
        };
        using var http = new HttpClient(handler);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(server, "/health"))).StatusCode);
        return shown;
    }
}
