using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Certificates.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Policy.V1;
using Tiphys.Api.Rbac.V1;
using Tiphys.Client;

namespace Tiphys.Controllers.Tests;

public sealed class PolicyTests(TestCluster cluster)
{
    [Fact]
    public async Task Budgets_follow_their_pods()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<Deployment>().CreateAsync(DeploymentTests.Web(ns, 4), default);
        await cluster.Client.Resource<PodDisruptionBudget>().CreateAsync(new() { Metadata = new() { Name = "pdb", Namespace = ns }, Spec = new() { MaxUnavailable = "25%", Selector = new() { MatchLabels = new() { ["app"] = "web" } } } }, default);
        var budget = await cluster.WaitAsync<PodDisruptionBudget>(ns, "pdb", static b => b!.Status is { CurrentHealthy: 4, DesiredHealthy: 3, ExpectedPods: 4, DisruptionsAllowed: 1 });
        Assert.Equal("SufficientPods", budget.Status.Conditions!.Single().Reason);
        await cluster.Client.Resource<Deployment>().PatchAsync(ns, "web", PatchType.Merge, """{"spec":{"replicas":2}}""", null, default);
        await cluster.WaitAsync<PodDisruptionBudget>(ns, "pdb", static b => b!.Status is { CurrentHealthy: 2, DesiredHealthy: 1, ExpectedPods: 2, DisruptionsAllowed: 1 });
    }

    [Fact]
    public async Task Quotas_count_what_is_used_and_what_is_freed()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<ResourceQuota>().CreateAsync(new() { Metadata = new() { Name = "q", Namespace = ns }, Spec = new() { Hard = new() { ["pods"] = new Quantity(3), ["services"] = new Quantity(1), ["count/deployments.apps"] = new Quantity(5) } } }, default);
        await cluster.WaitAsync<ResourceQuota>(ns, "q", static q => q!.Status.Used?.GetValueOrDefault("pods") == new Quantity(0) && q.Status.Used.Count == 3);
        await cluster.Client.Resource<Deployment>().CreateAsync(DeploymentTests.Web(ns, 2), default);
        await cluster.WaitAsync<ResourceQuota>(ns, "q", static q => q!.Status.Used!["pods"] == new Quantity(2) && q.Status.Used["count/deployments.apps"] == new Quantity(1));
        await cluster.Client.Resource<Deployment>().PatchAsync(ns, "web", PatchType.Merge, """{"spec":{"replicas":0}}""", null, default);
        await cluster.WaitAsync<ResourceQuota>(ns, "q", static q => q!.Status.Used!["pods"] == new Quantity(0));
    }

    [Fact]
    public async Task Aggregated_roles_are_unions()
    {
        await cluster.Client.Resource<ClusterRole>().CreateAsync(new() { Metadata = new() { Name = "union" }, AggregationRule = new() { ClusterRoleSelectors = [new() { MatchLabels = new() { ["to"] = "union" } }] } }, default);
        await cluster.Client.Resource<ClusterRole>().CreateAsync(new() { Metadata = new() { Name = "part", Labels = new() { ["to"] = "union" } }, Rules = [new() { Verbs = ["get"], ApiGroups = [""], Resources = ["pods"] }] }, default);
        await cluster.WaitAsync<ClusterRole>(null, "union", static r => r!.Rules is [{ Resources: ["pods"] }]);
        await cluster.Client.Resource<ClusterRole>().DeleteAsync(null, "part", null, default);
        await cluster.WaitAsync<ClusterRole>(null, "union", static r => r!.Rules is null or []);
    }

    [Fact]
    public async Task Approved_requests_are_signed()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = new CertificateRequest("O=dev, CN=alice", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        await cluster.Client.Resource<CertificateSigningRequest>().CreateAsync(
            new() { Metadata = new() { Name = "alice" }, Spec = new() { Request = Encoding.ASCII.GetBytes(pem), SignerName = "kubernetes.io/kube-apiserver-client", Usages = ["client auth"], ExpirationSeconds = 3600 } }, default);
        var csr = await cluster.Client.Resource<CertificateSigningRequest>().GetAsync(null, "alice", default);
        csr.Status.Conditions = [new() { Type = "Approved", Status = "True", Reason = "Test", Message = "ok" }];
        await cluster.Client.SendAsync<CertificateSigningRequest>(HttpMethod.Put, ResourcePath.Of(CertificateSigningRequest.Info, null, "alice", "approval"), csr, default);
        var signed = await cluster.WaitAsync<CertificateSigningRequest>(null, "alice", static c => c!.Status.Certificate is { Length: > 0 });
        using var certificate = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(signed.Status.Certificate!));
        Assert.Equal("O=dev, CN=alice", certificate.Subject);
        Assert.True(cluster.Pki.Authority.VerifiesClient(certificate));
        Assert.True(certificate.NotAfter < DateTime.Now.AddHours(2));
    }

    [Fact]
    public async Task A_disruption_that_never_came_is_taken_back()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<Pod>().CreateAsync(new() { Metadata = new() { Name = "spared", Namespace = ns }, Spec = new() { Containers = [new() { Name = "a", Image = "a:1" }] } }, default);
        await cluster.Client.Resource<Pod>().PatchAsync(ns, "spared", PatchType.StrategicMerge, """{"status":{"conditions":[{"type":"DisruptionTarget","status":"True","reason":"EvictionByEvictionAPI","lastTransitionTime":"2020-01-01T00:00:00Z"}]}}""", "status", default);
        await cluster.WaitAsync<Pod>(ns, "spared", static p => p!.Status.Conditions!.Exists(static c => c is { Type: "DisruptionTarget", Status: "False" }));
    }
}
