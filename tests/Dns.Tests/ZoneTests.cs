using System.Net;
using Tiphys.Dns.Wire;
using Tiphys.Dns.Zone;

namespace Tiphys.Dns.Tests;

public sealed class ZoneTests
{
    private const string Soa = "cluster.local. SOA ns.dns.cluster.local. hostmaster.cluster.local. 77 7200 1800 86400 5";

    private static DnsResponse Ask(string name, DnsType type) => TestCluster.Zone.Answer(TestCluster.Question(name, type), TestCluster.Build()).Response;

    private static string[] Answers(string name, DnsType type)
    {
        var response = Ask(name, type);
        Assert.Equal(DnsRcode.NoError, response.Rcode);
        Assert.True(response.Authoritative);
        return [.. response.Answers.Select(TestCluster.Describe)];
    }

    [Fact]
    public void A_service_has_its_virtual_addresses()
    {
        Assert.Equal(["web.default.svc.cluster.local. A 10.96.0.20"], Answers("web.default.svc.cluster.local", DnsType.A));
        Assert.Equal(["web.default.svc.cluster.local. AAAA fd00::20"], Answers("web.default.svc.cluster.local", DnsType.AAAA));
        Assert.Equal(["WEB.Default.svc.cluster.LOCAL. A 10.96.0.20"], Answers("WEB.Default.svc.cluster.LOCAL", DnsType.A));
        Assert.All(Ask("web.default.svc.cluster.local", DnsType.A).Answers, r => Assert.Equal(5u, r.Ttl));
    }

    [Fact]
    public void A_headless_service_has_its_endpoints_addresses()
    {
        Assert.Equal(
            ["db.default.svc.cluster.local. A 10.1.0.6", "db.default.svc.cluster.local. A 10.1.0.7"], Answers("db.default.svc.cluster.local", DnsType.A));
        Assert.Equal(["db.default.svc.cluster.local. AAAA fd01::7"], Answers("db.default.svc.cluster.local", DnsType.AAAA));
        Assert.Equal(["portless.default.svc.cluster.local. A 10.1.0.8"], Answers("portless.default.svc.cluster.local", DnsType.A));
    }

    [Fact]
    public void Endpoints_have_names_of_their_own()
    {
        Assert.Equal(["db-1.db.default.svc.cluster.local. A 10.1.0.7"], Answers("db-1.db.default.svc.cluster.local", DnsType.A));
        Assert.Equal(["10-1-0-5.web.default.svc.cluster.local. A 10.1.0.5"], Answers("10-1-0-5.web.default.svc.cluster.local", DnsType.A));
        Assert.Equal(DnsRcode.NameError, Ask("db-2.db.default.svc.cluster.local", DnsType.A).Rcode);
    }

    [Fact]
    public void Services_are_found_by_port_and_protocol()
    {
        Assert.Equal(
            ["_http._tcp.web.default.svc.cluster.local. SRV 0 50 80 web.default.svc.cluster.local."],
            Answers("_http._tcp.web.default.svc.cluster.local", DnsType.SRV));
        Assert.Equal(
            ["web.default.svc.cluster.local. A 10.96.0.20", "web.default.svc.cluster.local. AAAA fd00::20"],
            Ask("_http._tcp.web.default.svc.cluster.local", DnsType.SRV).Additional.Select(TestCluster.Describe));
        Assert.Equal(
            ["_pg._tcp.db.default.svc.cluster.local. SRV 0 33 5432 db-0.db.default.svc.cluster.local.",
             "_pg._tcp.db.default.svc.cluster.local. SRV 0 33 5432 db-1.db.default.svc.cluster.local."],
            Answers("_pg._tcp.db.default.svc.cluster.local", DnsType.SRV));
        Assert.Equal(2, Answers("web.default.svc.cluster.local", DnsType.SRV).Length);
        Assert.Equal(DnsRcode.NameError, Ask("_ftp._tcp.web.default.svc.cluster.local", DnsType.SRV).Rcode);
        Assert.Equal(DnsRcode.NameError, Ask("_http._udp.web.default.svc.cluster.local", DnsType.SRV).Rcode);
        Assert.Empty(Answers("portless.default.svc.cluster.local", DnsType.SRV));
    }

    [Theory]
    [InlineData("missing.default.svc.cluster.local")]
    [InlineData("web.missing.svc.cluster.local")]
    [InlineData("missing.svc.cluster.local")]
    [InlineData("web.default.cluster.local")]
    [InlineData("a.b.c.web.default.svc.cluster.local")]
    [InlineData("empty.default.svc.cluster.local")]
    [InlineData("literal.default.svc.cluster.local")]
    [InlineData("x.outside.default.svc.cluster.local")]
    [InlineData("dns-version.default.svc.cluster.local")]
    public void What_does_not_exist_is_denied_with_the_soa(string name)
    {
        foreach (var type in new[] { DnsType.A, DnsType.AAAA, DnsType.SRV, DnsType.TXT, DnsType.MX })
        {
            var response = Ask(name, type);
            Assert.Equal(DnsRcode.NameError, response.Rcode);
            Assert.Equal([Soa], response.Authority.Select(TestCluster.Describe));
            Assert.True(response.Authoritative);
        }
    }

    [Theory]
    [InlineData("web.default.svc.cluster.local", DnsType.TXT)]
    [InlineData("web.default.svc.cluster.local", DnsType.MX)]
    [InlineData("web.default.svc.cluster.local", DnsType.CNAME)]
    [InlineData("kube-dns.kube-system.svc.cluster.local", DnsType.AAAA)]
    [InlineData("db-0.db.default.svc.cluster.local", DnsType.AAAA)]
    [InlineData("_tcp.web.default.svc.cluster.local", DnsType.A)]
    [InlineData("default.svc.cluster.local", DnsType.A)]
    [InlineData("svc.cluster.local", DnsType.A)]
    [InlineData("pod.cluster.local", DnsType.A)]
    [InlineData("cluster.local", DnsType.A)]
    [InlineData("dns-version.cluster.local", DnsType.A)]
    [InlineData("_http._tcp.outside.default.svc.cluster.local", DnsType.SRV)]
    public void What_exists_without_such_records_is_empty_with_the_soa(string name, DnsType type)
    {
        var response = Ask(name, type);
        Assert.Equal(DnsRcode.NoError, response.Rcode);
        Assert.Empty(response.Answers);
        Assert.Equal([Soa], response.Authority.Select(TestCluster.Describe));
    }

    [Fact]
    public void An_external_name_is_an_alias()
    {
        var answer = TestCluster.Zone.Answer(TestCluster.Question("outside.default.svc.cluster.local", DnsType.A), TestCluster.Build());
        Assert.Equal("www.example.com.", answer.Alias!.ToString());
        Assert.Equal("outside.default.svc.cluster.local. CNAME www.example.com.", TestCluster.Describe(answer.Response.Answers.Single()));
        Assert.Equal(["outside.default.svc.cluster.local. CNAME www.example.com."], Answers("outside.default.svc.cluster.local", DnsType.CNAME));
        Assert.Equal(
            ["inside.default.svc.cluster.local. CNAME web.default.svc.cluster.local.", "web.default.svc.cluster.local. A 10.96.0.20"],
            Answers("inside.default.svc.cluster.local", DnsType.A));
        Assert.Null(TestCluster.Zone.Answer(TestCluster.Question("loop1.default.svc.cluster.local", DnsType.A), TestCluster.Build()).Alias);
    }

    [Fact]
    public void The_version_of_the_specification_is_told()
    {
        var response = Ask("dns-version.cluster.local", DnsType.TXT);
        Assert.Equal("dns-version.cluster.local. TXT 1.1.0", TestCluster.Describe(response.Answers.Single()));
        Assert.Equal(28800u, response.Answers[0].Ttl);
    }

    [Fact]
    public void The_apex_has_its_own_records()
    {
        Assert.Equal([Soa], Answers("cluster.local", DnsType.SOA));
        Assert.Equal(["cluster.local. NS kube-dns.kube-system.svc.cluster.local."], Answers("cluster.local", DnsType.NS));
        Assert.Equal(["ns.dns.cluster.local. A 10.96.0.10"], Answers("ns.dns.cluster.local", DnsType.A));
    }

    [Fact]
    public void Pod_names_are_their_addresses()
    {
        Assert.Equal(["10-1-0-9.default.pod.cluster.local. A 10.1.0.9"], Answers("10-1-0-9.default.pod.cluster.local", DnsType.A));
        Assert.Equal(["fd00--9.default.pod.cluster.local. AAAA fd00::9"], Answers("fd00--9.default.pod.cluster.local", DnsType.AAAA));
        Assert.Empty(Answers("10-1-0-9.default.pod.cluster.local", DnsType.AAAA));
        Assert.Equal(DnsRcode.NameError, Ask("10-1-0-9.missing.pod.cluster.local", DnsType.A).Rcode);
        Assert.Equal(DnsRcode.NameError, Ask("10-1-0-999.default.pod.cluster.local", DnsType.A).Rcode);
        Assert.Equal(DnsRcode.NameError, Ask("web.default.pod.cluster.local", DnsType.A).Rcode);
    }

    [Fact]
    public void Addresses_are_looked_up_backwards()
    {
        static string[]? Reverse(string name) =>
            TestCluster.Zone.AnswerReverse(TestCluster.Question(name, DnsType.PTR), TestCluster.Build())?.Answers.Select(r => ((NameRecord)r).Target.ToString()).ToArray();
        Assert.Equal(["web.default.svc.cluster.local."], Reverse("20.0.96.10.in-addr.arpa")!);
        Assert.Equal(["db-0.db.default.svc.cluster.local."], Reverse("6.0.1.10.in-addr.arpa")!);
        Assert.Equal(["10-1-0-5.web.default.svc.cluster.local."], Reverse("5.0.1.10.in-addr.arpa")!);
        Assert.Equal(
            ["web.default.svc.cluster.local."], Reverse("0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa")!);
        Assert.Null(Reverse("1.2.0.192.in-addr.arpa"));
        Assert.Null(Reverse("0.96.10.in-addr.arpa"));
        Assert.Null(Reverse("x.0.96.10.in-addr.arpa"));
    }

    [Fact]
    public void A_snapshot_forgets_what_is_removed()
    {
        var snapshot = TestCluster.Build();
        var address = IPAddress.Parse("10.1.0.6");
        Assert.True(snapshot.ByEndpoint.ContainsKey(address));
        snapshot = snapshot.Without(new ServiceKey("default", "db")).Without(new ServiceKey("default", "web"));
        Assert.False(snapshot.ByEndpoint.ContainsKey(address));
        Assert.False(snapshot.ByClusterIP.ContainsKey(IPAddress.Parse("10.96.0.20")));
        Assert.True(snapshot.ByClusterIP.ContainsKey(IPAddress.Parse("10.96.0.10")));
    }
}
