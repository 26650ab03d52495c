using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Api.Networking.V1;
using Tiphys.Api.Node.V1;
using Tiphys.Api.Storage.V1;

namespace Tiphys.ApiServer;

/// <summary>What clients are warned of in kinds without a strategy of their own. Each is given the object as it shall be, and as it was.</summary>
internal static class KindWarnings
{
    private const string TokensInSecrets =
        "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes";

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    public static IEnumerable<string> Endpoints(Endpoints item, Endpoints? old)
    {
        if (Label(item.Metadata, "endpoints.kubernetes.io/managed-by") == "endpoint-controller") return []; // it writes addresses well, and often
        return (item.Subsets ?? []).SelectMany(static (subset, i) =>
        {
            var path = FieldPath.Of("subsets")[i];
            return Each(subset.Addresses, path["addresses"]).Concat(Each(subset.NotReadyAddresses, path["notReadyAddresses"]));
        });

        static IEnumerable<string> Each(List<EndpointAddress>? addresses, FieldPath path) => (addresses ?? []).SelectMany((a, i) => AddressWarnings.Address(a.IP, path[i]["ip"]));
    }

    public static IEnumerable<string> EndpointSlice(EndpointSlice item, EndpointSlice? old)
    {
        if (old is null && item.AddressType == AddressType.Fqdn) yield return "spec.addressType: FQDN endpoints are deprecated";
        if (Label(item.Metadata, EndpointSliceLabels.ManagedBy) is "endpointslice-controller.k8s.io" or "endpointslicemirroring-controller.k8s.io") yield break;
        foreach (var text in item.Endpoints.SelectMany(static (endpoint, i) => AddressWarnings.Addresses(endpoint.Addresses, FieldPath.Of("endpoints")[i]["addresses"]))) yield return text;
    }

    public static IEnumerable<string> ServiceAccount(ServiceAccount item, ServiceAccount? old)
    {
        const string key = "kubernetes.io/enforce-mountable-secrets";
        if (item.Metadata.Annotations?.ContainsKey(key) == true && old?.Metadata.Annotations?.ContainsKey(key) != true)
            yield return $"metadata.annotations[{key}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets";
    }

    public static IEnumerable<string> ResourceQuota(ResourceQuota item, ResourceQuota? old)
    {
        if (old is not null || item.Spec.Hard is not { } hard) yield break;
        foreach (var name in new[] { ResourceName.Cpu, ResourceName.Memory, ResourceName.Storage, ResourceName.EphemeralStorage })
        {
            var request = $"requests.{name}";
            if (!hard.ContainsKey(request) && name is ResourceName.Cpu or ResourceName.Memory) request = name;
            if (hard.TryGetValue(request, out var requested) && hard.TryGetValue($"limits.{name}", out var limit) && requested > limit)
                yield return $"ResourceQuota {request} ({requested}) should be less than limits.{name} ({limit})";
        }
    }

    public static IEnumerable<string> PodTemplate(PodTemplate item, PodTemplate? old) =>
        old is null || item.Metadata.Generation != old.Metadata.Generation ? PodWarnings.Template(item.Template, FieldPath.Of("template")) : [];

    public static IEnumerable<string> RuntimeClass(RuntimeClass item, RuntimeClass? old) =>
        NodeLabelWarnings.Among(item.Scheduling?.NodeSelector).Select(static l => $"scheduling.nodeSelector: {l.Text}");

    public static IEnumerable<string> StorageClass(StorageClass item, StorageClass? old) =>
        from term in (item.AllowedTopologies ?? []).Select(static (t, i) => (t.MatchLabelExpressions, Path: FieldPath.Of("allowedTopologies")[i]["matchLabelExpressions"]))
        from requirement in (term.MatchLabelExpressions ?? []).Select((r, i) => (r.Key, Path: term.Path[i]["key"]))
        let text = NodeLabelWarnings.Of(requirement.Key)
        where text is not null
        select $"{requirement.Path}: {text}";

    public static IEnumerable<string> CsiStorageCapacity(CSIStorageCapacity item, CSIStorageCapacity? old) => NodeLabelWarnings.Selector(item.NodeTopology, FieldPath.Of("nodeTopology"));

    public static IEnumerable<string> CsiDriver(CSIDriver item, CSIDriver? old)
    {
        if (item.Spec is not { TokenRequests: { Count: > 0 } requests, ServiceAccountTokenInSecrets: null }) yield break;
        var same = old?.Spec.TokenRequests is { } before && before.Count == requests.Count && before.Zip(requests).All(static p => ApiJson.Same(p.First, p.Second));
        if (!same) yield return TokensInSecrets;
    }

    public static IEnumerable<string> NetworkPolicy(NetworkPolicy item, NetworkPolicy? old) =>
    [
        .. (item.Spec.Ingress ?? []).SelectMany(static (rule, i) => Peers(rule.From, Spec["ingress"][i]["from"])),
        .. (item.Spec.Egress ?? []).SelectMany(static (rule, i) => Peers(rule.To, Spec["egress"][i]["to"])),
    ];

    public static IEnumerable<string> Ingress(Ingress item, Ingress? old)
    {
        const string key = "kubernetes.io/ingress.class";
        if (old is null && item.Spec.IngressClassName is null && item.Metadata.Annotations?.ContainsKey(key) == true)
            yield return $"annotation \"{key}\" is deprecated, please use 'spec.ingressClassName' instead";
    }

    private static IEnumerable<string> Peers(List<NetworkPolicyPeer>? peers, FieldPath path) => (peers ?? []).SelectMany((peer, i) => peer.IPBlock is not { } block
        ? []
        : AddressWarnings.Network(block.Cidr, path[i]["ipBlock"]["cidr"]).Concat(AddressWarnings.Networks(block.Except, path[i]["ipBlock"]["except"])));

    private static string? Label(ObjectMeta metadata, string key) => metadata.Labels?.GetValueOrDefault(key);
}
