using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>Pods: born Pending with their QoS class, mostly immutable, deleted after a grace period.</summary>
internal sealed class PodStrategy : SpecStatusStrategy<Pod>
{
    protected override IApiMessage SpecOf(Pod item) => item.Spec;

    protected override void TakeSpec(Pod item, Pod from) => item.Spec = from.Spec;

    protected override void TakeStatus(Pod item, Pod from) => item.Status = from.Status;

    public override void PrepareForCreate(Pod item, StrategyContext context)
    {
        item.Metadata.Generation = 1;
        item.Status = new PodStatus { Phase = PodPhase.Pending, QosClass = PodQos.Compute(item) };
        if (item.Spec.SchedulingGates is { Count: > 0 })
        {
            item.Status.Conditions = [new() { Type = "PodScheduled", Status = "False", LastTransitionTime = context.Time.GetUtcNow().ToWholeSeconds(), Reason = "SchedulingGated", Message = "Scheduling is blocked due to non-empty scheduling gates" }];
        }

        if (item.Spec.TerminationGracePeriodSeconds < 0) item.Spec.TerminationGracePeriodSeconds = 1; // was once allowed, and means the shortest
        AppArmorAnnotations.Take(item, context.Warn);
    }

    public override void PrepareForUpdate(Pod item, Pod old, StrategyContext context)
    {
        base.PrepareForUpdate(item, old, context);

        // Ephemeral containers and in-place resizes have subresources of their own.
        item.Spec.EphemeralContainers = old.Spec.EphemeralContainers;
    }

    /// <summary>New pods only: their changes come from machines, and often.</summary>
    public override IEnumerable<string> Warnings(Pod item, Pod? old) => old is null ? [.. PodWarnings.HostName(item.Metadata.Name, "the Pod's hostname"), .. PodWarnings.Pod(item)] : [];

    protected override IEnumerable<string> StatusWarnings(Pod item) =>
    [
        .. (item.Status.PodIPs ?? []).SelectMany(static (ip, i) => AddressWarnings.Address(ip.IP, FieldPath.Of("status")["podIPs"][i]["ip"])),
        .. (item.Status.HostIPs ?? []).SelectMany(static (ip, i) => AddressWarnings.Address(ip.IP, FieldPath.Of("status")["hostIPs"][i]["ip"])),
    ];

    public override void Validate(Pod item, FieldErrors errors) => PodValidation.Validate(item, errors);

    public override void ValidateUpdate(Pod item, Pod old, FieldErrors errors) => PodUpdateValidation.Validate(item, old, errors);

    public override long? GracePeriod(Pod item, long? requested)
    {
        var period = requested ?? item.Spec.TerminationGracePeriodSeconds ?? 30;
        if (period < 0) period = 1; // a negative period was once allowed and means the shortest

        // There is nobody to end what never reached a node, and nothing to end in what has finished.
        if (item.Spec.NodeName.Length == 0 || item.Status.Phase is PodPhase.Failed or PodPhase.Succeeded) period = 0;
        return period;
    }
}

/// <summary>Ephemeral containers may be added to a running pod, nothing else.</summary>
internal sealed class EphemeralContainersStrategy : ResourceStrategy<Pod>
{
    public override void PrepareForUpdate(Pod item, Pod old, StrategyContext context)
    {
        var containers = item.Spec.EphemeralContainers;
        var metadata = item.Metadata;
        item.Spec = old.Spec.DeepCopy();
        item.Spec.EphemeralContainers = containers;
        item.Status = old.Status;
        metadata.Labels = old.Metadata.Labels;
        metadata.Annotations = old.Metadata.Annotations;
        metadata.OwnerReferences = old.Metadata.OwnerReferences;
        metadata.Finalizers = old.Metadata.Finalizers;
        BumpGeneration(item, old, item.Spec, old.Spec);
    }

    public override void ValidateUpdate(Pod item, Pod old, FieldErrors errors)
    {
        var path = FieldPath.Of("spec")["ephemeralContainers"];
        foreach (var before in old.Spec.EphemeralContainers ?? [])
        {
            var after = item.Spec.EphemeralContainers?.Find(c => c.Name == before.Name);
            if (after is null) errors.Forbidden(path, $"existing ephemeral containers \"{before.Name}\" may not be removed");
            else if (!ApiJson.Same(after, before)) errors.Forbidden(path, $"existing ephemeral containers \"{before.Name}\" may not be changed");
        }

        PodValidation.Pod(item, errors);
    }
}

/// <summary>A resize changes containers' resources, nothing else.</summary>
internal sealed class PodResizeStrategy : ResourceStrategy<Pod>
{
    public override void PrepareForUpdate(Pod item, Pod old, StrategyContext context)
    {
        var wanted = item.Spec;
        item.Spec = old.Spec.DeepCopy();
        for (var i = 0; i < Math.Min(wanted.Containers.Count, item.Spec.Containers.Count); i++)
        {
            if (wanted.Containers[i].Name != item.Spec.Containers[i].Name) continue;
            item.Spec.Containers[i].Resources = wanted.Containers[i].Resources;
            item.Spec.Containers[i].ResizePolicy = wanted.Containers[i].ResizePolicy;
        }

        item.Status = old.Status;
        item.Metadata.Labels = old.Metadata.Labels;
        item.Metadata.Annotations = old.Metadata.Annotations;
        BumpGeneration(item, old, item.Spec, old.Spec);
    }

    public override void ValidateUpdate(Pod item, Pod old, FieldErrors errors)
    {
        PodValidation.Pod(item, errors);
        if (PodQos.Compute(item) != old.Status.QosClass) errors.Invalid(FieldPath.Of("spec"), old.Status.QosClass, "Pod QOS Class may not change as a result of resizing");
    }
}
