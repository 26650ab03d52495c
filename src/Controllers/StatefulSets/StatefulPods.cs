using System.Globalization;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;

namespace Tiphys.Controllers;

/// <summary>Names and identities of a stateful set's pods and claims.</summary>
internal static class StatefulPods
{
    /// <summary>Number of a pod in its set; -1 when its name is not of the set's.</summary>
    public static int Ordinal(StatefulSet set, string pod)
    {
        var prefix = set.Metadata.Name + "-";
        return pod.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(pod.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal) ? ordinal : -1;
    }

    /// <summary>First number of the set.</summary>
    public static int Start(StatefulSet set) => set.Spec.Ordinals?.Start ?? 0;

    /// <summary>Name of a pod.</summary>
    public static string Name(StatefulSet set, int ordinal) => $"{set.Metadata.Name}-{ordinal.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Name of a claim.</summary>
    public static string ClaimName(StatefulSet set, PersistentVolumeClaim template, int ordinal) => $"{template.Metadata.Name}-{Name(set, ordinal)}";

    /// <summary>A pod of a revision.</summary>
    public static Pod New(StatefulSet set, PodTemplateSpec template, string revision, int ordinal)
    {
        var pod = PodControl.FromTemplate(template, set);
        pod.Metadata.GenerateName = "";
        pod.Metadata.Name = Name(set, ordinal);
        (pod.Metadata.Labels ??= [])[AppsLabels.ControllerRevisionHash] = revision;
        pod.Spec.Hostname = pod.Metadata.Name;
        pod.Spec.Subdomain = set.Spec.ServiceName;
        SetIdentity(set, pod, ordinal);
        return pod;
    }

    /// <summary>Whether a pod has the labels and volumes of its number.</summary>
    public static bool HasIdentity(StatefulSet set, Pod pod, int ordinal) =>
        pod.Metadata.Labels?.GetValueOrDefault(AppsLabels.StatefulSetPodName) == pod.Metadata.Name
        && pod.Metadata.Labels?.GetValueOrDefault(AppsLabels.PodIndex) == ordinal.ToString(CultureInfo.InvariantCulture)
        && (set.Spec.VolumeClaimTemplates ?? []).TrueForAll(t => pod.Spec.Volumes?.Find(v => v.Name == t.Metadata.Name)?.PersistentVolumeClaim?.ClaimName == ClaimName(set, t, ordinal));

    /// <summary>Gives a pod the labels and volumes of its number.</summary>
    public static void SetIdentity(StatefulSet set, Pod pod, int ordinal)
    {
        var labels = pod.Metadata.Labels ??= [];
        labels[AppsLabels.StatefulSetPodName] = pod.Metadata.Name;
        labels[AppsLabels.PodIndex] = ordinal.ToString(CultureInfo.InvariantCulture);
        foreach (var template in set.Spec.VolumeClaimTemplates ?? [])
        {
            var volumes = pod.Spec.Volumes ??= [];
            volumes.RemoveAll(v => v.Name == template.Metadata.Name);
            volumes.Add(new() { Name = template.Metadata.Name, PersistentVolumeClaim = new() { ClaimName = ClaimName(set, template, ordinal) } });
        }
    }

    /// <summary>The claims a pod needs.</summary>
    public static IEnumerable<PersistentVolumeClaim> Claims(StatefulSet set, int ordinal)
    {
        foreach (var template in set.Spec.VolumeClaimTemplates ?? [])
        {
            var claim = template.DeepCopy();
            claim.Metadata.Name = ClaimName(set, template, ordinal);
            claim.Metadata.Namespace = set.Metadata.Namespace;
            foreach (var (key, value) in set.Spec.Selector?.MatchLabels ?? []) (claim.Metadata.Labels ??= [])[key] = value;
            claim.Status = new();
            yield return claim;
        }
    }
}
