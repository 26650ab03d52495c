using System.Security.Cryptography;

namespace Tiphys.EndToEnd.Tests;

/// <summary>Changing the key of service account tokens as the operator's guide says.</summary>
[Collection("shared etcd")]
public sealed class ServiceAccountKeyTests : IAsyncDisposable
{
    private readonly LoopbackControlPlane _plane = new();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task Tokens_of_the_old_key_are_accepted_as_long_as_it_is_named()
    {
        using (var made = ECDsa.Create(ECCurve.NamedCurves.nistP256)) File.WriteAllText(_plane.At("new.key"), made.ExportECPrivateKeyPem() + "\n");
        var (key, oldKey, newKey) = (_plane.At("s/server/pki/sa.key"), _plane.At("old.key"), _plane.At("new.key"));
        var server = await _plane.StartServerAsync("s", "--service-account-key-file", newKey);
        await Cluster.UntilAsync(() => _plane.KubectlAsync("s", "get serviceaccount default"), static o => o.Code == 0);
        var old = (await _plane.KubectlAsync("s", "create token default")).Succeeded().Output.Trim();
        await _plane.StopAsync(server);

        File.Copy(key, oldKey);
        File.Copy(newKey, key, overwrite: true);
        File.Delete(_plane.At("s/server/pki/sa.pub"));
        server = await _plane.StartServerAsync("s", "--service-account-key-file", oldKey);
        var young = (await _plane.KubectlAsync("s", "create token default")).Succeeded().Output.Trim();
        Assert.NotEqual(old.Split('.')[0], young.Split('.')[0]); // the header names the key
        Assert.Equal("system:serviceaccount:default:default", await WhoAsync(old));
        Assert.Equal("system:serviceaccount:default:default", await WhoAsync(young));
        await _plane.StopAsync(server);

        await _plane.StartServerAsync("s");
        Assert.Equal("system:serviceaccount:default:default", await WhoAsync(young));
        Assert.Contains("Unauthorized", await WhoAsync(old), StringComparison.Ordinal);
    }

    /// <summary>Whom the server takes the bearer of a token for. An administrator's certificate would count more than the token: it is left out.</summary>
    private async Task<string> WhoAsync(string token)
    {
        var config = _plane.At("bearer.kubeconfig");
        File.Copy(_plane.At("s.kubeconfig"), config, overwrite: true);
        (await Shell.RunAsync(Cluster.Kubectl("sid"), ["--kubeconfig", config, "config", "unset", "users"])).Succeeded();
        return (await Shell.RunAsync(Cluster.Kubectl("sid"), ["--kubeconfig", config, "--token", token, "auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"])).All.Trim();
    }
}
