using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tiphys.Proxy;

/// <summary>
/// Turns service ports into rules, in the layout of upstream's nftables mode: one lookup by address, protocol and port leads
/// to a chain for the service port, which draws an endpoint at random.
/// </summary>
internal sealed class RuleBuilder(ProxyOptions options)
{
    /// <summary>Marks packets whose source must become the node's.</summary>
    private const string MasqueradeMark = "0x4000";

    private readonly RuleSet _rules = new();
    private readonly SortedDictionary<string, string> _addresses = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _nodePorts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _deadAddresses = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _deadNodePorts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _clusterIps = new(StringComparer.Ordinal);

    /// <summary>The rules for these service ports.</summary>
    public static RuleSet Build(IEnumerable<ServicePort> ports, ProxyOptions options)
    {
        var builder = new RuleBuilder(options);
        foreach (var port in ports) builder.Add(port);
        builder.AddFrame();
        return builder._rules;
    }

    private void Add(ServicePort port)
    {
        var inside = Chain(port, "service", port.Internal, masqueradeAll: false);
        var key = $"{port.ClusterIP} . {port.Protocol} . {port.Port}";
        _clusterIps[port.ClusterIP.ToString()] = "";
        if (inside is null) _deadAddresses[key] = "goto reject-chain";
        else _addresses[key] = "goto " + inside;
        if (port.NodePort == 0 && port.ExternalIPs.Count == 0) return;

        // From outside, the answer must come back through this node, unless only its own endpoints are asked and the client's address is to be kept.
        var outside = Chain(port, "external", port.External, masqueradeAll: !port.ExternalLocal);
        var verdict = outside is null ? null : "goto " + outside;
        var dead = port.ExternalLocal && port.Endpoints.Count > 0 ? "drop" : "goto reject-chain";
        foreach (var address in port.ExternalIPs)
        {
            var externalKey = $"{address} . {port.Protocol} . {port.Port}";
            if (verdict is null) _deadAddresses[externalKey] = dead;
            else _addresses[externalKey] = verdict;
        }

        if (port.NodePort == 0) return;
        var nodeKey = $"{port.Protocol} . {port.NodePort}";
        if (verdict is null) _deadNodePorts[nodeKey] = dead;
        else _nodePorts[nodeKey] = verdict;
    }

    private string? Chain(ServicePort port, string sort, IReadOnlyList<ServiceEndpoint> endpoints, bool masqueradeAll)
    {
        if (endpoints.Count == 0) return null;
        var id = Id(port);
        var rules = new List<string>();
        if (masqueradeAll) rules.Add("jump mark-for-masquerade");
        else if (sort == "service" && options.ClusterCidr is { } pods)
            rules.Add($"ip daddr {port.ClusterIP} {port.Protocol} dport {port.Port} ip saddr != {pods} jump mark-for-masquerade");
        var chains = endpoints.Select(e => Endpoint(port, id, e)).ToList();
        if (port.AffinitySeconds > 0)
            foreach (var chain in chains) rules.Add($"ip saddr @affinity-{chain["endpoint-".Length..]} goto {chain}");
        var choices = string.Join(", ", chains.Select(static (chain, i) => string.Create(CultureInfo.InvariantCulture, $"{i} : goto {chain}")));
        rules.Add(chains.Count == 1 ? "goto " + chains[0] : $"numgen random mod {chains.Count} vmap {{ {choices} }}");
        var name = $"{sort}-{id}";
        _rules.Chains[name] = new Chain("", rules);
        return name;
    }

    private string Endpoint(ServicePort port, string id, ServiceEndpoint endpoint)
    {
        var suffix = $"{id}-{endpoint.Address}-{endpoint.Port}".Replace('.', '_');
        var name = "endpoint-" + suffix;
        var rules = new List<string> { $"ip saddr {endpoint.Address} jump mark-for-masquerade" }; // a pod that reaches itself through its Service
        if (port.AffinitySeconds > 0)
        {
            var set = "affinity-" + suffix;
            _rules.Collections[set] = new Elements("set", $"type ipv4_addr; flags dynamic,timeout; timeout {port.AffinitySeconds}s;", null);
            rules.Add($"update @{set} {{ ip saddr }}");
        }

        rules.Add($"meta l4proto {port.Protocol} dnat to {endpoint.Address}:{endpoint.Port}");
        _rules.Chains[name] = new Chain("", rules);
        return name;
    }

    /// <summary>The chains that every packet passes, and the maps they look into.</summary>
    private void AddFrame()
    {
        _rules.Collections["service-ips"] = new("map", "type ipv4_addr . inet_proto . inet_service : verdict;", _addresses);
        _rules.Collections["service-nodeports"] = new("map", "type inet_proto . inet_service : verdict;", _nodePorts);
        _rules.Collections["no-endpoint-services"] = new("map", "type ipv4_addr . inet_proto . inet_service : verdict;", _deadAddresses);
        _rules.Collections["no-endpoint-nodeports"] = new("map", "type inet_proto . inet_service : verdict;", _deadNodePorts);
        _rules.Collections["cluster-ips"] = new("set", "type ipv4_addr;", _clusterIps);

        const string local = "fib daddr type local ip daddr != 127.0.0.0/8";
        _rules.Chains["services"] = new("", ["ip daddr . meta l4proto . th dport vmap @service-ips", $"{local} meta l4proto . th dport vmap @service-nodeports"]);
        _rules.Chains["nat-prerouting"] = new("type nat hook prerouting priority dstnat;", ["jump services"]);
        _rules.Chains["nat-output"] = new("type nat hook output priority -100;", ["jump services"]);
        _rules.Chains["nat-postrouting"] = new("type nat hook postrouting priority srcnat;", ["jump masquerading"]);
        _rules.Chains["mark-for-masquerade"] = new("", [$"meta mark set meta mark or {MasqueradeMark}"]);
        _rules.Chains["masquerading"] = new("", [$"meta mark and {MasqueradeMark} == 0 return", $"meta mark set meta mark xor {MasqueradeMark}", "masquerade fully-random"]);
        _rules.Chains["reject-chain"] = new("", ["meta l4proto tcp reject with tcp reset", "reject"]);

        // A packet that still has a service's address after translation found no rule: it must not leave the node.
        List<string> guard = ["ct state new ip daddr . meta l4proto . th dport vmap @no-endpoint-services", $"ct state new {local} meta l4proto . th dport vmap @no-endpoint-nodeports", "ct state new ip daddr @cluster-ips goto reject-chain"];
        if (options.ServiceCidr is { } services) guard.Add($"ip daddr {services} drop");
        _rules.Chains["service-guard"] = new("", guard);
        _rules.Chains["filter-input"] = new("type filter hook input priority -110;", ["jump service-guard"]);
        _rules.Chains["filter-forward"] = new("type filter hook forward priority -110;", ["jump service-guard"]);

        // After the output chains of address translation, whose priority is -100.
        _rules.Chains["filter-output"] = new("type filter hook output priority -90;", ["jump service-guard"]);
    }

    /// <summary>A short stable name, readable enough to find in a listing.</summary>
    private static string Id(ServicePort port)
    {
        var full = $"{port.Namespace}/{port.Service}/{port.Protocol}/{port.PortName}/{port.Port}";
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(full)).AsSpan(0, 4));
        var name = $"{port.Namespace}_{port.Service}_{port.Protocol}_{port.Port}".Replace('.', '_');
        return $"{hash}-{(name.Length > 60 ? name[..60] : name)}";
    }
}
