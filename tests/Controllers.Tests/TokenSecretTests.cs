using System.Text;
using System.Text.Json.Nodes;
using Tiphys.Api.Authentication.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers.Tests;

/// <summary>Tokens of service accounts that are kept in secrets.</summary>
public sealed class TokenSecretTests(TestCluster cluster)
{
    [Fact]
    public async Task A_secret_of_an_account_is_filled_its_token_works_and_dies_with_it()
    {
        var ns = await cluster.NamespaceAsync();
        var account = await cluster.Client.Resource<ServiceAccount>().CreateAsync(new() { Metadata = new() { Name = "robot", Namespace = ns } }, default);
        await SecretAsync(ns, "robot-token", "robot");
        var secret = await cluster.WaitAsync<Secret>(ns, "robot-token", static s => s!.Data?.ContainsKey("token") == true);
        Assert.Equal(ns, Encoding.UTF8.GetString(secret.Data!["namespace"]));
        Assert.Equal(cluster.Pki.Authority.Pem, Encoding.UTF8.GetString(secret.Data["ca.crt"]));
        Assert.Equal(account.Metadata.Uid, secret.Metadata.Annotations!["kubernetes.io/service-account.uid"]);

        var token = Encoding.ASCII.GetString(secret.Data["token"]);
        using var robot = cluster.ClientWith(token);
        Assert.Equal($"system:serviceaccount:{ns}:robot", await WhoAsync(robot));
        await cluster.WaitAsync<Secret>(ns, "robot-token", static s => s!.Metadata.Labels?.ContainsKey("kubernetes.io/legacy-token-last-used") == true);

        // Somebody else's secret cannot hold it.
        var claims = Jwt.PeekClaims(token)!;
        claims["kubernetes.io/serviceaccount/secret.name"] = "other";
        Assert.Contains("invalidated", await RefusalAsync(Jwt.Sign(claims, cluster.Pki.ServiceAccountKey)), StringComparison.Ordinal);

        await cluster.Client.Resource<ServiceAccount>().DeleteAsync(ns, "robot", null, default);
        await cluster.WaitAsync<Secret>(ns, "robot-token", static s => s is null);
        Assert.Contains("invalidated", await RefusalAsync(token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_without_its_account_goes()
    {
        var ns = await cluster.NamespaceAsync();
        await SecretAsync(ns, "orphan", "nobody");
        await cluster.WaitAsync<Secret>(ns, "orphan", static s => s is null);
    }

    private Task SecretAsync(string ns, string name, string account) => cluster.Client.Resource<Secret>().CreateAsync(
        new() { Metadata = new() { Name = name, Namespace = ns, Annotations = new() { ["kubernetes.io/service-account.name"] = account } }, Type = "kubernetes.io/service-account-token" }, default);

    private static async Task<string> WhoAsync(KubernetesClient client) =>
        (await client.SendAsync<SelfSubjectReview>(HttpMethod.Post, "apis/authentication.k8s.io/v1/selfsubjectreviews", new SelfSubjectReview(), default)).Status.UserInfo.Username;

    private async Task<string> RefusalAsync(string token)
    {
        var review = await cluster.Client.SendAsync<TokenReview>(HttpMethod.Post, "apis/authentication.k8s.io/v1/tokenreviews", new TokenReview { Spec = new() { Token = token } }, default);
        Assert.False(review.Status.Authenticated);
        return review.Status.Error;
    }
}
