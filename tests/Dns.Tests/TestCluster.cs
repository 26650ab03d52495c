using System.Net;
using Tiphys.Dns.Source;
using Tiphys.Dns.Wire;
using Tiphys.Dns.Zone;

namespace Tiphys.Dns.Tests;

/// <summary>A small cluster, and short ways to ask it.</summary>
internal sealed class TestCluster : IServiceSource
{
    public bool HasSynced { get; set; } = true;

    public ClusterSnapshot Current { get; set; } = Build();

    public static ClusterZone Zone { get; } = new(new ClusterZoneOptions { ServerAddresses = [IPAddress.Parse("10.96.0.10")] });

    public static DnsQuestion Question(string name, DnsType type) => new(DnsName.Parse(name), type);

    public static ClusterSnapshot Build() =>
        (ClusterSnapshot.Empty with { Namespaces = ClusterSnapshot.Empty.Namespaces.Add("default").Add("kube-system"), Serial = 77 })
        .With(new ServiceEntry(
            new ServiceKey("kube-system", "kube-dns"),
            [IPAddress.Parse("10.96.0.10")],
            [new PortEntry("dns", "UDP", 53), new PortEntry("dns-tcp", "TCP", 53)],
            []))
        .With(new ServiceEntry(
            new ServiceKey("default", "web"),
            [IPAddress.Parse("10.96.0.20"), IPAddress.Parse("fd00::20")],
            [new PortEntry("http", "TCP", 80), new PortEntry("https", "TCP", 443)],
            [Endpoint("10-1-0-5", "10.1.0.5", 8080)]))
        .With(new ServiceEntry(
            new ServiceKey("default", "db"),
            [],
            [new PortEntry("pg", "TCP", 5432)],
            [Endpoint("db-0", "10.1.0.6", 5432, "pg"), Endpoint("db-1", "10.1.0.7", 5432, "pg"), Endpoint("db-1", "fd01::7", 5432, "pg")]) { IsHeadless = true })
        .With(new ServiceEntry(new ServiceKey("default", "empty"), [], [], []) { IsHeadless = true })
        .With(new ServiceEntry(
            new ServiceKey("default", "portless"), [], [new PortEntry("", "", null)],
            [new EndpointEntry("p", IPAddress.Parse("10.1.0.8"), [new PortEntry("", "", null)])]) { IsHeadless = true })
        .With(new ServiceEntry(new ServiceKey("default", "outside"), [], [], []) { ExternalName = "www.example.com" })
        .With(new ServiceEntry(new ServiceKey("default", "inside"), [], [], []) { ExternalName = "web.default.svc.cluster.local." })
        .With(new ServiceEntry(new ServiceKey("default", "loop1"), [], [], []) { ExternalName = "loop2.default.svc.cluster.local" })
        .With(new ServiceEntry(new ServiceKey("default", "loop2"), [], [], []) { ExternalName = "loop1.default.svc.cluster.local" })
        .With(new ServiceEntry(new ServiceKey("default", "literal"), [], [], []) { ExternalName = "192.0.2.1" });

    public static EndpointEntry Endpoint(string label, string address, ushort port, string portName = "http") =>
        new(label, IPAddress.Parse(address), [new PortEntry(portName, "TCP", port)]);

    /// <summary>A record in a notation like a zone file's.</summary>
    public static string Describe(DnsRecord record) => record switch
    {
        AddressRecord a => $"{a.Name} {a.Type} {a.Address}",
        NameRecord n => $"{n.Name} {n.Kind} {n.Target}",
        SrvRecord s => $"{s.Name} SRV {s.Priority} {s.Weight} {s.Port} {s.Target}",
        TxtRecord t => $"{t.Name} TXT {t.Text}",
        SoaRecord s => $"{s.Name} SOA {s.PrimaryServer} {s.Mailbox} {s.Serial} {s.Refresh} {s.Retry} {s.Expire} {s.Minimum}",
        _ => record.ToString()!,
    };
}
