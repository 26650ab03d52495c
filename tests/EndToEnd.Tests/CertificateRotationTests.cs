using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Tiphys.Client;

namespace Tiphys.EndToEnd.Tests;

/// <summary><c>tiphys certs</c> on a server that runs and is busy.</summary>
[Collection("shared etcd")]
public sealed class CertificateRotationTests : IAsyncDisposable
{
    private const string Path = "/api/v1/namespaces/default/configmaps";
    private readonly LoopbackControlPlane _plane = new();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task All_certificates_are_rotated_under_traffic_without_a_failed_request_and_without_a_restart()
    {
        await _plane.StartServerAsync("s");
        var config = Kubeconfig.Load(_plane.At("s.kubeconfig"));
        var before = await ServedAsync(config);
        var status = JsonNode.Parse((await CertsAsync("status", "-o", "json")).Succeeded().Output)!["certificates"]!.AsArray();
        Assert.Equal(["kubeconfig.yaml", "admin", "apiserver", "apiserver-kubelet-client", "front-proxy-client"], status.Select(static c => (string)c!["name"]!));

        using var stop = new CancellationTokenSource();
        var watch = WatchAsync(config, "after");
        Task<int>[] traffic = [KeptAsync(config, stop.Token), FreshAsync(config, stop.Token), FreshAsync(config, stop.Token)];
        var told = (await CertsAsync("rotate")).Succeeded().Output;
        Assert.Equal(4, told.Split('\n').Count(static l => l.Contains(" renewed, valid until ", StringComparison.Ordinal)));
        await Cluster.UntilAsync(async () => new Outcome(0, await ServedAsync(config), ""), o => o.Output != before);

        // The administrator's kubeconfig has followed, the one elsewhere too; whoever has the old certificate is still known by it.
        await Cluster.UntilAsync(
            () => Task.FromResult(new Outcome(0, Kubeconfig.Load(_plane.At("s.kubeconfig")).Certificate!.Thumbprint, "")), o => o.Output != config.Certificate!.Thumbprint);
        (await _plane.KubectlAsync("s", "create configmap after --from-literal=k=v")).Succeeded();
        await watch.WaitAsync(Cluster.Patience, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        var requests = await Task.WhenAll(traffic);
        Assert.All(requests, static r => Assert.True(r > 0));
        TestContext.Current.SendDiagnosticMessage($"requests while certificates changed: {string.Join(", ", requests)}");
    }

    /// <summary>Requests over one connection.</summary>
    private static async Task<int> KeptAsync(ClientConfig config, CancellationToken stop)
    {
        using var client = config.CreateClient("kept");
        return await AskUntilAsync(() => GetAsync(client), stop);
    }

    /// <summary>Requests over a new connection each.</summary>
    private static Task<int> FreshAsync(ClientConfig config, CancellationToken stop) => AskUntilAsync(
        async () =>
        {
            using var client = config.CreateClient("fresh");
            await GetAsync(client);
        },
        stop);

    /// <summary>A watch that must not end before it has seen what is written when all is over.</summary>
    private static async Task WatchAsync(ClientConfig config, string last)
    {
        using var client = config.CreateClient("watch");
        using var response = await client.SendAsync(HttpMethod.Get, Path.TrimStart('/') + "?watch=true", null, null, CancellationToken.None);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(CancellationToken.None));
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
            if (line.Contains($"\"name\":\"{last}\"", StringComparison.Ordinal)) return;
        Assert.Fail("the watch ended");
    }

    private static async Task<int> AskUntilAsync(Func<Task> ask, CancellationToken stop)
    {
        var count = 0;
        for (; !stop.IsCancellationRequested; count++)
        {
            await ask();
            await Task.Delay(20, CancellationToken.None);
        }

        return count;
    }

    private static async Task GetAsync(KubernetesClient client)
    {
        using var response = await client.SendAsync(HttpMethod.Get, Path.TrimStart('/'), null, null, CancellationToken.None);
        await response.Content.ReadAsByteArrayAsync(CancellationToken.None);
    }

    /// <summary>Thumbprint of the certificate that the server shows now.</summary>
    private static async Task<string> ServedAsync(ClientConfig config)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(config.Server.Host, config.Server.Port);
        await using var tls = new SslStream(tcp.GetStream());
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(config.Authorities!);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = config.Server.Host, CertificateChainPolicy = policy });
        return ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;
    }

    private Task<Outcome> CertsAsync(params string[] arguments) => _plane.TiphysAsync(["certs", .. arguments, "--data-dir", _plane.At("s")]);
}
