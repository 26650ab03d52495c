using System.Globalization;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Api.Networking.V1;
using Tiphys.Client;

namespace Tiphys.Kubectl.Describe;

/// <summary>Ingresses, with the addresses behind their backends.</summary>
internal sealed class IngressDescriber : Describer<Ingress>
{
    protected override async Task WriteAsync(Ingress item, DescriptionWriter writer, DescribeSession session, CancellationToken cancel)
    {
        var fallback = item.Spec.DefaultBackend is { } backend ? await BackendAsync(item.Metadata.Namespace, backend, session, cancel) : "<default>";
        writer.Field("Name", item.Metadata.Name);
        writer.Labels("Labels", item.Metadata.Labels);
        writer.Field("Namespace", item.Metadata.Namespace);
        writer.Field("Address", string.Join(',', (item.Status.LoadBalancer.Ingress ?? []).Select(static i => i.IP.Length > 0 ? i.IP : i.Hostname).Where(static a => a.Length > 0).Distinct().Order(StringComparer.Ordinal)));
        writer.Field("Ingress Class", item.Spec.IngressClassName ?? Texts.None);
        writer.Field("Default backend", fallback);
        if (item.Spec.Tls is { Count: > 0 } tls)
        {
            writer.Write(0, "TLS:\n");
            foreach (var entry in tls) writer.Write(1, $"{(entry.SecretName.Length == 0 ? "SNI routes" : entry.SecretName + " terminates")} {string.Join(',', entry.Hosts ?? [])}\n");
        }

        writer.Write(0, "Rules:\n  Host\tPath\tBackends\n");
        writer.Write(1, "----\t----\t--------\n");
        var rules = (item.Spec.Rules ?? []).Where(static r => r.Http is not null).ToList();
        foreach (var rule in rules)
        {
            writer.Write(1, $"{Texts.Or(rule.Host, "*")}\t\n");
            foreach (var path in rule.Http!.Paths) writer.Write(2, $"\t{path.Path} \t{await BackendAsync(item.Metadata.Namespace, path.Backend, session, cancel)}\n");
        }

        if (rules.Count == 0) writer.Row(1, "*", "*", fallback);
        writer.Annotations("Annotations", item.Metadata.Annotations);
    }

    private static async Task<string> BackendAsync(string ns, IngressBackend backend, DescribeSession session, CancellationToken cancel)
    {
        if (backend.Resource is { } resource && backend.Service is null) return $"APIGroup: {resource.ApiGroup ?? Texts.None}, Kind: {resource.Kind}, Name: {resource.Name}";
        if (backend.Service is not { } target) return "";
        var text = string.Create(CultureInfo.InvariantCulture, $"{target.Name}:{(target.Port.Number != 0 ? target.Port.Number : target.Port.Name)}");
        try
        {
            var slices = await EndpointTexts.SlicesAsync(ns, target.Name, session, cancel);
            var service = await session.Client.Resource<Service>().GetAsync(ns, target.Name, cancel);
            var port = service.Spec.Ports?.FindLast(p => (target.Port.Number != 0 && target.Port.Number == p.Port) || (target.Port.Name.Length > 0 && target.Port.Name == p.Name));
            return $"{text} ({EndpointTexts.Of(slices, port?.Name ?? "")})";
        }
        catch (ApiException e)
        {
            return $"{text} (<error: {e.Message}>)";
        }
    }
}

/// <summary>Classes of ingresses.</summary>
internal sealed class IngressClassDescriber : Describer<IngressClass>
{
    protected override void Write(IngressClass item, DescriptionWriter writer)
    {
        writer.Header(item.Metadata, namespaced: false);
        writer.Field("Controller", item.Spec.Controller);
        if (item.Spec.Parameters is not { } parameters) return;
        writer.Write(0, "Parameters:\n");
        if (parameters.ApiGroup is { } group) writer.Field("APIGroup", group, 1);
        writer.Field("Kind", parameters.Kind, 1);
        writer.Field("Name", parameters.Name, 1);
    }
}

/// <summary>Ranges of service addresses.</summary>
internal sealed class ServiceCIDRDescriber : Describer<ServiceCIDR>
{
    protected override void Write(ServiceCIDR item, DescriptionWriter writer)
    {
        writer.Header(item.Metadata, namespaced: false);
        writer.Field("CIDRs", string.Join(", ", item.Spec.Cidrs ?? []));
        if (item.Status.Conditions is not { Count: > 0 } conditions) return;
        writer.Write(0, "Status:\n");
        writer.Write(0, "Conditions:\n");
        writer.Headings(1, "Type", "Status", "LastTransitionTime", "Reason", "Message");
        foreach (var c in conditions) writer.Row(1, c.Type, c.Status, Texts.Time(c.LastTransitionTime), c.Reason, c.Message);
    }
}

/// <summary>Service addresses in use.</summary>
internal sealed class IPAddressDescriber : Describer<IPAddress>
{
    protected override void Write(IPAddress item, DescriptionWriter writer)
    {
        writer.Header(item.Metadata, namespaced: false);
        if (item.Spec.ParentRef is not { } parent) return;
        writer.Write(0, "Parent Reference:\n");
        writer.Field("Group", parent.Group, 1);
        writer.Field("Resource", parent.Resource, 1);
        writer.Field("Namespace", parent.Namespace, 1);
        writer.Field("Name", parent.Name, 1);
    }
}

/// <summary>Network policies.</summary>
internal sealed class NetworkPolicyDescriber : Describer<NetworkPolicy>
{
    private const string Indent = "    ";

    protected override bool HasEvents => false;

    protected override void Write(NetworkPolicy item, DescriptionWriter writer)
    {
        var spec = item.Spec;
        writer.Field("Name", item.Metadata.Name);
        writer.Field("Namespace", item.Metadata.Namespace);
        writer.Field("Created on", Created(item.Metadata.CreationTimestamp));
        writer.Labels("Labels", item.Metadata.Labels);
        writer.Annotations("Annotations", item.Metadata.Annotations);
        writer.Write(0, "Spec:\n");
        var selector = Texts.Selector(spec.PodSelector);
        writer.Write(1, "PodSelector: ");
        writer.Write(2, selector == Texts.None ? "<none> (Allowing the specific traffic to all pods in this namespace)\n" : selector + "\n");
        var types = spec.PolicyTypes ?? [];
        Direction(types.Contains("Ingress"), "ingress", "From", "source", spec.Ingress?.ConvertAll(static r => (r.Ports, r.From)), writer);
        Direction(types.Contains("Egress"), "egress", "To", "destination", spec.Egress?.ConvertAll(static r => (r.Ports, r.To)), writer);
        writer.Write(1, $"Policy Types: {Texts.Or(string.Join(", ", types), Texts.None)}\n");
    }

    /// <summary>A time as Go prints it when nobody asks for a format.</summary>
    private static string Created(DateTimeOffset? time)
    {
        var local = (time ?? default).ToLocalTime();
        var zone = local.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
        var name = local.Offset == TimeSpan.Zero ? "UTC" : TimeZoneInfo.Local.IsDaylightSavingTime(local) ? TimeZoneInfo.Local.DaylightName : TimeZoneInfo.Local.StandardName;
        return local.ToString("yyyy-MM-dd HH:mm:ss ", CultureInfo.InvariantCulture) + $"{zone} {name}";
    }

    private static void Direction(bool enabled, string direction, string preposition, string end, List<(List<NetworkPolicyPort>? Ports, List<NetworkPolicyPeer>? Peers)>? rules, DescriptionWriter writer)
    {
        writer.Write(1, enabled ? $"Allowing {direction} traffic:\n" : $"Not affecting {direction} traffic\n");
        if (!enabled) return;
        if (rules is not { Count: > 0 })
        {
            writer.Write(0, $"{Indent}<none> (Selected pods are isolated for {direction} connectivity)\n");
            return;
        }

        for (var i = 0; i < rules.Count; i++)
        {
            if (i > 0) writer.Write(0, Indent + "----------\n");
            if (rules[i].Ports is not { Count: > 0 } ports) writer.Write(0, Indent + "To Port: <any> (traffic allowed to all ports)\n");
            else foreach (var port in ports) writer.Write(0, string.Create(CultureInfo.InvariantCulture, $"{Indent}{(port.EndPort is { } last ? $"To Port Range: {port.Port}-{last}" : $"To Port: {port.Port?.ToString() ?? "<nil>"}")}/{port.Protocol ?? "TCP"}\n"));
            if (rules[i].Peers is not { Count: > 0 } peers) writer.Write(0, $"{Indent}{preposition}: <any> (traffic not restricted by {end})\n");
            else foreach (var peer in peers) Peer(peer, preposition, writer);
        }
    }

    private static void Peer(NetworkPolicyPeer peer, string preposition, DescriptionWriter writer)
    {
        writer.Write(0, $"{Indent}{preposition}:\n");
        if (peer.NamespaceSelector is { } namespaces) writer.Write(1, $"{Indent}NamespaceSelector: {Texts.Selector(namespaces)}\n");
        if (peer.PodSelector is { } pods) writer.Write(1, $"{Indent}PodSelector: {Texts.Selector(pods)}\n");
        if (peer.NamespaceSelector is not null || peer.PodSelector is not null || peer.IPBlock is not { } block) return;
        writer.Write(1, $"{Indent}IPBlock:\n");
        writer.Write(2, $"{Indent}CIDR: {block.Cidr}\n");
        writer.Write(2, $"{Indent}Except: {string.Join(", ", block.Except ?? [])}\n");
    }
}
