namespace Tiphys.ApiServer.Tests;

public sealed class PodSecurityTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private async Task<string> NamespaceAsync(string labels)
    {
        var ns = await cluster.NamespaceAsync();
        var (code, body) = await cluster.SendAsync("PATCH", $"/api/v1/namespaces/{ns}", "{\"metadata\":{\"labels\":{" + labels + "}}}", null, "application/merge-patch+json");
        Assert.True(code == 200, (string?)body["message"]);

        // Admission reads labels from the watch cache, which may be a moment behind, as upstream's does.
        var revision = long.Parse((string)body["metadata"]!["resourceVersion"]!, System.Globalization.CultureInfo.InvariantCulture);
        await cluster.Resources.Of<Api.Core.V1.Namespace>().Cache.WaitForRevisionAsync(revision, TestContext.Current.CancellationToken);
        return ns;
    }

    private static string Pod(string spec, string security = "") =>
        """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i" SECURITY}] SPEC}}""".Replace("SECURITY", security.Length > 0 ? ",\"securityContext\":" + security : "", StringComparison.Ordinal).Replace("SPEC", spec.Length > 0 ? "," + spec : "", StringComparison.Ordinal);

    [Theory]
    [InlineData("\"hostNetwork\":true,\"hostPID\":true", "", "host namespaces (hostNetwork=true, hostPID=true)")]
    [InlineData("", """{"privileged":true}""", "privileged (container \"c\" must not set securityContext.privileged=true)")]
    [InlineData("", """{"capabilities":{"add":["SYS_ADMIN"]}}""", "non-default capabilities (container \"c\" must not include \"SYS_ADMIN\" in securityContext.capabilities.add)")]
    [InlineData("\"volumes\":[{\"name\":\"v\",\"hostPath\":{\"path\":\"/\"}}]", "", "hostPath volumes (volume \"v\")")]
    [InlineData("\"securityContext\":{\"sysctls\":[{\"name\":\"kernel.msgmax\",\"value\":\"1\"}]}", "", "forbidden sysctls (kernel.msgmax)")]
    [InlineData("\"securityContext\":{\"seccompProfile\":{\"type\":\"Unconfined\"}}", "", "seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")")]
    public async Task Baseline_refuses_what_opens_the_node(string spec, string security, string violation)
    {
        var ns = await NamespaceAsync("\"pod-security.kubernetes.io/enforce\":\"baseline\"");
        var (code, body) = await cluster.SendAsync("POST", $"/api/v1/namespaces/{ns}/pods", Pod(spec, security));
        Assert.Equal(403, code);
        Assert.Equal($"pods \"p\" is forbidden: violates PodSecurity \"baseline:latest\": {violation}", (string)body["message"]!);
        await cluster.CreateAsync($"/api/v1/namespaces/{ns}/pods", Pod("", ""));
    }

    [Fact]
    public async Task Restricted_wants_pods_to_give_everything_up()
    {
        var ns = await NamespaceAsync("\"pod-security.kubernetes.io/enforce\":\"restricted\"");
        var (_, body) = await cluster.SendAsync("POST", $"/api/v1/namespaces/{ns}/pods", Pod(""));
        Assert.Equal(
            "pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false), "
            + "unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true), "
            + "seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")",
            (string)body["message"]!);
        await cluster.CreateAsync(
            $"/api/v1/namespaces/{ns}/pods",
            Pod("\"securityContext\":{\"runAsNonRoot\":true,\"seccompProfile\":{\"type\":\"RuntimeDefault\"}}", """{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}"""));
    }

    [Theory]
    [InlineData("warn")]
    [InlineData("enforce")]
    public async Task Templates_are_warned_of_and_let_through(string mode)
    {
        var ns = await NamespaceAsync($"\"pod-security.kubernetes.io/{mode}\":\"baseline\"");
        var deployment = """{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"hostNetwork":true,"containers":[{"name":"c","image":"i"}]}}}}""";
        var (response, _) = await cluster.SendRawAsync("POST", $"/apis/apps/v1/namespaces/{ns}/deployments", deployment);
        Assert.Equal(201, (int)response.StatusCode);
        Assert.Contains("would violate PodSecurity \\\"baseline:latest\\\": host namespaces (hostNetwork=true)", string.Join('\n', response.Headers.GetValues("Warning")));
    }

    [Fact]
    public async Task Labels_are_checked_and_pods_that_are_there_already_are_told_of()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.CreateAsync($"/api/v1/namespaces/{ns}/pods", Pod("\"hostPID\":true"));
        await cluster.Resources.Of<Api.Core.V1.Pod>().WaitFreshAsync(default);
        var (code, body) = await cluster.SendAsync("PATCH", "/api/v1/namespaces/" + ns, """{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"strict"}}}""", null, "application/merge-patch+json");
        Assert.Equal(422, code);
        Assert.Contains("must be one of privileged, baseline, restricted", (string)body["message"]!);
        var (response, _) = await cluster.SendRawAsync("PATCH", "/api/v1/namespaces/" + ns, """{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"baseline"}}}""", null, "application/merge-patch+json");
        var warnings = response.Headers.GetValues("Warning").ToList();
        Assert.Contains("violate the new PodSecurity enforce level", warnings[0]);
        Assert.Contains("p: host namespaces", warnings[1]);
    }
}
