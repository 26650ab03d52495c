using System.Net;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;

namespace Tiphys.Proxy.Tests;

public sealed class RuleTests
{
    private static readonly ProxyOptions s_options = new() { NodeName = "n1", ClusterCidr = IPNetwork.Parse("10.42.0.0/16"), ServiceCidr = IPNetwork.Parse("10.43.0.0/16") };

    [Fact]
    public void A_service_is_looked_up_by_address_protocol_and_port_and_spreads_over_its_endpoints()
    {
        var rules = Build(Service("web", "10.43.0.5"), Slice("web", ("10.42.0.2", true), ("10.42.0.3", true)));
        var (key, verdict) = Assert.Single(rules.Collections["service-ips"].Items!);
        Assert.Equal("10.43.0.5 . tcp . 80", key);
        var chain = rules.Chains[verdict["goto ".Length..]];
        Assert.Contains(chain.Rules, static r => r.StartsWith("numgen random mod 2 vmap { 0 : goto ", StringComparison.Ordinal));
        Assert.Equal(2, rules.Chains.Values.Count(static c => c.Rules.Any(static r => r.Contains("dnat to 10.42.0.", StringComparison.Ordinal))));
    }

    [Fact]
    public void An_endpoint_that_is_not_ready_gets_nothing_and_the_last_one_leaves_a_refusal()
    {
        var rules = Build(Service("web", "10.43.0.5"), Slice("web", ("10.42.0.2", true), ("10.42.0.3", false)));
        Assert.DoesNotContain(rules.Chains.Values, static c => c.Rules.Any(static r => r.Contains("10.42.0.3", StringComparison.Ordinal)));
        rules = Build(Service("web", "10.43.0.5"), Slice("web", ("10.42.0.3", false)));
        Assert.Empty(rules.Collections["service-ips"].Items!);
        Assert.Equal("goto reject-chain", rules.Collections["no-endpoint-services"].Items!["10.43.0.5 . tcp . 80"]);
    }

    [Fact]
    public void Headless_services_and_those_of_other_proxies_have_no_rules()
    {
        var foreign = Service("other", "10.43.0.6");
        foreign.Metadata.Labels = new() { ["service.kubernetes.io/service-proxy-name"] = "x" };
        Assert.Empty(ServicePorts.Of([Service("headless", "None"), foreign], [], "n1"));
    }

    [Fact]
    public void A_node_port_masquerades_unless_traffic_stays_local()
    {
        var service = Service("web", "10.43.0.5");
        service.Spec.Type = ServiceType.NodePort;
        service.Spec.Ports![0].NodePort = 30080;
        var rules = Build(service, Slice("web", ("10.42.0.2", true)));
        var chain = rules.Collections["service-nodeports"].Items!["tcp . 30080"]["goto ".Length..];
        Assert.Equal("jump mark-for-masquerade", rules.Chains[chain].Rules[0]);

        // No endpoint of this node: nothing is answered, rather than refused, so that load balancers look elsewhere.
        service.Spec.ExternalTrafficPolicy = "Local";
        rules = Build(service, Slice("web", ("10.42.0.2", true)));
        Assert.Equal("drop", rules.Collections["no-endpoint-nodeports"].Items!["tcp . 30080"]);
    }

    [Fact]
    public void Service_addresses_without_rules_stay_on_the_node() =>
        Assert.Contains("ip daddr 10.43.0.0/16 drop", Build().Chains["service-guard"].Rules);

    [Fact]
    public void Only_the_difference_is_written()
    {
        var before = Build(Service("web", "10.43.0.5"), Slice("web", ("10.42.0.2", true)));
        Assert.Equal("", Transaction.Difference(before, Build(Service("web", "10.43.0.5"), Slice("web", ("10.42.0.2", true)))));
        var script = Transaction.Difference(before, Build(Service("web", "10.43.0.5"), Slice("web", ("10.42.0.9", true))));
        Assert.Contains("add chain ip kube-proxy endpoint-", script, StringComparison.Ordinal);
        Assert.Contains("delete chain ip kube-proxy endpoint-", script, StringComparison.Ordinal);
        Assert.DoesNotContain("nat-prerouting", script, StringComparison.Ordinal);
        Assert.True(script.IndexOf("add chain", StringComparison.Ordinal) < script.IndexOf("add rule", StringComparison.Ordinal));
        Assert.True(script.LastIndexOf("flush chain", StringComparison.Ordinal) < script.IndexOf("delete chain", StringComparison.Ordinal));
    }

    [Fact]
    public void Affinity_sends_a_client_to_the_endpoint_it_had()
    {
        var service = Service("web", "10.43.0.5");
        service.Spec.SessionAffinity = ServiceAffinity.ClientIP;
        service.Spec.SessionAffinityConfig = new() { ClientIP = new() { TimeoutSeconds = 60 } };
        var rules = Build(service, Slice("web", ("10.42.0.2", true), ("10.42.0.3", true)));
        Assert.Equal(2, rules.Collections.Values.Count(static c => c.Type.Contains("timeout 60s", StringComparison.Ordinal)));
    }

    private static RuleSet Build(Service? service = null, params EndpointSlice[] slices) => RuleBuilder.Build(ServicePorts.Of(service is null ? [] : [service], slices, "n1"), s_options);

    private static Service Service(string name, string address) => new()
    {
        Metadata = new() { Namespace = "default", Name = name },
        Spec = new() { ClusterIP = address, Type = ServiceType.ClusterIP, SessionAffinity = ServiceAffinity.None, Ports = [new() { Name = "http", Port = 80, Protocol = "TCP" }] },
    };

    private static EndpointSlice Slice(string service, params (string Address, bool Ready)[] endpoints) => new()
    {
        Metadata = new() { Namespace = "default", Name = service + "-1", Labels = new() { ["kubernetes.io/service-name"] = service } },
        AddressType = "IPv4",
        Ports = [new() { Name = "http", Port = 8080, Protocol = "TCP" }],
        Endpoints = [.. endpoints.Select(static e => new Endpoint { Addresses = [e.Address], NodeName = "n2", Conditions = new() { Ready = e.Ready, Serving = e.Ready } })],
    };
}
