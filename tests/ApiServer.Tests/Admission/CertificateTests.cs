using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Tiphys.ApiServer.Tests;

public sealed class CertificateTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string Path = "/apis/certificates.k8s.io/v1/certificatesigningrequests";

    private static string Request(string name, string subject, string signer = "kubernetes.io/kube-apiserver-client")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        return $$"""{"metadata":{"name":"{{name}}"},"spec":{"request":"{{Convert.ToBase64String(Encoding.ASCII.GetBytes(pem))}}","signerName":"{{signer}}","usages":["client auth"],"username":"somebody-else","groups":["system:masters"]} }""";
    }

    [Fact]
    public async Task The_server_says_who_asks()
    {
        var made = await cluster.CreateAsync(Path, Request("who", "CN=x"));
        Assert.Equal("admin", (string)made["spec"]!["username"]!);
        Assert.Equal(["system:masters", "system:authenticated"], made["spec"]!["groups"]!.AsArray().Select(g => (string)g!));
    }

    [Fact]
    public async Task Nobody_asks_to_be_a_master()
    {
        var (code, body) = await cluster.SendAsync("POST", Path, Request("m", "CN=x, O=system:masters"));
        Assert.Equal(403, code);
        Assert.EndsWith("use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed", (string)body["message"]!);
    }

    [Fact]
    public async Task Approval_has_its_own_path_and_its_own_right()
    {
        await cluster.CreateAsync(Path, Request("a", "CN=x"));
        const string approved = """{"status":{"conditions":[{"type":"Approved","status":"True","reason":"r"}]}}""";
        var (code, body) = await cluster.SendAsync("PATCH", Path + "/a/status", approved, null, "application/merge-patch+json");
        Assert.Equal(422, code);
        Assert.Contains("updates may not add a condition of type \"Approved\"", (string)body["message"]!);

        var token = cluster.TokenOf("approver");
        const string rbac = "/apis/rbac.authorization.k8s.io/v1/clusterrole";
        await cluster.CreateAsync(rbac + "s", """{"metadata":{"name":"approver"},"rules":[{"verbs":["update","patch"],"apiGroups":["certificates.k8s.io"],"resources":["certificatesigningrequests/approval"]}]}""");
        await cluster.CreateAsync(rbac + "bindings", """{"metadata":{"name":"approver"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"approver"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"approver"}]}""");
        await cluster.Resources.Of<Api.Rbac.V1.ClusterRoleBinding>().WaitFreshAsync(default);
        (code, body) = await cluster.SendAsync("PATCH", Path + "/a/approval", approved, token, "application/merge-patch+json");
        Assert.Equal(403, code);
        Assert.EndsWith("user not permitted to approve requests with signerName \"kubernetes.io/kube-apiserver-client\"", (string)body["message"]!);
        (code, body) = await cluster.SendAsync("PATCH", Path + "/a/approval", approved, null, "application/merge-patch+json");
        Assert.Equal(200, code);
        Assert.NotNull(body["status"]!["conditions"]![0]!["lastUpdateTime"]);
        (code, _) = await cluster.SendAsync("PATCH", Path + "/a/approval", """{"status":{"conditions":[{"type":"Denied","status":"True"}]}}""", null, "application/merge-patch+json");
        Assert.Equal(422, code);
    }

    [Fact]
    public async Task What_is_no_request_is_refused()
    {
        var (code, body) = await cluster.SendAsync("POST", Path, """{"metadata":{"name":"bad"},"spec":{"request":"YWJj","signerName":"nodomain","expirationSeconds":5}}""");
        Assert.Equal(422, code);
        var message = (string)body["message"]!;
        Assert.Contains("spec.request: Invalid value", message);
        Assert.Contains("spec.usages: Required value", message);
        Assert.Contains("spec.signerName: Invalid value", message);
        Assert.Contains("may not specify a duration less than 600 seconds (10 minutes)", message);
    }
}
