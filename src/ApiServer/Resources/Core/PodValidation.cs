using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of pods and of the pod templates in workloads. Containers and volumes have files of their own.</summary>
internal static class PodValidation
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly string[] s_restartPolicies = [RestartPolicy.Always, RestartPolicy.OnFailure, RestartPolicy.Never];
    private static readonly string[] s_dnsPolicies = [DnsPolicy.ClusterFirst, DnsPolicy.ClusterFirstWithHostNet, DnsPolicy.Default, DnsPolicy.None];

    public static void Validate(Pod pod, FieldErrors errors)
    {
        ValidateSpec(pod.Spec, Spec, errors);
        if (pod.Spec.EphemeralContainers is { Count: > 0 }) errors.Forbidden(Spec["ephemeralContainers"], "cannot be set on create");
    }

    public static void ValidateSpec(PodSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.Containers.Count == 0) errors.Required(path["containers"]);
        var volumes = VolumeValidation.Validate(spec.Volumes, path["volumes"], errors);
        ContainerValidation.Validate(spec, volumes, path, errors);
        if (spec.RestartPolicy.Length == 0) errors.Required(path["restartPolicy"]);
        else if (!s_restartPolicies.Contains(spec.RestartPolicy)) errors.NotSupported(path["restartPolicy"], spec.RestartPolicy, s_restartPolicies);
        if (spec.DnsPolicy.Length > 0 && !s_dnsPolicies.Contains(spec.DnsPolicy)) errors.NotSupported(path["dnsPolicy"], spec.DnsPolicy, s_dnsPolicies);
        if (spec.DnsPolicy == DnsPolicy.None && spec.DnsConfig?.Nameservers is not { Count: > 0 })
            errors.Required(path["dnsConfig"]["nameservers"], "must provide at least one DNS nameserver when `dnsPolicy` is None");
        if (spec.TerminationGracePeriodSeconds < 0) errors.Invalid(path["terminationGracePeriodSeconds"], spec.TerminationGracePeriodSeconds, "must be greater than or equal to 0");
        if (spec.ActiveDeadlineSeconds is < 1 or > int.MaxValue)
            errors.Invalid(path["activeDeadlineSeconds"], spec.ActiveDeadlineSeconds, "must be between 1 and 2147483647, inclusive");
        if (spec.ServiceAccountName.Length > 0 && Names.SubdomainError(spec.ServiceAccountName) is { } accountError) errors.Invalid(path["serviceAccountName"], spec.ServiceAccountName, accountError);
        if (spec.NodeName.Length > 0 && Names.SubdomainError(spec.NodeName) is { } nodeError) errors.Invalid(path["nodeName"], spec.NodeName, nodeError);
        if (spec.Hostname.Length > 0 && Names.LabelError(spec.Hostname) is { } hostError) errors.Invalid(path["hostname"], spec.Hostname, hostError);
        if (spec.Subdomain.Length > 0 && Names.LabelError(spec.Subdomain) is { } subdomainError) errors.Invalid(path["subdomain"], spec.Subdomain, subdomainError);
        if (spec.PriorityClassName.Length > 0 && Names.SubdomainError(spec.PriorityClassName) is { } classError) errors.Invalid(path["priorityClassName"], spec.PriorityClassName, classError);
        MetadataValidation.Labels(spec.NodeSelector, path["nodeSelector"], errors);
        HostNetwork(spec, path, errors);
        Tolerations(spec.Tolerations, path["tolerations"], errors);
        for (var i = 0; i < (spec.HostAliases?.Count ?? 0); i++)
        {
            if (!System.Net.IPAddress.TryParse(spec.HostAliases![i].IP, out _)) errors.Invalid(path["hostAliases"][i]["ip"], spec.HostAliases[i].IP, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        }

        for (var i = 0; i < (spec.TopologySpreadConstraints?.Count ?? 0); i++)
        {
            var constraint = spec.TopologySpreadConstraints![i];
            var at = path["topologySpreadConstraints"][i];
            if (constraint.MaxSkew <= 0) errors.Invalid(at["maxSkew"], constraint.MaxSkew, "must be greater than zero");
            if (constraint.TopologyKey.Length == 0) errors.Required(at["topologyKey"], "can not be empty");
            if (constraint.WhenUnsatisfiable is not ("DoNotSchedule" or "ScheduleAnyway")) errors.NotSupported(at["whenUnsatisfiable"], constraint.WhenUnsatisfiable, ["DoNotSchedule", "ScheduleAnyway"]);
        }
    }

    public static void EphemeralContainers(PodSpec spec, FieldErrors errors) => ContainerValidation.EphemeralOnly(spec, errors);

    /// <summary>Of a pod that exists only images, deadlines, tolerations that are added and metadata may change.</summary>
    public static void ValidateUpdate(Pod pod, Pod old, FieldErrors errors)
    {
        ValidateSpec(pod.Spec, Spec, errors);
        if (pod.Spec.Containers.Count != old.Spec.Containers.Count)
        {
            errors.Forbidden(Spec["containers"], "pod updates may not add or remove containers");
            return;
        }

        if ((pod.Spec.InitContainers?.Count ?? 0) != (old.Spec.InitContainers?.Count ?? 0))
        {
            errors.Forbidden(Spec["initContainers"], "pod updates may not add or remove containers");
            return;
        }

        if (pod.Spec.ActiveDeadlineSeconds is { } deadline)
        {
            if (old.Spec.ActiveDeadlineSeconds is { } before && deadline > before) errors.Invalid(Spec["activeDeadlineSeconds"], deadline, "must be less than or equal to previous value");
        }
        else if (old.Spec.ActiveDeadlineSeconds is not null) errors.Invalid(Spec["activeDeadlineSeconds"], null, "must not update from a positive integer to nil value");

        foreach (var toleration in old.Spec.Tolerations ?? [])
        {
            if (pod.Spec.Tolerations?.Exists(t => t.Key == toleration.Key && t.Operator == toleration.Operator && t.Value == toleration.Value && t.Effect == toleration.Effect) != true)
            {
                errors.Forbidden(Spec["tolerations"], "existing toleration can not be modified except its tolerationSeconds");
                break;
            }
        }

        if (!ApiJson.Same(WithoutMutable(pod.Spec, old.Spec), WithoutMutable(old.Spec, old.Spec)))
        {
            errors.Forbidden(Spec, "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)");
        }
    }

    private static PodSpec WithoutMutable(PodSpec spec, PodSpec old)
    {
        var copy = spec.DeepCopy();
        foreach (var container in copy.Containers) container.Image = "";
        foreach (var container in copy.InitContainers ?? []) container.Image = "";
        copy.ActiveDeadlineSeconds = null;
        copy.Tolerations = null;
        if (old.SchedulingGates is { Count: > 0 } && (spec.SchedulingGates?.Count ?? 0) < old.SchedulingGates.Count) copy.NodeSelector = null;
        copy.SchedulingGates = null;
        return copy;
    }

    private static void HostNetwork(PodSpec spec, FieldPath path, FieldErrors errors)
    {
        if (!spec.HostNetwork) return;
        for (var i = 0; i < spec.Containers.Count; i++)
        {
            for (var j = 0; j < (spec.Containers[i].Ports?.Count ?? 0); j++)
            {
                var port = spec.Containers[i].Ports![j];
                if (port.HostPort != port.Port) errors.Invalid(path["containers"][i]["ports"][j]["hostPort"], port.HostPort, "must match `containerPort` when `hostNetwork` is true");
            }
        }
    }

    private static void Tolerations(List<Toleration>? tolerations, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (tolerations?.Count ?? 0); i++)
        {
            var toleration = tolerations![i];
            if (toleration.Key.Length > 0 && LabelSyntax.KeyError(toleration.Key) is { } keyError) errors.Invalid(path[i]["key"], toleration.Key, keyError);
            if (toleration.Key.Length == 0 && toleration.Operator != "Exists") errors.Invalid(path[i]["operator"], toleration.Operator, "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
            if (toleration.Operator is not ("" or "Equal" or "Exists" or "Lt" or "Gt")) errors.NotSupported(path[i]["operator"], toleration.Operator, ["Equal", "Exists"]);
            if (toleration.Operator == "Exists" && toleration.Value.Length > 0) errors.Invalid(path[i]["operator"], toleration.Value, "value must be empty when `operator` is 'Exists'");
            if (toleration.Effect is not ("" or TaintEffect.NoSchedule or TaintEffect.PreferNoSchedule or TaintEffect.NoExecute))
                errors.NotSupported(path[i]["effect"], toleration.Effect, [TaintEffect.NoSchedule, TaintEffect.PreferNoSchedule, TaintEffect.NoExecute]);
            if (toleration.TolerationSeconds is not null && toleration.Effect != TaintEffect.NoExecute) errors.Invalid(path[i]["effect"], toleration.Effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }
    }
}
