using System.Text;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers.Tests;

public sealed class BootstrapTests(TestCluster cluster)
{
    [Fact]
    public async Task Cluster_info_is_signed_with_valid_tokens_and_old_ones_go()
    {
        await TokenAsync("abcdef", null);
        await TokenAsync("expire", "2020-01-01T00:00:00Z");
        await cluster.Client.Resource<ConfigMap>().CreateAsync(new() { Metadata = new() { Name = "cluster-info", Namespace = "kube-public" }, Data = new() { ["kubeconfig"] = "content" } }, default);
        var map = await cluster.WaitAsync<ConfigMap>("kube-public", "cluster-info", static m => m!.Data!.ContainsKey("jws-kubeconfig-abcdef"));
        Assert.Matches(@"^[\w-]+\.\.[\w-]+$", map.Data!["jws-kubeconfig-abcdef"]);
        Assert.False(map.Data.ContainsKey("jws-kubeconfig-expire"));
        await cluster.WaitAsync<Secret>("kube-system", "bootstrap-token-expire", static s => s is null);
    }

    private Task TokenAsync(string id, string? expiration)
    {
        var data = new Dictionary<string, byte[]> { ["token-id"] = Encoding.ASCII.GetBytes(id), ["token-secret"] = "0123456789abcdef"u8.ToArray(), ["usage-bootstrap-signing"] = "true"u8.ToArray() };
        if (expiration is not null) data["expiration"] = Encoding.ASCII.GetBytes(expiration);
        return cluster.Client.Resource<Secret>().CreateAsync(new() { Metadata = new() { Name = "bootstrap-token-" + id, Namespace = "kube-system" }, Type = "bootstrap.kubernetes.io/token", Data = data }, default);
    }
}
