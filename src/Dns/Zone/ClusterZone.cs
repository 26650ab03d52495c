using System.Net;
using System.Net.Sockets;
using Tiphys.Dns.Wire;

namespace Tiphys.Dns.Zone;

/// <summary>What a zone has to say to a question.</summary>
/// <param name="Response">The answer.</param>
/// <param name="Alias">A name outside the zone whose addresses complete the answer (an ExternalName); null when it is whole.</param>
public readonly record struct ZoneAnswer(DnsResponse Response, DnsName? Alias = null);

/// <summary>How the cluster's zone is served.</summary>
public sealed record ClusterZoneOptions
{
    /// <summary>The cluster's domain.</summary>
    public DnsName Domain { get; init; } = DnsName.Parse("cluster.local");

    /// <summary>Lifetime of all records, in seconds.</summary>
    public uint Ttl { get; init; } = 5;

    /// <summary>The addresses this server is reached at, for the zone's NS records: as a rule the DNS service's virtual ones.</summary>
    public IReadOnlyList<IPAddress> ServerAddresses { get; init; } = [];

    /// <summary>Answer a-b-c-d.namespace.pod names from the name alone (CoreDNS's "pods insecure").</summary>
    public bool PodNames { get; init; } = true;
}

/// <summary>
/// The cluster's zone after the Kubernetes DNS specification 1.1.0: a pure function from question and snapshot to answer.
/// </summary>
public sealed class ClusterZone(ClusterZoneOptions options)
{
    /// <summary>The specification's version, as found under dns-version.</summary>
    public const string SpecificationVersion = "1.1.0";

    private const uint VersionTtl = 28800;

    // A chain of ExternalNames within the cluster is followed so far; a longer one is a loop.
    private const int MaxAliases = 8;

    private readonly DnsName _defaultServer = DnsName.Join("ns.dns", options.Domain);
    private readonly DnsName _mailbox = DnsName.Join("hostmaster", options.Domain);

    /// <summary>The zone's apex.</summary>
    public DnsName Domain => options.Domain;

    /// <summary>Answers a question about a name within the zone.</summary>
    public ZoneAnswer Answer(DnsQuestion question, ClusterSnapshot snapshot)
    {
        var found = Find(question.Name, snapshot);
        if (found.Kind == FoundKind.Nothing)
            return new ZoneAnswer(Negative(DnsRcode.NameError, snapshot));

        var answers = new List<DnsRecord>();
        var additional = new List<DnsRecord>();
        DnsName? outside = null;
        switch (question.Type)
        {
            case DnsType.A or DnsType.AAAA:
                outside = Addresses(question.Name, question.Type, found, snapshot, answers);
                break;
            case DnsType.CNAME when found.Service is { ExternalName: { } target } && DnsName.TryParse(target, out var alias):
                answers.Add(new NameRecord(question.Name, options.Ttl, DnsType.CNAME, alias));
                break;
            case DnsType.SRV:
                Services(question.Name, found, answers, additional);
                break;
            case DnsType.TXT when found.Kind == FoundKind.Version:
                answers.Add(new TxtRecord(question.Name, VersionTtl, SpecificationVersion));
                break;
            case DnsType.SOA when found.Kind == FoundKind.Apex:
                answers.Add(Soa(snapshot));
                break;
            case DnsType.NS when found.Kind == FoundKind.Apex:
                NameServers(question.Name, snapshot, answers, additional);
                break;
        }
        if (answers.Count == 0)
            return new ZoneAnswer(Negative(DnsRcode.NoError, snapshot));
        return new ZoneAnswer(new DnsResponse(DnsRcode.NoError) { Authoritative = true, Answers = answers, Additional = additional }, outside);
    }

    /// <summary>Answers a reverse question from the cluster's services and endpoints; null when the address is none of theirs.</summary>
    public DnsResponse? AnswerReverse(DnsQuestion question, ClusterSnapshot snapshot)
    {
        if (question.Type != DnsType.PTR || ReverseName.ToAddress(question.Name) is not { } address)
            return null;
        var answers = new List<DnsRecord>();
        if (snapshot.ByClusterIP.TryGetValue(address, out var owner))
            answers.Add(Pointer(ServiceName(owner)));
        else if (snapshot.ByEndpoint.TryGetValue(address, out var keys))
        {
            foreach (var key in keys)
            {
                var endpoint = snapshot.Services[key].Endpoints.First(e => e.Address.Equals(address));
                if (DnsName.TryParse(endpoint.Label, out _))
                    answers.Add(Pointer(DnsName.Join(endpoint.Label, ServiceName(key))));
            }
        }
        return answers.Count == 0 ? null : new DnsResponse(DnsRcode.NoError) { Authoritative = true, Answers = answers };

        NameRecord Pointer(DnsName target) => new(question.Name, options.Ttl, DnsType.PTR, target);
    }

    /// <summary>The answer for a name or type that is not there, with the SOA that lets it be cached.</summary>
    public DnsResponse Negative(DnsRcode rcode, ClusterSnapshot snapshot) =>
        new(rcode) { Authoritative = true, Authority = [Soa(snapshot)] };

    private Found Find(DnsName name, ClusterSnapshot snapshot)
    {
        var labels = name.LabelsBelow(options.Domain);
        if (labels.Length == 0)
            return new Found(FoundKind.Apex);
        switch (labels[^1])
        {
            case "dns-version" when labels.Length == 1:
                return new Found(FoundKind.Version);
            case "dns" when labels.Length == 1:
                return new Found(FoundKind.Empty);
            case "dns" when labels.Length == 2 && labels[0] == "ns":
                return new Found(FoundKind.Server);
            case "svc" or "pod" when labels.Length == 1:
                return new Found(FoundKind.Empty);
        }
        if (labels.Length < 2 || !snapshot.Namespaces.Contains(labels[^2]))
            return default;
        // A namespace has no records of its own, but names below it.
        if (labels[^1] is "svc" or "pod" && labels.Length == 2)
            return new Found(FoundKind.Empty);
        return labels[^1] switch
        {
            "svc" => FindService(labels, snapshot),
            "pod" when options.PodNames && labels.Length == 3 && PodAddress(labels[0]) is { } address => new Found(FoundKind.Pod) { Pod = address },
            _ => default,
        };
    }

    private static Found FindService(string[] labels, ClusterSnapshot snapshot)
    {
        if (labels.Length > 5 || !snapshot.Services.TryGetValue(new ServiceKey(labels[^2], labels[^3]), out var service))
            return default;
        string? endpoint = null, port = null, protocol = null;
        if (labels.Length == 4)
            endpoint = labels[0];
        else if (labels.Length == 5)
            (port, protocol) = (WithoutUnderscore(labels[0]), WithoutUnderscore(labels[1]));

        if (service.ExternalName is not null)
        {
            // An alias has no endpoints of its own, and one to an address is no alias.
            var valid = endpoint is null && !IPAddress.TryParse(service.ExternalName, out _) && DnsName.TryParse(service.ExternalName, out _);
            return valid ? new Found(FoundKind.Service) { Service = service } : default;
        }

        var targets = new List<Target>();
        if (service.IsHeadless || endpoint is not null)
        {
            foreach (var e in service.Endpoints)
            {
                if (endpoint is not null && !endpoint.Equals(e.Label, StringComparison.OrdinalIgnoreCase))
                    continue;
                foreach (var p in e.Ports)
                {
                    if (Matches(p, port, protocol))
                        targets.Add(new Target(e.Label, e.Address, p.Number));
                }
            }
        }
        else
        {
            foreach (var p in service.Ports)
            {
                if (!Matches(p, port, protocol))
                    continue;
                foreach (var address in service.ClusterIPs)
                    targets.Add(new Target(null, address, p.Number));
            }
        }
        if (targets.Count == 0)
            return PortlessPart(service, labels) ? new Found(FoundKind.Empty) : default;
        return new Found(FoundKind.Service) { Service = service, Targets = targets };
    }

    // _tcp.svc.ns.svc lies above the names of the service's ports; it exists although it has no records.
    private static bool PortlessPart(ServiceEntry service, string[] labels)
    {
        if (labels.Length != 4 || !labels[0].StartsWith('_'))
            return false;
        var ports = service.IsHeadless ? service.Endpoints.SelectMany(e => e.Ports) : service.Ports;
        return ports.Any(p => p.Number is not null && Same(p.Protocol, labels[0][1..]));
    }

    private static string WithoutUnderscore(string label) => label.StartsWith('_') ? label[1..] : label;

    private static bool Matches(in PortEntry port, string? name, string? protocol) =>
        name is null || (Same(port.Name, name) && Same(port.Protocol, protocol!));

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);

    private static IPAddress? PodAddress(string label)
    {
        // Three single dashes make an IPv4 address, anything else is tried as IPv6.
        var v4 = label.Count(c => c == '-') == 3 && !label.Contains("--", StringComparison.Ordinal);
        var text = label.Replace('-', v4 ? '.' : ':');
        if (v4 && text.Split('.').Any(part => part.Length == 0 || (part.Length > 1 && part[0] == '0')))
            return null;
        return IPAddress.TryParse(text, out var address) && (address.AddressFamily == AddressFamily.InterNetwork) == v4 ? address : null;
    }

    /// <summary>Adds addresses; returns the alias's target when that lies outside the zone.</summary>
    private DnsName? Addresses(DnsName name, DnsType type, Found found, ClusterSnapshot snapshot, List<DnsRecord> answers)
    {
        for (var hops = 0; ; hops++)
        {
            if (found.Service?.ExternalName is { } external)
            {
                var target = DnsName.Parse(external);
                if (hops == MaxAliases || target.Equals(name) || answers.Any(r => r.Name.Equals(target)))
                    return null;
                answers.Add(new NameRecord(name, options.Ttl, DnsType.CNAME, target));
                if (!target.IsWithin(options.Domain))
                    return target;
                name = target;
                found = Find(target, snapshot);
                continue;
            }
            var family = type == DnsType.A ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
            var addresses = found.Kind switch
            {
                FoundKind.Service => found.Targets.Select(t => t.Address),
                FoundKind.Pod => [found.Pod!],
                FoundKind.Server => options.ServerAddresses,
                _ => [],
            };
            foreach (var address in addresses.Where(a => a.AddressFamily == family).Distinct())
                answers.Add(new AddressRecord(name, options.Ttl, address));
            return null;
        }
    }

    private void Services(DnsName name, Found found, List<DnsRecord> answers, List<DnsRecord> additional)
    {
        if (found.Kind != FoundKind.Service || found.Service!.ExternalName is not null)
            return;
        // All are equal; the weights share a hundred between them, as far as that goes.
        var weight = (ushort)Math.Max(100 / found.Targets.Count, 1);
        var service = ServiceName(found.Service.Key);
        var targets = new HashSet<(DnsName, ushort)>();
        var glue = new HashSet<(DnsName, IPAddress)>();
        foreach (var target in found.Targets)
        {
            if (target.Port is not { } port)
                continue;
            var host = target.Label is null ? service : DnsName.Join(target.Label, service);
            if (targets.Add((host, port)))
                answers.Add(new SrvRecord(name, options.Ttl, 0, weight, port, host));
            if (glue.Add((host, target.Address)))
                additional.Add(new AddressRecord(host, options.Ttl, target.Address));
        }
    }

    private void NameServers(DnsName name, ClusterSnapshot snapshot, List<DnsRecord> answers, List<DnsRecord> additional)
    {
        var servers = new HashSet<DnsName>();
        foreach (var address in options.ServerAddresses)
        {
            var server = snapshot.ByClusterIP.TryGetValue(address, out var key) ? ServiceName(key) : _defaultServer;
            if (servers.Add(server))
                answers.Add(new NameRecord(name, options.Ttl, DnsType.NS, server));
            additional.Add(new AddressRecord(server, options.Ttl, address));
        }
        if (answers.Count == 0)
            answers.Add(new NameRecord(name, options.Ttl, DnsType.NS, _defaultServer));
    }

    private SoaRecord Soa(ClusterSnapshot snapshot) => new(
        options.Domain, options.Ttl, _defaultServer, _mailbox, snapshot.Serial, Refresh: 7200, Retry: 1800, Expire: 86400, Minimum: options.Ttl);

    private DnsName ServiceName(ServiceKey key) => DnsName.Join($"{key.Name}.{key.Namespace}.svc", options.Domain);

    private enum FoundKind
    {
        Nothing,
        Empty,
        Apex,
        Version,
        Server,
        Pod,
        Service,
    }

    private readonly record struct Target(string? Label, IPAddress Address, ushort? Port);

    private readonly record struct Found(FoundKind Kind)
    {
        public ServiceEntry? Service { get; init; }

        public List<Target> Targets { get; init; } = [];

        public IPAddress? Pod { get; init; }
    }
}
