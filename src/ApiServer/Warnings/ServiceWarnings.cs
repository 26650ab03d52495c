using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>Warns of what a Service says in vain, or no longer should say.</summary>
internal static class ServiceWarnings
{
    private const string PreferClose = "PreferClose";
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <summary>Warns of a Service.</summary>
    public static IEnumerable<string> Of(Service service)
    {
        var spec = service.Spec;
        var isHeadless = spec is { Type: ServiceType.ClusterIP, ClusterIP: "None" };
        var isExternal = spec.Type == ServiceType.ExternalName;
        var hasExternalAddresses = spec.ExternalIPs is { Count: > 0 };
        if (service.Metadata.Annotations?.ContainsKey("service.kubernetes.io/topology-aware-hints") == true)
            yield return "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead";
        if (spec.ClusterIP is not ("" or "None"))
            foreach (var text in AddressWarnings.Addresses(spec.ClusterIPs, Spec["clusterIPs"])) yield return text;
        if (isHeadless && spec.LoadBalancerIP.Length > 0) yield return "spec.loadBalancerIP is ignored for headless services";
        if (isHeadless && hasExternalAddresses) yield return "spec.externalIPs is ignored for headless services";
        if (isHeadless && spec.SessionAffinity != ServiceAffinity.None) yield return "spec.SessionAffinity is ignored for headless services";
        foreach (var text in AddressWarnings.Addresses(spec.ExternalIPs, Spec["externalIPs"])) yield return text;
        if (hasExternalAddresses && !isHeadless && !isExternal) yield return "spec.externalIPs is deprecated and may no longer be implemented in some clusters";
        if (spec.LoadBalancerIP.Length > 0)
            foreach (var text in AddressWarnings.Address(spec.LoadBalancerIP, Spec["loadBalancerIP"])) yield return text;
        foreach (var text in AddressWarnings.Networks(spec.LoadBalancerSourceRanges, Spec["loadBalancerSourceRanges"])) yield return text;
        if (isExternal && hasExternalAddresses) yield return "spec.externalIPs is ignored when spec.type is \"ExternalName\"";
        if (!isExternal && spec.ExternalName.Length > 0) yield return "spec.externalName is ignored when spec.type is not \"ExternalName\"";
        if (spec.TrafficDistribution == PreferClose) yield return "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"";
    }

    /// <summary>Warns of the addresses of load balancers.</summary>
    public static IEnumerable<string> Status(IEnumerable<string>? addresses) =>
        (addresses ?? []).SelectMany(static (address, i) => address.Length > 0 ? AddressWarnings.Address(address, FieldPath.Of("status")["loadBalancer"]["ingress"][i]) : []);
}
