using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of services; those of their addresses have a file of their own.</summary>
internal static class ServiceValidation
{
    private const string SourceRangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges";
    private const string TopologyModeAnnotation = "service.kubernetes.io/topology-mode";
    private const string TopologyHintsAnnotation = "service.kubernetes.io/topology-aware-hints";
    private const string OnlyLoadBalancer = "may only be used when `type` is 'LoadBalancer'";
    private const int MostAffinitySeconds = 86400;
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly string[] s_types = [ServiceType.ClusterIP, ServiceType.ExternalName, ServiceType.LoadBalancer, ServiceType.NodePort];
    private static readonly string[] s_affinities = [ServiceAffinity.ClientIP, ServiceAffinity.None];
    private static readonly string[] s_trafficPolicies = [ServiceExternalTrafficPolicy.Cluster, ServiceExternalTrafficPolicy.Local];
    private static readonly string[] s_distributions = [ServiceTrafficDistribution.PreferClose, ServiceTrafficDistribution.PreferSameZone, ServiceTrafficDistribution.PreferSameNode];

    public static void Validate(Service service, FieldErrors errors)
    {
        var spec = service.Spec;
        Annotations(service.Metadata.Annotations, errors);
        if (spec.Ports is not { Count: > 0 } && !spec.IsHeadless && spec.Type != ServiceType.ExternalName) errors.Required(Spec["ports"]);
        if (spec is { IsHeadless: true, MayHaveNodePorts: true }) errors.Invalid(Spec["clusterIPs"][0], ServiceConstants.ClusterIPNone, $"may not be set to 'None' for {spec.Type} services");
        if (spec.Type == ServiceType.ExternalName) ExternalName(spec, errors);
        Ports(spec, errors);
        MetadataValidation.Labels(spec.Selector, Spec["selector"], errors);
        FieldRules.OneOf(spec.SessionAffinity, s_affinities, Spec["sessionAffinity"], errors);
        Affinity(spec, Spec["sessionAffinityConfig"], errors);
        ServiceClusterIPRules.Validate(service, errors);
        EndpointAddressRules.External(spec.ExternalIPs, Spec["externalIPs"], errors);
        FieldRules.OneOf(spec.Type, s_types, Spec["type"], errors);
        PortNumbers(spec, errors);
        SourceRanges(service, errors);
        LoadBalancer(spec, errors);
        ExternalTraffic(spec, errors);
        if (spec.InternalTrafficPolicy is { } policy) FieldRules.Supported(policy, s_trafficPolicies, Spec["internalTrafficPolicy"], errors);
        else if (spec.Type is ServiceType.NodePort or ServiceType.LoadBalancer or ServiceType.ClusterIP) errors.Required(Spec["internalTrafficPolicy"]);
        FieldRules.Supported(spec.TrafficDistribution, s_distributions, Spec["trafficDistribution"], errors);
    }

    public static void ValidateUpdate(Service service, Service old, FieldErrors errors)
    {
        ServiceClusterIPRules.ValidateUpdate(service, old, errors);
        if (service.Spec.Type == ServiceType.LoadBalancer && old.Spec.Type == ServiceType.LoadBalancer && service.Spec.LoadBalancerClass != old.Spec.LoadBalancerClass)
            errors.Invalid(Spec["loadBalancerClass"], service.Spec.LoadBalancerClass, "may not change once set");
        if (service.Spec.NeedsHealthCheckNodePort && old.Spec.NeedsHealthCheckNodePort && service.Spec.HealthCheckNodePort != old.Spec.HealthCheckNodePort)
            errors.Forbidden(Spec["healthCheckNodePort"], FieldRules.Immutable);
        Validate(service, errors);
    }

    private static void Annotations(Dictionary<string, string>? annotations, FieldErrors errors)
    {
        if (annotations?.TryGetValue(TopologyModeAnnotation, out var mode) == true && annotations.TryGetValue(TopologyHintsAnnotation, out var hints) && mode != hints)
            errors.Invalid(FieldPath.Of("metadata")["annotations"].Key(TopologyModeAnnotation), mode, $"must match annotations[{TopologyHintsAnnotation}] when both are specified");
    }

    private static void ExternalName(ServiceSpec spec, FieldErrors errors)
    {
        const string notHere = "may not be set for ExternalName services";
        if (spec.ClusterIPs is { Count: > 0 }) errors.Forbidden(Spec["clusterIPs"], notHere);
        if (spec.IPFamilies is { Count: > 0 }) errors.Forbidden(Spec["ipFamilies"], notHere);
        if (spec.IPFamilyPolicy is not null) errors.Forbidden(Spec["ipFamilyPolicy"], notHere);
        FieldRules.Name(spec.ExternalName.EndsWith('.') ? spec.ExternalName[..^1] : spec.ExternalName, Names.SubdomainErrors, Spec["externalName"], errors);
    }

    private static void Ports(ServiceSpec spec, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (spec.Ports?.Count ?? 0); i++)
        {
            var port = spec.Ports![i];
            var path = Spec["ports"][i];
            if (port.Name.Length > 0)
            {
                errors.Invalid(path["name"], port.Name, Names.LabelErrors(port.Name));
                if (!names.Add(port.Name)) errors.Duplicate(path["name"], port.Name);
            }
            else if (spec.Ports.Count > 1) errors.Required(path["name"]);

            PortRules.Number(port.Port, path["port"], errors);
            FieldRules.OneOf(port.Protocol, PortRules.Protocols, path["protocol"], errors);
            PortRules.Target(port.TargetPort, path["targetPort"], errors);
            if (port.AppProtocol is { } protocol) errors.Invalid(path["appProtocol"], protocol, LabelSyntax.KeyErrors(protocol));
        }
    }

    private static void PortNumbers(ServiceSpec spec, FieldErrors errors)
    {
        var ports = spec.Ports ?? [];
        for (var i = 0; i < ports.Count; i++)
            if (spec.Type == ServiceType.ClusterIP && ports[i].NodePort != 0) errors.Forbidden(Spec["ports"][i]["nodePort"], "may not be used when `type` is 'ClusterIP'");
        var taken = new HashSet<(string, int)>();
        for (var i = 0; i < ports.Count; i++)
            if (ports[i].NodePort != 0 && !taken.Add((ports[i].Protocol, ports[i].NodePort))) errors.Duplicate(Spec["ports"][i]["nodePort"], ports[i].NodePort);
        taken.Clear();
        for (var i = 0; i < ports.Count; i++)
            if (!taken.Add((ports[i].Protocol, ports[i].Port))) errors.Duplicate(Spec["ports"][i], new DuplicatePort(ports[i].Protocol, ports[i].Port));
    }

    private static void Affinity(ServiceSpec spec, FieldPath path, FieldErrors errors)
    {
        const string reason = "when session affinity type is ClientIP";
        if (spec.SessionAffinity == ServiceAffinity.None && spec.SessionAffinityConfig is not null) errors.Forbidden(path, "must not be set when session affinity is None");
        if (spec.SessionAffinity != ServiceAffinity.ClientIP) return;
        if (spec.SessionAffinityConfig is not { } config) errors.Required(path, reason);
        else if (config.ClientIP is not { } client) errors.Required(path["clientIP"], reason);
        else if (client.TimeoutSeconds is not { } seconds) errors.Required(path["clientIP"]["timeoutSeconds"], reason);
        else if (seconds is <= 0 or > MostAffinitySeconds) errors.Invalid(path["clientIP"]["timeoutSeconds"], seconds, $"must be greater than 0 and less than {MostAffinitySeconds}");
    }

    private static void SourceRanges(Service service, FieldErrors errors)
    {
        var spec = service.Spec;
        if (spec.LoadBalancerSourceRanges is { Count: > 0 } ranges)
        {
            var path = Spec["LoadBalancerSourceRanges"];
            if (spec.Type != ServiceType.LoadBalancer) errors.Forbidden(path, OnlyLoadBalancer);
            for (var i = 0; i < ranges.Count; i++) AddressRules.LooseNetwork(ranges[i].Trim(), path[i], errors);
        }
        else if (service.Metadata.Annotations?.TryGetValue(SourceRangesAnnotation, out var text) == true)
        {
            var path = FieldPath.Of("metadata")["annotations"].Key(SourceRangesAnnotation);
            if (spec.Type != ServiceType.LoadBalancer) errors.Forbidden(path, OnlyLoadBalancer);
            foreach (var range in text.Trim().Length == 0 ? [] : text.Split(',')) AddressRules.LooseNetwork(range.Trim(), path, errors);
        }
    }

    private static void LoadBalancer(ServiceSpec spec, FieldErrors errors)
    {
        var balanced = spec.Type == ServiceType.LoadBalancer;
        if (!balanced && spec.AllocateLoadBalancerNodePorts is not null) errors.Forbidden(Spec["allocateLoadBalancerNodePorts"], OnlyLoadBalancer);
        if (balanced && spec.AllocateLoadBalancerNodePorts is null) errors.Required(FieldPath.Of("allocateLoadBalancerNodePorts"));
        if (spec.LoadBalancerClass is not { } name) return;
        if (balanced) errors.Invalid(Spec["loadBalancerClass"], name, LabelSyntax.KeyErrors(name));
        else errors.Forbidden(Spec["loadBalancerClass"], OnlyLoadBalancer);
    }

    private static void ExternalTraffic(ServiceSpec spec, FieldErrors errors)
    {
        var policy = Spec["externalTrafficPolicy"];
        if (spec.IsExternallyAccessible) FieldRules.OneOf(spec.ExternalTrafficPolicy, s_trafficPolicies, policy, errors);
        else if (spec.ExternalTrafficPolicy.Length > 0) errors.Invalid(policy, spec.ExternalTrafficPolicy, "may only be set for externally-accessible services");
        var health = Spec["healthCheckNodePort"];
        if (!spec.NeedsHealthCheckNodePort)
        {
            if (spec.HealthCheckNodePort != 0) errors.Invalid(health, spec.HealthCheckNodePort, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
        }
        else if (spec.HealthCheckNodePort != 0) PortRules.Number(spec.HealthCheckNodePort, health, errors);
    }

    /// <summary>A port as upstream shows one that comes twice: by the fields it compares, under their internal names.</summary>
    private sealed record DuplicatePort(string Protocol, int Port)
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{{\"Name\":\"\",\"Protocol\":\"{Protocol}\",\"AppProtocol\":null,\"Port\":{Port},\"TargetPort\":0,\"NodePort\":0}}");
    }
}
