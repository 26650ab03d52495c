using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Cri.V1;
using Tiphys.Kubelet.Events;

namespace Tiphys.Kubelet.Network;

/// <summary>Works out a pod's resolver configuration.</summary>
internal sealed class DnsConfigurer(KubeletOptions options, IEventRecorder events)
{
    private const string SystemdResolver = "/run/systemd/resolve/resolv.conf";
    private const int MaxServers = 3;
    private const int MaxSearches = 32;
    private const int MaxSearchLength = 2048;
    private const int MaxDomainLength = 253;

    public DNSConfig For(Pod pod)
    {
        var node = NodeConfig();
        var policy = pod.Spec.DnsPolicy;
        var wantsCluster = policy is DnsPolicy.ClusterFirstWithHostNet || (policy is DnsPolicy.ClusterFirst or "" && !pod.Spec.HostNetwork);
        DNSConfig config;
        if (policy == DnsPolicy.None)
        {
            config = new DNSConfig();
        }
        else if (wantsCluster && options.ClusterDns.Count > 0)
        {
            config = new DNSConfig();
            config.Servers.Add(options.ClusterDns);
            config.Searches.Add(new[] { $"{pod.Metadata.Namespace}.svc.{options.ClusterDomain}", $"svc.{options.ClusterDomain}", options.ClusterDomain }
                .Concat(node.Searches).Distinct());
            config.Options.Add("ndots:5");
        }
        else
        {
            if (wantsCluster)
            {
                events.Warning(pod, "MissingClusterDNS",
                    $"kubelet does not have ClusterDNS IP configured and cannot create Pod using \"{DnsPolicy.ClusterFirst}\" policy. Falling back to \"{DnsPolicy.Default}\" policy.");
            }
            config = node;
            // A pod without a resolver asks the node itself rather than one that is not there.
            if (config.Servers.Count == 0) config.Servers.Add("127.0.0.1");
        }
        Append(config, pod.Spec.DnsConfig);
        Limit(config, pod);
        return config;
    }

    private DNSConfig NodeConfig()
    {
        var config = Read(options.ResolverConfig);
        // A resolver on the node's own loopback is out of a pod's reach; systemd's keeps a list of those it asks itself.
        return config.Servers.Count > 0 && config.Servers.All(s => s.StartsWith("127.", StringComparison.Ordinal) || s == "::1") && File.Exists(SystemdResolver)
            ? Read(SystemdResolver)
            : config;
    }

    private static DNSConfig Read(string path) => Parse(File.Exists(path) ? File.ReadAllLines(path) : []);

    internal static DNSConfig Parse(IEnumerable<string> lines)
    {
        var config = new DNSConfig();
        foreach (var fields in lines.Select(l => l.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)))
        {
            switch (fields)
            {
                case ["nameserver", var server, ..]:
                    config.Servers.Add(server);
                    break;
                case ["search", .. var searches]:
                    config.Searches.Clear();
                    config.Searches.Add(searches.Where(s => s != ".").Select(s => s.TrimEnd('.')));
                    break;
                case ["options", .. var settings]:
                    config.Options.Add(settings);
                    break;
                default:
                    break;
            }
        }
        return config;
    }

    private static void Append(DNSConfig config, PodDNSConfig? extra)
    {
        if (extra is null) return;
        Merge(config.Servers, (extra.Nameservers ?? []).Where(s => !config.Servers.Contains(s)).ToList());
        Merge(config.Searches, (extra.Searches ?? []).Where(s => !config.Searches.Contains(s)).ToList());
        foreach (var option in extra.Options ?? [])
        {
            var old = config.Options.FirstOrDefault(o => o.Split(':')[0] == option.Name);
            if (old is not null) config.Options.Remove(old);
            config.Options.Add(option.Value is { Length: > 0 } value ? $"{option.Name}:{value}" : option.Name);
        }
    }

    private static void Merge(Google.Protobuf.Collections.RepeatedField<string> list, List<string> more) => list.Add(more);

    private void Limit(DNSConfig config, Pod pod)
    {
        if (config.Servers.Count > MaxServers)
        {
            while (config.Servers.Count > MaxServers) config.Servers.RemoveAt(config.Servers.Count - 1);
            events.Warning(pod, "DNSConfigForming",
                $"Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: {string.Join(' ', config.Servers)}");
        }
        var before = config.Searches.Count;
        foreach (var search in config.Searches.Where(s => s.Length > MaxDomainLength).ToList()) config.Searches.Remove(search);
        while (config.Searches.Count > MaxSearches || string.Join(' ', config.Searches).Length > MaxSearchLength)
            config.Searches.RemoveAt(config.Searches.Count - 1);
        if (config.Searches.Count == before) return;
        events.Warning(pod, "DNSConfigForming",
            $"Search Line limits were exceeded, some search paths have been omitted, the applied search line is: {string.Join(' ', config.Searches)}");
    }
}
