using System.Text.Json.Nodes;

namespace Tiphys.ApiServer.Tests;

/// <summary>Addresses and node ports of Services, as a client sees them.</summary>
public sealed class ServiceAllocationTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string Addresses = "/apis/networking.k8s.io/v1/ipaddresses";

    [Fact]
    public async Task An_address_is_an_object_that_names_its_service_and_goes_with_it()
    {
        var ns = await cluster.NamespaceAsync();
        var service = await CreateAsync(ns, "a");
        var address = Text(service, "spec", "clusterIP");
        Assert.Equal(address, Text(service, "spec", "clusterIPs", 0));
        var (_, taken) = await cluster.SendAsync("GET", $"{Addresses}/{address}");
        Assert.Equal($$"""{"group":"","resource":"services","namespace":"{{ns}}","name":"a"}""", Sorted(taken["spec"]!["parentRef"]!));
        Assert.Equal("IPv4", Text(taken, "metadata", "labels", "ipaddress.kubernetes.io/ip-family"));
        Assert.Equal("ipallocator.k8s.io", Text(taken, "metadata", "labels", "ipaddress.kubernetes.io/managed-by"));

        // Chosen ones come from above the static band, the first 256 addresses of a /16.
        Assert.False(address.StartsWith("10.43.0.", StringComparison.Ordinal), address);
        await cluster.SendAsync("DELETE", $"/api/v1/namespaces/{ns}/services/a");
        Assert.Equal(404, (await cluster.SendAsync("GET", $"{Addresses}/{address}")).Code);
    }

    [Fact]
    public async Task What_cannot_be_had_is_refused_in_upstreams_words()
    {
        var ns = await cluster.NamespaceAsync();
        await CreateAsync(ns, "first", """{"clusterIP":"10.43.0.77","ports":[{"port":80}]}""");
        var (code, answer) = await PostAsync(ns, "second", """{"clusterIP":"10.43.0.77","ports":[{"port":80}]}""");
        Assert.Equal(422, code);
        Assert.Equal("""Service "second" is invalid: spec.clusterIPs: Invalid value: ["10.43.0.77"]: failed to allocate IP 10.43.0.77: provided IP is already allocated""", Text(answer, "message"));
        foreach (var elsewhere in (string[])["10.44.0.1", "10.43.0.0", "10.43.255.255"])
        {
            (code, answer) = await PostAsync(ns, "second", $$"""{"clusterIP":"{{elsewhere}}","ports":[{"port":80}]}""");
            Assert.Equal(422, code);
            Assert.Equal($"""Service "second" is invalid: spec.clusterIPs: Invalid value: ["{elsewhere}"]: failed to allocate IP {elsewhere}: the provided network does not match the current range""", Text(answer, "message"));
        }

        await CreateAsync(ns, "third", """{"type":"NodePort","ports":[{"port":80,"nodePort":30005}]}""");
        (code, answer) = await PostAsync(ns, "fourth", """{"type":"NodePort","ports":[{"port":80,"nodePort":30005}]}""");
        Assert.Equal("""Service "fourth" is invalid: spec.ports[0].nodePort: Invalid value: 30005: provided port is already allocated""", Text(answer, "message"));
        (code, answer) = await PostAsync(ns, "fourth", """{"type":"NodePort","ports":[{"port":80,"nodePort":29999}]}""");
        Assert.Equal("""Service "fourth" is invalid: spec.ports[0].nodePort: Invalid value: 29999: provided port is not in the valid range. The range of valid ports is 30000-32767""", Text(answer, "message"));
        (code, answer) = await PostAsync(ns, "fifth", """{"ipFamilyPolicy":"RequireDualStack","ports":[{"port":80}]}""");
        Assert.Equal("""Service "fifth" is invalid: spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services""", Text(answer, "message"));
    }

    [Fact]
    public async Task A_service_without_ports_may_get_a_chosen_one_later()
    {
        var ns = await cluster.NamespaceAsync();
        await CreateAsync(ns, "late", """{"type":"ExternalName","externalName":"example.com"}""");
        var (code, answer) = await cluster.SendAsync(
            "PATCH", $"/api/v1/namespaces/{ns}/services/late", """{"spec":{"type":"NodePort","externalName":null,"ports":[{"port":80,"nodePort":30010}]}}""", contentType: "application/merge-patch+json");
        Assert.True(code == 200, answer.ToJsonString());
        Assert.Equal(422, (await PostAsync(ns, "other", """{"type":"NodePort","ports":[{"port":80,"nodePort":30010}]}""")).Code);
    }

    [Fact]
    public async Task A_service_that_is_refused_leaves_nothing_taken()
    {
        var ns = await cluster.NamespaceAsync();
        await CreateAsync(ns, "taken", """{"type":"NodePort","ports":[{"port":80,"nodePort":30006}]}""");
        Assert.Equal(422, (await PostAsync(ns, "refused", """{"type":"NodePort","clusterIP":"10.43.0.78","ports":[{"name":"a","port":80,"nodePort":30007},{"name":"b","port":81,"nodePort":30006}]}""")).Code);
        await CreateAsync(ns, "later", """{"type":"NodePort","clusterIP":"10.43.0.78","ports":[{"port":80,"nodePort":30007}]}""");
        Assert.Equal(409, (await PostAsync(ns, "later", """{"clusterIP":"10.43.0.79","ports":[{"port":80}]}""")).Code);
        Assert.Equal(404, (await cluster.SendAsync("GET", $"{Addresses}/10.43.0.79")).Code);
    }

    [Fact]
    public async Task A_dry_run_takes_nothing()
    {
        var ns = await cluster.NamespaceAsync();
        var (code, answer) = await PostAsync(ns, "dry", """{"type":"NodePort","ports":[{"port":80}]}""", "?dryRun=All");
        Assert.Equal(201, code);
        Assert.Equal("10.43.0.0", Text(answer, "spec", "clusterIP"));
        Assert.Equal(32769, (int)answer["spec"]!["ports"]![0]!["nodePort"]!);
        Assert.Equal(201, (await PostAsync(ns, "dry", """{"clusterIP":"10.43.0.90","ports":[{"port":80}]}""", "?dryRun=All")).Code);
        Assert.Equal(404, (await cluster.SendAsync("GET", $"{Addresses}/10.43.0.90")).Code);
        (_, answer) = await PostAsync(ns, "dry", """{"clusterIP":"10.44.0.90","ports":[{"port":80}]}""", "?dryRun=All");
        Assert.Contains("the provided IP (10.44.0.90) is not in the valid range. The range of valid IPs is 10.43.0.0/16", Text(answer, "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changing_the_type_takes_and_gives_back()
    {
        var ns = await cluster.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/services/a";
        var service = await CreateAsync(ns, "a", """{"type":"NodePort","clusterIP":"10.43.0.91","ports":[{"port":80,"nodePort":30008}]}""");
        service["spec"]!["type"] = "ClusterIP";
        Assert.Equal(200, (await cluster.SendAsync("PUT", path, service.ToJsonString())).Code);
        await CreateAsync(ns, "b", """{"type":"NodePort","ports":[{"port":80,"nodePort":30008}]}""");
        var (code, external) = await cluster.SendAsync("PATCH", path, """{"spec":{"type":"ExternalName","externalName":"example.com"}}""", contentType: "application/merge-patch+json");
        Assert.True(code == 200, external.ToJsonString());
        Assert.Null(external["spec"]!["clusterIP"]);
        Assert.Null(external["spec"]!["ipFamilies"]);
        Assert.Equal(404, (await cluster.SendAsync("GET", $"{Addresses}/10.43.0.91")).Code);
        (code, service) = await cluster.SendAsync("PATCH", path, """{"spec":{"type":"LoadBalancer","externalName":null,"externalTrafficPolicy":"Local"}}""", contentType: "application/merge-patch+json");
        Assert.True(code == 200, service.ToJsonString());
        Assert.Equal(200, (await cluster.SendAsync("GET", $"{Addresses}/{Text(service, "spec", "clusterIP")}")).Code);
        Assert.NotEqual(0, (int)service["spec"]!["healthCheckNodePort"]!);
        Assert.NotEqual((int)service["spec"]!["ports"]![0]!["nodePort"]!, (int)service["spec"]!["healthCheckNodePort"]!);
    }

    [Fact]
    public async Task One_port_over_two_protocols_has_one_node_port()
    {
        var ns = await cluster.NamespaceAsync();
        var service = await CreateAsync(ns, "dns", """{"type":"NodePort","ports":[{"name":"u","port":53,"protocol":"UDP"},{"name":"t","port":53,"protocol":"TCP"},{"name":"o","port":54}]}""");
        var ports = service["spec"]!["ports"]!.AsArray().Select(static p => (int)p!["nodePort"]!).ToList();
        Assert.Equal(ports[0], ports[1]);
        Assert.NotEqual(ports[0], ports[2]);
        Assert.All(ports, static p => Assert.InRange(p, 30086, 32767)); // above the static band of 2768 / 32
    }

    [Fact]
    public async Task Headless_without_selector_has_both_families_and_no_address()
    {
        var ns = await cluster.NamespaceAsync();
        var service = await CreateAsync(ns, "h", """{"clusterIP":"None","ports":[{"port":80}]}""");
        Assert.Equal("RequireDualStack", Text(service, "spec", "ipFamilyPolicy"));
        Assert.Equal("""["IPv4","IPv6"]""", service["spec"]!["ipFamilies"]!.ToJsonString());
        service = await CreateAsync(ns, "s", """{"clusterIP":"None","selector":{"a":"b"},"ports":[{"port":80}]}""");
        Assert.Equal("""SingleStack ["IPv4"]""", $"{Text(service, "spec", "ipFamilyPolicy")} {service["spec"]!["ipFamilies"]!.ToJsonString()}");
    }

    [Fact]
    public async Task A_further_network_gives_further_addresses_until_it_is_going()
    {
        const string path = "/apis/networking.k8s.io/v1/servicecidrs";
        await cluster.CreateAsync(path, """{"metadata":{"name":"more","finalizers":["networking.k8s.io/service-cidr-finalizer"]},"spec":{"cidrs":["10.99.0.0/28"]}}""");
        var ns = await cluster.NamespaceAsync();
        await Patience.ForAsync(async () => (await PostAsync(ns, "a", """{"clusterIP":"10.99.0.1","ports":[{"port":80}]}""")).Code, static code => code == 201);
        var (code, going) = await cluster.SendAsync("DELETE", $"{path}/more");
        Assert.NotNull(going["metadata"]!["deletionTimestamp"]);
        await Patience.ForAsync(async () =>
        {
            var (status, _) = await PostAsync(ns, "b", """{"clusterIP":"10.99.0.2","ports":[{"port":80}]}""");
            if (status == 201) await cluster.SendAsync("DELETE", $"/api/v1/namespaces/{ns}/services/b");
            return status;
        }, static status => status == 422);

        // Its own Service still can be changed and deleted.
        Assert.Equal(200, (await cluster.SendAsync("DELETE", $"/api/v1/namespaces/{ns}/services/a")).Code);
        Assert.Equal(404, (await cluster.SendAsync("GET", $"{Addresses}/10.99.0.1")).Code);
    }

    [Fact]
    public async Task The_default_network_is_there_and_ready()
    {
        var (_, network) = await cluster.SendAsync("GET", "/apis/networking.k8s.io/v1/servicecidrs/kubernetes");
        Assert.Equal("10.43.0.0/16", Text(network, "spec", "cidrs", 0));
        Assert.Equal("Ready True Kubernetes default Service CIDR is ready", $"{Text(network, "status", "conditions", 0, "type")} {Text(network, "status", "conditions", 0, "status")} {Text(network, "status", "conditions", 0, "message")}");
        var (_, own) = await cluster.SendAsync("GET", $"{Addresses}/10.43.0.1");
        Assert.Equal("kubernetes", Text(own, "spec", "parentRef", "name"));
    }

    [Theory]
    [InlineData("""{"cidrs":[]}""", "spec.cidrs: Required value: at least one CIDR required")]
    [InlineData("""{"cidrs":["10.1.0.0"]}""", """spec.cidrs[0]: Invalid value: "10.1.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)""")]
    [InlineData("""{"cidrs":["10.1.0.1/24"]}""", """spec.cidrs[0]: Invalid value: "10.1.0.1/24": must not have bits set beyond the prefix length""")]
    [InlineData("""{"cidrs":["010.1.0.0/24"]}""", """spec.cidrs[0]: Invalid value: "010.1.0.0/24": must not have leading 0s in IP or prefix length""")]
    [InlineData("""{"cidrs":["2001:db8:0::/64"]}""", """spec.cidrs[0]: Invalid value: "2001:db8:0::/64": must be in canonical form ("2001:db8::/64")""")]
    [InlineData("""{"cidrs":["10.1.0.0/24","10.2.0.0/24"]}""", """spec.cidrs: Invalid value: ["10.1.0.0/24","10.2.0.0/24"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64""")]
    public async Task Networks_are_validated(string spec, string error)
    {
        var (code, answer) = await cluster.SendAsync("POST", "/apis/networking.k8s.io/v1/servicecidrs", $$$"""{"metadata":{"name":"n"},"spec":{{{spec}}}}""");
        Assert.Equal(422, code);
        Assert.Equal($"""ServiceCIDR.networking.k8s.io "n" is invalid: {error}""", Text(answer, "message"));
    }

    [Theory]
    [InlineData("10.1.1.01", "must not have leading 0s")]
    [InlineData("ten", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    [InlineData("2001:DB8::1", """must be in canonical form ("2001:db8::1")""")]
    public async Task Addresses_are_validated(string name, string error)
    {
        var (code, answer) = await cluster.SendAsync("POST", Addresses, $$$"""{"spec":{"parentRef":{"resource":"services","namespace":"x","name":"y"}},"metadata":{"name":"{{{name}}}"}}""");
        Assert.Equal(422, code);
        Assert.Equal($"""IPAddress.networking.k8s.io "{name}" is invalid: metadata.name: Invalid value: "{name}": {error}""", Text(answer, "message"));
    }

    private Task<JsonNode> CreateAsync(string ns, string name, string spec = """{"ports":[{"port":80}]}""") =>
        cluster.CreateAsync($"/api/v1/namespaces/{ns}/services", $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{{{spec}}}}""");

    private Task<(int Code, JsonNode Body)> PostAsync(string ns, string name, string spec, string query = "") =>
        cluster.SendAsync("POST", $"/api/v1/namespaces/{ns}/services{query}", $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{{{spec}}}}""");

    private static string Text(JsonNode node, params object[] path)
    {
        var at = path.Aggregate<object, JsonNode?>(node, static (n, p) => p is int index ? n?[index] : n?[(string)p]);
        return at is null ? "" : (string)at!;
    }

    private static string Sorted(JsonNode parent) =>
        $$"""{"group":"{{Text(parent, "group")}}","resource":"{{Text(parent, "resource")}}","namespace":"{{Text(parent, "namespace")}}","name":"{{Text(parent, "name")}}"}""";
}
