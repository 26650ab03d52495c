using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of pods and of the pod templates in workloads. Containers, volumes and the rest of it have files of their own.</summary>
internal static class PodValidation
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly string[] s_restartPolicies = [RestartPolicy.Always, RestartPolicy.OnFailure, RestartPolicy.Never];
    private static readonly string[] s_dnsPolicies = [DnsPolicy.ClusterFirstWithHostNet, DnsPolicy.ClusterFirst, DnsPolicy.Default, DnsPolicy.None];
    private static readonly string[] s_preemptionPolicies = ["PreemptLowerPriority", "Never"];
    private static readonly string[] s_systems = ["linux", "windows"];

    /// <summary>A pod about to be created.</summary>
    public static void Validate(Pod pod, FieldErrors errors)
    {
        Pod(pod, errors);
        if (pod.Spec.EphemeralContainers is { Count: > 0 }) errors.Forbidden(Spec["ephemeralContainers"], "cannot be set on create");
        if (pod.Spec.NodeName.Length > 0 && pod.Spec.SchedulingGates is { Count: > 0 }) errors.Forbidden(Spec["nodeName"], "cannot be set until all schedulingGates have been cleared");
    }

    /// <summary>A pod, new or old.</summary>
    public static void Pod(Pod pod, FieldErrors errors)
    {
        ValidateSpec(pod.Spec, pod.Metadata.Name, Spec, errors);
        if (pod.Spec.ServiceAccountName.Length == 0)
        {
            for (var i = 0; i < (pod.Spec.Volumes?.Count ?? 0); i++)
            {
                for (var j = 0; j < (pod.Spec.Volumes![i].Projected?.Sources.Count ?? 0); j++)
                {
                    if (pod.Spec.Volumes[i].Projected!.Sources[j].ServiceAccountToken is not null)
                        errors.Forbidden(Spec["volumes"][i]["projected"]["sources"][j]["serviceAccountToken"], "must not be specified when serviceAccountName is not set");
                }
            }
        }

        for (var i = 0; i < pod.Spec.Containers.Count; i++) ContainerValidation.Image(pod.Spec.Containers[i], Spec["containers"][i], errors);
        for (var i = 0; i < (pod.Spec.InitContainers?.Count ?? 0); i++) ContainerValidation.Image(pod.Spec.InitContainers![i], Spec["initContainers"][i], errors);
    }

    /// <summary>What a pod or a template wants.</summary>
    /// <param name="spec">It.</param>
    /// <param name="podName">The pod's name; empty for a template, which some rules spare.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="errors">Takes what is wrong.</param>
    public static void ValidateSpec(PodSpec spec, string podName, FieldPath path, FieldErrors errors)
    {
        if (spec.TerminationGracePeriodSeconds is null) errors.Required(path["terminationGracePeriodSeconds"]);
        var volumes = VolumeValidation.Validate(spec.Volumes, podName, path["volumes"], errors);
        Claims(spec.ResourceClaims, path["resourceClaims"], errors);
        ContainerValidation.Validate(spec, volumes, path, errors);
        if (spec.Resources is { } resources) ResourceValidation.Pod(resources, path["resources"], errors);
        HostNetwork(spec, podName.Length > 0, path, errors);
        FieldRules.OneOf(spec.RestartPolicy, s_restartPolicies, path["restartPolicy"], errors);
        FieldRules.OneOf(spec.DnsPolicy, s_dnsPolicies, path["dnsPolicy"], errors);
        MetadataValidation.Labels(spec.NodeSelector, path["nodeSelector"], errors);
        SecurityValidation.Pod(spec, path, errors);
        AffinityValidation.Validate(spec.Affinity, path["affinity"], errors);
        DnsConfig(spec, path["dnsConfig"], errors);
        for (var i = 0; i < (spec.ReadinessGates?.Count ?? 0); i++)
            errors.Invalid(path["readinessGates"][i]["conditionType"], spec.ReadinessGates![i].ConditionType, LabelSyntax.KeyErrors(spec.ReadinessGates[i].ConditionType));
        SchedulingGates(spec.SchedulingGates, path["schedulingGates"], errors);
        AffinityValidation.Spread(spec.TopologySpreadConstraints, path["topologySpreadConstraints"], errors);
        HostUsers(spec, path, errors);
        HostnameOverride(spec, path["hostnameOverride"], errors);
        FieldRules.OptionalName(spec.ServiceAccountName, Names.SubdomainErrors, path["serviceAccountName"], errors);
        FieldRules.OptionalName(spec.NodeName, Names.SubdomainErrors, path["nodeName"], errors);
        FieldRules.InRange(spec.ActiveDeadlineSeconds, 1, int.MaxValue, path["activeDeadlineSeconds"], errors);
        FieldRules.OptionalName(spec.Hostname, Names.LabelErrors, path["hostname"], errors);
        FieldRules.OptionalName(spec.Subdomain, Names.LabelErrors, path["subdomain"], errors);
        TolerationValidation.Validate(spec.Tolerations, path["tolerations"], errors);
        HostAliases(spec.HostAliases, path["hostAliases"], errors);
        FieldRules.OptionalName(spec.PriorityClassName, Names.SubdomainErrors, path["priorityClassName"], errors);
        if (spec.RuntimeClassName is { } runtimeClass) errors.Invalid(path["runtimeClassName"], runtimeClass, Names.SubdomainErrors(runtimeClass));
        if (spec.PreemptionPolicy is { } preemption) FieldRules.OneOf(preemption, s_preemptionPolicies, path["preemptionPolicy"], errors);
        ResourceValidation.List(spec.Overhead, path["overhead"], errors);
        if (spec.Os is { } system) FieldRules.OneOf(system.Name, s_systems, path["os"]["name"], errors);
    }

    private static void Claims(List<PodResourceClaim>? claims, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (claims?.Count ?? 0); i++)
        {
            var claim = claims![i];
            FieldRules.Name(claim.Name, Names.LabelErrors, path[i]["name"], errors);
            if (claim.Name.Length > 0 && !names.Add(claim.Name)) errors.Duplicate(path[i]["name"], claim.Name);
            if (claim is { ResourceClaimName: not null, ResourceClaimTemplateName: not null })
                errors.Invalid(path[i], claim, "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified");
            if (claim is { ResourceClaimName: null, ResourceClaimTemplateName: null }) errors.Invalid(path[i], claim, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
            if (claim.ResourceClaimName is { } name) errors.Invalid(path[i]["resourceClaimName"], name, Names.SubdomainErrors(name));
            if (claim.ResourceClaimTemplateName is { } template) errors.Invalid(path[i]["resourceClaimTemplateName"], template, Names.SubdomainErrors(template));
        }
    }

    private static void HostNetwork(PodSpec spec, bool isPod, FieldPath path, FieldErrors errors)
    {
        if (!spec.HostNetwork) return;
        for (var i = 0; i < spec.Containers.Count; i++)
        {
            for (var j = 0; j < (spec.Containers[i].Ports?.Count ?? 0); j++)
            {
                var port = spec.Containers[i].Ports![j];
                if ((isPod || port.HostPort != 0) && port.HostPort != port.Port)
                    errors.Invalid(path["containers"][i]["ports"][j]["hostPort"], port.HostPort, "must match `containerPort` when `hostNetwork` is true");
            }
        }
    }

    private static void DnsConfig(PodSpec spec, FieldPath path, FieldErrors errors)
    {
        const int mostServers = 3, mostSearches = 32, mostSearchCharacters = 2048;
        if (spec.DnsPolicy == DnsPolicy.None && spec.DnsConfig is null)
        {
            errors.Required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
            return;
        }

        if (spec.DnsConfig is not { } config) return;
        var (servers, searches) = (config.Nameservers ?? [], config.Searches ?? []);
        if (spec.DnsPolicy == DnsPolicy.None && servers.Count == 0)
        {
            errors.Required(path["nameservers"], "must provide at least one DNS nameserver when `dnsPolicy` is None");
            return;
        }

        if (servers.Count > mostServers) errors.Invalid(path["nameservers"], servers, $"must not have more than {mostServers} nameservers");
        for (var i = 0; i < servers.Count; i++) AddressRules.LooseAddress(servers[i], path["nameservers"][i], errors);
        if (searches.Count > mostSearches) errors.Invalid(path["searches"], searches, $"must not have more than {mostSearches} search paths");
        if (searches.Sum(static s => s.Length) + searches.Count - 1 > mostSearchCharacters)
            errors.Invalid(path["searches"], searches, $"must not have more than {mostSearchCharacters} characters (including spaces) in the search list");
        for (var i = 0; i < searches.Count; i++)
        {
            var search = searches[i].EndsWith('.') ? searches[i][..^1] : searches[i];
            if (searches[i] != ".") errors.Invalid(path["searches"][i], search, Names.UnderscoreSubdomainErrors(search));
        }

        for (var i = 0; i < (config.Options?.Count ?? 0); i++)
            if (config.Options![i].Name.Length == 0) errors.Required(path["options"][i], "must not be empty");
    }

    private static void SchedulingGates(List<PodSchedulingGate>? gates, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (gates?.Count ?? 0); i++)
        {
            errors.Invalid(path[i], gates![i].Name, LabelSyntax.KeyErrors(gates[i].Name));
            if (!names.Add(gates[i].Name)) errors.Duplicate(path[i], gates[i].Name);
        }
    }

    private static void HostUsers(PodSpec spec, FieldPath path, FieldErrors errors)
    {
        const string reason = "when `hostUsers` is false";
        if (spec.HostUsers != false) return;
        if (spec.HostNetwork) errors.Forbidden(path["hostNetwork"], reason);
        if (spec.HostPID) errors.Forbidden(path["HostPID"], reason);
        if (spec.HostIPC) errors.Forbidden(path["HostIPC"], reason);
        for (var i = 0; i < (spec.InitContainers?.Count ?? 0); i++)
            if (spec.InitContainers![i].VolumeDevices is { Count: > 0 }) errors.Forbidden(path["initContainers"][i]["volumeDevices"], reason);
        for (var i = 0; i < spec.Containers.Count; i++)
            if (spec.Containers[i].VolumeDevices is { Count: > 0 }) errors.Forbidden(path["containers"][i]["volumeDevices"], reason);
    }

    private static void HostnameOverride(PodSpec spec, FieldPath path, FieldErrors errors)
    {
        const int most = 64;
        if (spec.HostnameOverride is not { } name) return;
        if (spec.SetHostnameAsFQDN == true) errors.Forbidden(path, "may not be specified when setHostnameAsFQDN is true");
        if (spec.HostNetwork) errors.Forbidden(path, "may not be specified when hostNetwork is true");
        if (name.Length > most) errors.TooLong(path, most);
        errors.Invalid(path, name, Names.SubdomainErrors(name));
    }

    private static void HostAliases(List<HostAlias>? aliases, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (aliases?.Count ?? 0); i++)
        {
            AddressRules.LooseAddress(aliases![i].IP, path[i]["ip"], errors);
            for (var j = 0; j < (aliases[i].Hostnames?.Count ?? 0); j++) errors.Invalid(path[i]["hostnames"][j], aliases[i].Hostnames![j], Names.SubdomainErrors(aliases[i].Hostnames![j]));
        }
    }
}
