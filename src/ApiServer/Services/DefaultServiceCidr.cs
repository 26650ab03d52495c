using Tiphys.Api.Networking.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>Keeps the ServiceCIDR <c>kubernetes</c>, which stands for <c>--service-cluster-ip-range</c> (upstream's defaultservicecidr controller).</summary>
internal sealed class DefaultServiceCidr(ApiResources resources, ServiceNetwork range, TimeProvider time)
{
    private const string Component = "kubernetes-service-cidr-controller";
    private readonly ServerEvents _events = new(resources, Component, time);
    private bool _reported;

    /// <summary>Makes the object if there is none; whoever allocates next sees it.</summary>
    public async Task<ServiceCIDR> EnsureAsync(CancellationToken cancel)
    {
        var store = resources.Of<ServiceCIDR>();
        var seen = store.Cache.Get("", ServiceNetworks.Default) ?? await store.FindAsync("", ServiceNetworks.Default, cancel) ?? await CreateAsync(cancel);
        await store.Cache.WaitForRevisionAsync(seen.Revision, cancel);
        return (ServiceCIDR)seen.Decode();
    }

    private async Task<StoredObject> CreateAsync(CancellationToken cancel)
    {
        var fresh = new ServiceCIDR { Metadata = new() { Name = ServiceNetworks.Default }, Spec = new() { Cidrs = [range.Range.ToString()] } };
        try
        {
            return await resources.Of<ServiceCIDR>().CreateAsync(fresh, WriteContext.OfServer("", cancel));
        }
        catch (StatusException e) when (e.IsAlreadyExists)
        {
            // Another server was quicker.
            return await resources.Of<ServiceCIDR>().GetAsync("", ServiceNetworks.Default, cancel);
        }
    }

    /// <summary>Says of the object that it is ready, if it is what the flag says and nobody has said anything.</summary>
    public async Task CheckAsync(ServiceCIDR item, CancellationToken cancel)
    {
        if (item.Metadata.DeletionTimestamp is not null) return;
        var wanted = range.Range.ToString();
        var ready = item.Status.Conditions?.Find(static c => c.Type == ServiceCIDRCondition.Ready);
        if (item.Spec.Cidrs is not [var cidr] || cidr != wanted)
        {
            if (!_reported)
                await _events.WarnOnceAsync(item, "KubernetesDefaultServiceCIDRInconsistent", $"The default ServiceCIDR [{string.Join(' ', item.Spec.Cidrs ?? [])}] does not match the controller flag configurations [{wanted}]", cancel);
            _reported = true;
            return;
        }

        // Who says that it is not ready has reasons.
        if (ready is not (null or { Status: ConditionStatus.Unknown })) return;
        await resources.Of<ServiceCIDR>().UpdateAsync(
            item.Metadata.Name,
            current =>
            {
                var conditions = ((ServiceCIDR)current!).Status.Conditions ??= [];
                conditions.RemoveAll(static c => c.Type == ServiceCIDRCondition.Ready);
                conditions.Add(new() { Type = ServiceCIDRCondition.Ready, Status = ConditionStatus.True, Message = "Kubernetes default Service CIDR is ready", LastTransitionTime = time.GetUtcNow().ToWholeSeconds() });
                return current;
            },
            new UpdateBehavior(new ServiceCidrStrategy().Status, RetryOnConflict: true),
            WriteContext.OfServer("", cancel) with { Subresource = "status", FieldManager = Component });
    }
}
