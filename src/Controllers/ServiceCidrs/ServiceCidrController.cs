using System.Net;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;
using Tiphys.Api.Networking.V1;
using Tiphys.Client;
using IPAddress = System.Net.IPAddress;
using TakenAddress = Tiphys.Api.Networking.V1.IPAddress;

namespace Tiphys.Controllers;

/// <summary>
/// Says of ServiceCIDRs that they are ready, and holds one that is being deleted until no address needs it any more.
/// </summary>
internal sealed class ServiceCidrController : KeyedController
{
    private const string Component = "service-cidr-controller";
    private const string Finalizer = "networking.k8s.io/service-cidr-finalizer";
    private const string AddressManager = "ipallocator.k8s.io";

    /// <summary>How long API servers may still give out addresses of a network that they do not yet know to be going.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);

    private readonly IInformer<ServiceCIDR> _networks;
    private readonly IInformer<TakenAddress> _addresses;
    private readonly EventRecorder _events;

    public ServiceCidrController(ControllerContext context) : base(context, workers: 5)
    {
        _events = context.Recorder(Component);
        _networks = context.Informer<ServiceCIDR>();
        _addresses = context.Informer<TakenAddress>();
        _networks.On(added: EnqueueOverlapping, updated: (_, after) => Enqueue(after), deleted: EnqueueOverlapping);
        _addresses.On(added: EnqueueContaining, deleted: EnqueueContaining);
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_networks.Get(key) is not { } network) return Requeue.None;
        if (network.Metadata.DeletionTimestamp is not { } deleted)
        {
            await AddFinalizerAsync(network, cancel);
            await MarkReadyAsync(network, cancel);
            return Requeue.None;
        }

        if (IsNeeded(network))
        {
            await SetReadyAsync(network, ConditionStatus.False, ServiceCIDRCondition.Terminating, "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR", cancel);
            return Requeue.None;
        }

        var left = s_grace - (Context.Now - deleted);
        if (left > TimeSpan.Zero) return Requeue.In(left);
        await RemoveFinalizerAsync(network, cancel);
        return Requeue.None;
    }

    /// <summary>Whether some address would be left without a network.</summary>
    private bool IsNeeded(ServiceCIDR network)
    {
        var others = _networks.List().Where(n => n.Metadata.Name != network.Metadata.Name).SelectMany(static n => n.Spec.Networks).ToList();
        var own = network.Spec.Networks.ToList();
        if (own.TrueForAll(n => others.Exists(o => o.Covers(n)))) return false;
        return _addresses.List().Any(a => AddressOf(a) is { } address && own.Exists(n => n.CanGive(address)) && !others.Exists(o => o.CanGive(address)));
    }

    private void EnqueueOverlapping(ServiceCIDR item)
    {
        Enqueue(item);
        foreach (var other in _networks.List())
            if (other.Spec.Networks.Any(n => item.Spec.Networks.Any(own => own.Overlaps(n)))) Enqueue(other);
    }

    private void EnqueueContaining(TakenAddress item)
    {
        if (AddressOf(item) is not { } address) return;
        foreach (var network in _networks.List())
            if (network.Spec.Networks.Any(n => n.CanGive(address))) Enqueue(network);
    }

    /// <summary>The address, if the API server took it from the networks.</summary>
    private static IPAddress? AddressOf(TakenAddress item) =>
        item.Metadata.Labels?.GetValueOrDefault(IPAddressLabels.ManagedBy) == AddressManager && IPAddress.TryParse(item.Metadata.Name, out var address) ? address : null;

    private async Task MarkReadyAsync(ServiceCIDR network, CancellationToken cancel)
    {
        try
        {
            await SetReadyAsync(network, ConditionStatus.True, "", "Kubernetes Service CIDR is ready", cancel);
        }
        catch (ApiException)
        {
            _events.Warning(network, "KubernetesServiceCIDRError", "The ServiceCIDR Status can not be set to Ready=True");
            throw;
        }
    }

    private async Task SetReadyAsync(ServiceCIDR network, string status, string reason, string message, CancellationToken cancel)
    {
        var now = network.Status.Conditions?.Find(static c => c.Type == ServiceCIDRCondition.Ready);
        if (now is not null && now.Status == status && now.Reason == reason && now.Message == message) return;
        var wanted = new ServiceCIDR
        {
            Metadata = new() { Name = network.Metadata.Name },
            Status = new() { Conditions = [new() { Type = ServiceCIDRCondition.Ready, Status = status, Reason = reason, Message = message, LastTransitionTime = Context.Now.ToWholeSeconds() }] },
        };
        await Client.Resource<ServiceCIDR>().PatchAsync(null, network.Metadata.Name, PatchType.Apply, ApiJson.Encode(wanted), "status", Component, force: true, cancel);
    }

    private Task AddFinalizerAsync(ServiceCIDR network, CancellationToken cancel) =>
        network.Metadata.Finalizers?.Contains(Finalizer) == true ? Task.CompletedTask : PatchAsync(network, $$$"""{"metadata":{"finalizers":["{{{Finalizer}}}"]}}""", cancel);

    private Task RemoveFinalizerAsync(ServiceCIDR network, CancellationToken cancel) =>
        network.Metadata.Finalizers?.Contains(Finalizer) != true ? Task.CompletedTask : PatchAsync(network, $$$"""{"metadata":{"$deleteFromPrimitiveList/finalizers":["{{{Finalizer}}}"]}}""", cancel);

    private async Task PatchAsync(ServiceCIDR network, string patch, CancellationToken cancel)
    {
        try
        {
            await Client.Resource<ServiceCIDR>().PatchAsync(null, network.Metadata.Name, PatchType.StrategicMerge, patch, null, cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // It is gone.
        }
    }
}
