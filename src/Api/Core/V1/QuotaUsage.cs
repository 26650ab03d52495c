namespace Tiphys.Api.Core.V1;

/// <summary>What an object counts for towards quotas: the API server charges by it, and the quota controller counts by it.</summary>
public static class QuotaUsage
{
    private const string RequestsPrefix = "requests.";
    private static readonly Quantity s_one = new(1);
    private static readonly Quantity s_none = new(0);

    /// <summary>What the object uses: every resource that a quota may bound.</summary>
    /// <param name="item">The object.</param>
    /// <param name="now">Pods that should be gone by now count no more.</param>
    public static Dictionary<string, Quantity> Of(IKubernetesObject item, DateTimeOffset now)
    {
        var usage = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        var kind = item.KindInfo;
        usage["count/" + (kind.Group.Length == 0 ? kind.Resource : $"{kind.Resource}.{kind.Group}")] = s_one;
        switch (item)
        {
            case Pod pod: AddPod(usage, pod, now); break;
            case Service service: AddService(usage, service); break;
            case PersistentVolumeClaim claim: AddClaim(usage, claim); break;
            case ConfigMap or Secret or ReplicationController or ResourceQuota: usage[kind.Resource] = s_one; break;
        }

        return usage;
    }

    /// <summary>What a container or pod that asks for these amounts uses.</summary>
    public static void AddCompute(Dictionary<string, Quantity> usage, Dictionary<string, Quantity> requests, Dictionary<string, Quantity> limits)
    {
        foreach (var (name, amount) in requests)
        {
            var plain = name is "cpu" or "memory" or "ephemeral-storage" || name.StartsWith("hugepages-", StringComparison.Ordinal);
            if (plain) usage[name] = amount;

            // Resources of devices are bounded under their prefixed name only.
            if (plain || name.Contains('/', StringComparison.Ordinal)) usage[RequestsPrefix + name] = amount;
        }

        foreach (var (name, amount) in limits)
            if (name is "cpu" or "memory" or "ephemeral-storage") usage["limits." + name] = amount;
    }

    private static void AddPod(Dictionary<string, Quantity> usage, Pod pod, DateTimeOffset now)
    {
        if (pod.Status.Phase is "Succeeded" or "Failed") return;
        if (pod.Metadata is { DeletionTimestamp: { } deleted, DeletionGracePeriodSeconds: { } grace } && now > deleted.AddSeconds(grace)) return;
        usage["pods"] = s_one;
        AddCompute(usage, PodResources.Requests(pod, new() { UseStatus = true }), PodResources.Limits(pod));
    }

    private static void AddService(Dictionary<string, Quantity> usage, Service service)
    {
        var ports = service.Spec.Ports ?? [];
        usage["services"] = s_one;
        usage["services.loadbalancers"] = service.Spec.Type == ServiceType.LoadBalancer ? s_one : s_none;
        usage["services.nodeports"] = service.Spec switch
        {
            { AllocatesNodePorts: true } => new Quantity(ports.Count),
            { MayHaveNodePorts: true } => new Quantity(ports.Count(static p => p.NodePort != 0)),
            _ => s_none,
        };
    }

    private static void AddClaim(Dictionary<string, Quantity> usage, PersistentVolumeClaim claim)
    {
        usage["persistentvolumeclaims"] = s_one;
        var storageClass = claim.Metadata.Annotations?.GetValueOrDefault(WellKnownAnnotations.BetaStorageClass) ?? claim.Spec.StorageClassName ?? "";
        var suffix = ".storageclass.storage.k8s.io/";
        if (storageClass.Length > 0) usage[storageClass + suffix + "persistentvolumeclaims"] = s_one;
        if (claim.Spec.Resources.Requests is not { } requests || !requests.TryGetValue("storage", out var asked)) return;

        // While a volume shrinks back after a failed growth, the larger amount counts.
        if (claim.Status.AllocatedResources is { } allocated && allocated.TryGetValue("storage", out var held) && held > asked) asked = held;
        usage["requests.storage"] = asked;
        if (storageClass.Length > 0) usage[storageClass + suffix + "requests.storage"] = asked;
    }
}
