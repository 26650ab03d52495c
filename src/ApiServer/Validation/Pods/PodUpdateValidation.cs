using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>What may change in a pod that exists: images, deadlines, tolerations that are added, gates that leave, and metadata.</summary>
internal static class PodUpdateValidation
{
    private const string Updatable =
        "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    public static void Validate(Pod pod, Pod old, FieldErrors errors)
    {
        PodValidation.Pod(pod, errors);
        if (!Containers(pod.Spec.Containers, old.Spec.Containers, Spec["containers"], errors)) return;
        if (!Containers(pod.Spec.InitContainers ?? [], old.Spec.InitContainers ?? [], Spec["initContainers"], errors)) return;
        if (!Deadline(pod.Spec.ActiveDeadlineSeconds, old.Spec.ActiveDeadlineSeconds, errors)) return;
        Tolerations(pod.Spec.Tolerations ?? [], old.Spec.Tolerations ?? [], errors);
        Gates(pod.Spec.SchedulingGates ?? [], old.Spec.SchedulingGates ?? [], errors);
        if (!ApiJson.Same(Fixed(pod.Spec, old.Spec), Fixed(old.Spec, old.Spec))) errors.Forbidden(Spec, $"pod updates may not change fields other than {Updatable}");
    }

    private static bool Containers(List<Container> now, List<Container> before, FieldPath path, FieldErrors errors)
    {
        if (now.Count == before.Count) return true;
        errors.Forbidden(path, "pod updates may not add or remove containers");
        return false;
    }

    private static bool Deadline(long? now, long? before, FieldErrors errors)
    {
        var path = Spec["activeDeadlineSeconds"];
        if (now is null)
        {
            if (before is not null) errors.Invalid(path, null, "must not update from a positive integer to nil value");
            return true;
        }

        if (now is < 0 or > int.MaxValue) errors.Invalid(path, now, FieldRules.Between(0, int.MaxValue));
        else if (now > before) errors.Invalid(path, now, "must be less than or equal to previous value");
        else return true;
        return false;
    }

    private static void Tolerations(List<Toleration> now, List<Toleration> before, FieldErrors errors)
    {
        if (before.TrueForAll(o => now.Exists(n => n.Key == o.Key && n.Operator == o.Operator && n.Value == o.Value && n.Effect == o.Effect))) return;
        errors.Forbidden(Spec["tolerations"], "existing toleration can not be modified except its tolerationSeconds");
    }

    private static void Gates(List<PodSchedulingGate> now, List<PodSchedulingGate> before, FieldErrors errors)
    {
        for (var i = 0; i < now.Count; i++)
            if (!before.Exists(g => g.Name == now[i].Name)) errors.Forbidden(Spec["schedulingGates"][i]["name"], $"only deletion is allowed, but found new scheduling gate '{now[i].Name}'");
    }

    /// <summary>The spec without what may change.</summary>
    private static PodSpec Fixed(PodSpec spec, PodSpec old)
    {
        var copy = spec.DeepCopy();
        foreach (var container in copy.Containers) container.Image = "";
        foreach (var container in copy.InitContainers ?? []) container.Image = "";
        copy.ActiveDeadlineSeconds = null;
        copy.Tolerations = null;
        copy.SchedulingGates = null;
        if (old.TerminationGracePeriodSeconds < 0 && copy.TerminationGracePeriodSeconds == 1) copy.TerminationGracePeriodSeconds = old.TerminationGracePeriodSeconds;

        // Nobody has looked for a node yet, so where the pod may go can still be narrowed down.
        if (old.SchedulingGates is { Count: > 0 })
        {
            copy.NodeSelector = null;
            if (copy.Affinity is { } affinity) affinity.NodeAffinity = null;
            if (copy.Affinity is { PodAffinity: null, PodAntiAffinity: null }) copy.Affinity = null;
        }

        return copy;
    }
}
