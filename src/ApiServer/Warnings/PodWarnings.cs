using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>Warns of what in a pod, or a template of pods, is deprecated, does nothing or hides something else.</summary>
internal static class PodWarnings
{
    private const string NoSelector = "a null labelSelector results in matching no pod";
    private const string SeccompOfPod = "seccomp.security.alpha.kubernetes.io/pod";
    private const string SeccompOfContainer = "container.seccomp.security.alpha.kubernetes.io/";
    private const string UseSeccompProfile = "non-functional in v1.27+; use the \"seccompProfile\" field instead";

    private static readonly (string Key, string Text)[] s_annotations =
    [
        ("scheduler.alpha.kubernetes.io/critical-pod", "non-functional in v1.16+; use the \"priorityClassName\" field instead"),
        ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
        ("security.alpha.kubernetes.io/unsafe-sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    ];

    /// <summary>Warns of a pod.</summary>
    public static IEnumerable<string> Pod(Pod pod) => Of(pod.Metadata, pod.Spec, null);

    /// <summary>Warns of a template.</summary>
    public static IEnumerable<string> Template(PodTemplateSpec? template, FieldPath path) => template is null ? [] : Of(template.Metadata, template.Spec, path);

    /// <summary>Warns of a name that will be a host's, and does not read well as one.</summary>
    /// <param name="name">The name.</param>
    /// <param name="use">What it is used in.</param>
    public static IEnumerable<string> HostName(string name, string use = "Pod names and hostnames")
    {
        var errors = Names.LabelErrors(name);
        if (errors.Count > 0) yield return $"metadata.name: this is used in {use}, which can result in surprising behavior; a DNS label is recommended: [{string.Join(' ', errors)}]";
    }

    private static List<string> Of(ObjectMeta metadata, PodSpec spec, FieldPath? root)
    {
        var path = root is null ? FieldPath.Of("spec") : root["spec"];
        var annotations = (root is null ? FieldPath.Of("metadata") : root["metadata"])["annotations"];
        var containers = WarnedContainer.All(spec, path);
        return
        [
            .. NodeLabels(spec, path),
            .. from known in s_annotations where metadata.Annotations?.ContainsKey(known.Key) == true select $"{annotations.Key(known.Key)}: {known.Text}",
            .. (spec.Volumes ?? []).SelectMany((volume, i) => VolumeWarnings.Of(volume, path["volumes"][i])),
            .. (spec.Volumes ?? []).SelectMany(VolumePathWarnings.Volume),
            .. Twice(spec.HostAliases?.ConvertAll(static a => a.IP), path["hostAliases"], "ip"),
            .. Twice(spec.ImagePullSecrets?.ConvertAll(static s => s.Name), path["imagePullSecrets"], "name"),
            .. from i in Enumerable.Range(0, spec.ImagePullSecrets?.Count ?? 0) where spec.ImagePullSecrets![i].Name.Length == 0 select $"{path["imagePullSecrets"][i]["name"]}: invalid empty name \"\"",
            .. QuantityWarnings.Bytes(spec.Overhead, ResourceName.Memory, path["overhead"]),
            .. QuantityWarnings.Bytes(spec.Overhead, ResourceName.EphemeralStorage, path["overhead"]),
            .. SeccompOfThePod(metadata, spec, annotations),
            .. containers.SelectMany(c => (IEnumerable<string>)[.. Profiles(c, metadata, spec, annotations, root is not null), .. QuantityWarnings.Container(c.Resources, c.Path["resources"]), .. ContainerWarnings.Env(c)]),
            .. ContainerWarnings.Ports(containers),
            .. ContainerWarnings.PortNames(containers),
            .. GracePeriod(spec, path),
            .. Affinity(spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution, spec.Affinity?.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution, path["affinity"]["podAffinity"]),
            .. Affinity(spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution, spec.Affinity?.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution, path["affinity"]["podAntiAffinity"]),
            .. AddressWarnings.Addresses(spec.DnsConfig?.Nameservers, path["dnsConfig"]["nameservers"]),
            .. (spec.HostAliases ?? []).SelectMany((alias, i) => AddressWarnings.Address(alias.IP, path["hostAliases"][i]["ip"])),
        ];
    }

    private static IEnumerable<string> NodeLabels(PodSpec spec, FieldPath path)
    {
        foreach (var (label, text) in NodeLabelWarnings.Among(spec.NodeSelector)) yield return $"{path["nodeSelector"].Key(label)}: {text}";
        var affinity = spec.Affinity?.NodeAffinity;
        var required = path["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
        var preferred = path["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"];
        foreach (var text in (affinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms ?? []).SelectMany((t, i) => NodeLabelWarnings.Term(t, required[i]))) yield return text;
        foreach (var text in (affinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? []).SelectMany((t, i) => NodeLabelWarnings.Term(t.Preference, preferred[i]["preference"], values: true))) yield return text;
        for (var i = 0; i < (spec.TopologySpreadConstraints?.Count ?? 0); i++)
        {
            var (constraint, at) = (spec.TopologySpreadConstraints![i], path["topologySpreadConstraints"][i]);
            if (NodeLabelWarnings.Of(constraint.TopologyKey) is { } text) yield return $"{at["topologyKey"]}: {constraint.TopologyKey} is {text}";
            if (constraint.LabelSelector is null) yield return $"{at["labelSelector"]}: {NoSelector}";
        }
    }

    private static IEnumerable<string> Twice(List<string>? values, FieldPath path, string field)
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < (values?.Count ?? 0); i++)
            if (!seen.Add(values![i])) yield return $"{path[i][field]}: duplicate {field} {GoText.Quote(values[i])}";
    }

    private static IEnumerable<string> SeccompOfThePod(ObjectMeta metadata, PodSpec spec, FieldPath annotations)
    {
        if (spec.SecurityContext?.SeccompProfile is null && metadata.Annotations?.ContainsKey(SeccompOfPod) == true) yield return $"{annotations.Key(SeccompOfPod)}: {UseSeccompProfile}";
    }

    private static IEnumerable<string> Profiles(WarnedContainer container, ObjectMeta metadata, PodSpec spec, FieldPath annotations, bool isTemplate)
    {
        var seccomp = SeccompOfContainer + container.Name;
        if (container.Security?.SeccompProfile is null && metadata.Annotations?.ContainsKey(seccomp) == true) yield return $"{annotations.Key(seccomp)}: {UseSeccompProfile}";

        // In pods, the annotation becomes a field when the pod is made, and is warned of then.
        var armor = AppArmorAnnotations.Key(container.Name);
        if (!isTemplate || container.Security?.AppArmorProfile is not null || metadata.Annotations?.TryGetValue(armor, out var annotation) != true) yield break;
        var profile = spec.SecurityContext?.AppArmorProfile;
        if (profile is null || !AppArmorAnnotations.Same(profile, AppArmorAnnotations.Profile(annotation!))) yield return $"{annotations.Key(armor)}: {AppArmorAnnotations.Deprecated}";
    }

    private static IEnumerable<string> GracePeriod(PodSpec spec, FieldPath path)
    {
        if (spec.TerminationGracePeriodSeconds < 0) yield return $"{path["terminationGracePeriodSeconds"]}: must be >= 0; negative values are invalid and will be treated as 1";
    }

    private static IEnumerable<string> Affinity(List<PodAffinityTerm>? required, List<WeightedPodAffinityTerm>? preferred, FieldPath path)
    {
        var (strict, soft) = (path["requiredDuringSchedulingIgnoredDuringExecution"], path["preferredDuringSchedulingIgnoredDuringExecution"]);
        for (var i = 0; i < (required?.Count ?? 0); i++)
            if (required![i].LabelSelector is null) yield return $"{strict[i]["labelSelector"]}: {NoSelector}";
        for (var i = 0; i < (preferred?.Count ?? 0); i++)
            if (preferred![i].PodAffinityTerm.LabelSelector is null) yield return $"{soft[i]["podAffinityTerm"]["labelSelector"]}: {NoSelector}";
    }
}
