using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using EndpointPort = Tiphys.Api.Discovery.V1.EndpointPort;

namespace Tiphys.Controllers;

/// <summary>Keeps the slices that say which pods serve a service (upstream's endpointslice controller).</summary>
internal sealed class EndpointSliceController : KeyedController
{
    private const string ManagedBy = "endpointslice-controller.k8s.io";
    private const string ServiceIndex = "service";
    private readonly IInformer<Service> _services;
    private readonly IInformer<Pod> _pods;
    private readonly IInformer<Node> _nodes;
    private readonly IInformer<EndpointSlice> _slices;
    private readonly EventRecorder _events;
    private readonly SliceWriter _writer;

    public EndpointSliceController(ControllerContext context) : base(context, 5)
    {
        _services = context.Informer<Service>();
        _pods = context.Informer<Pod>();
        _nodes = context.Informer<Node>();
        _slices = context.Informer<EndpointSlice>();
        _slices.AddIndex(ServiceIndex, static s => s.Metadata.Labels?.GetValueOrDefault(EndpointSliceLabels.ManagedBy) == ManagedBy ? [Owner(s).ToString()] : []);
        _events = context.Recorder("endpoint-slice-controller");
        _writer = new(Client, _slices);
        _services.OnChange(Enqueue);
        _pods.On(PodChanged, (before, after) =>
        {
            if (!ServicePods.Differs(before, after)) return;
            if (!Pods.SameLabels(before.Metadata.Labels, after.Metadata.Labels)) PodChanged(before);
            PodChanged(after);
        }, PodChanged);
        _slices.On(SliceChanged, (_, after) => SliceChanged(after), slice =>
        {
            _writer.Deleted(Owner(slice), slice);
            SliceChanged(slice);
        });
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_services.Get(key) is not { Metadata.DeletionTimestamp: null } service)
        {
            _writer.Forget(key); // the slices go with their owner
            return Requeue.None;
        }

        if (service.Spec.Type == ServiceType.ExternalName || service.Spec.Selector is null) return Requeue.None;

        // What was written last is not in the informer yet; its arrival brings the service back here.
        if (!_writer.IsCurrent(key)) return Requeue.In(TimeSpan.FromSeconds(5));
        var existing = _slices.ByIndex(ServiceIndex, key.ToString());
        var types = AddressTypes(service);
        var pods = ServicePods.Of(service, _pods).Where(static p => ServicePods.Counts(p, terminating: true)).OrderBy(static p => p.Metadata.Name, StringComparer.Ordinal).ToList();
        var trigger = pods.Select(static p => p.Condition(PodConditionType.Ready)?.LastTransitionTime).Append(service.Metadata.CreationTimestamp).Max();
        var nodeMissing = false;
        try
        {
            foreach (var type in types)
            {
                var plan = SlicePlan.Of([.. existing.Where(s => s.AddressType == type)], Groups(service, pods, type, ref nodeMissing), Context.Options.MaxEndpointsPerSlice, () => Blank(service, type));
                foreach (var slice in plan.Create.Concat(plan.Update)) Stamp(slice, trigger);
                await _writer.WriteAsync(key, plan, cancel);
            }

            var obsolete = new SlicePlan();
            obsolete.Delete.AddRange(existing.Where(s => !types.Contains(s.AddressType)));
            await _writer.WriteAsync(key, obsolete, cancel);
        }
        catch (ApiException e) when (e.IsNamespaceTerminating)
        {
            return Requeue.None;
        }
        catch (ApiException e) when (!e.IsConflict)
        {
            _events.Warning(service, "FailedToUpdateEndpointSlices", $"Error updating Endpoint Slices for Service {key}: {e.Message}");
            throw;
        }

        return nodeMissing ? Requeue.In(TimeSpan.FromSeconds(1)) : Requeue.None;
    }

    private List<EndpointGroup> Groups(Service service, List<Pod> pods, string type, ref bool nodeMissing)
    {
        var groups = new Dictionary<string, EndpointGroup>(StringComparer.Ordinal);
        foreach (var pod in pods)
        {
            var addresses = pod.Status.PodIPs!.Select(static p => p.IP).Where(ip => TypeOf(ip) == type).ToList();
            if (addresses.Count == 0) continue;
            var node = _nodes.Get("", pod.Spec.NodeName);
            if (node is null && !service.Spec.PublishNotReadyAddresses)
            {
                nodeMissing = true; // its zone cannot be told yet
                continue;
            }

            var ports = PortsOf(service, pod);
            var key = string.Join(',', ports.Select(static p => $"{p.Name}={p.Port}/{p.Protocol}"));
            if (!groups.TryGetValue(key, out var group)) groups[key] = group = new(ports, []);
            group.Endpoints.Add(EndpointOf(service, pod, node, addresses));
        }

        return [.. groups.Values];
    }

    private static Endpoint EndpointOf(Service service, Pod pod, Node? node, List<string> addresses)
    {
        var serving = pod.IsReady();
        var terminating = pod.Metadata.DeletionTimestamp is not null;
        var ready = service.Spec.PublishNotReadyAddresses || (serving && !terminating);
        var zone = node?.Metadata.Labels?.GetValueOrDefault(WellKnownLabels.TopologyZone);
        return new()
        {
            Addresses = addresses,
            Conditions = new() { Ready = ready, Serving = serving, Terminating = terminating },
            TargetRef = new() { Kind = "Pod", Namespace = pod.Metadata.Namespace, Name = pod.Metadata.Name, Uid = pod.Metadata.Uid },
            NodeName = pod.Spec.NodeName is { Length: > 0 } name ? name : null,
            Zone = string.IsNullOrEmpty(zone) ? null : zone,
            Hostname = ServicePods.HasHostname(service, pod) ? pod.Spec.Hostname : null,
            Hints = ready ? Hints(service, pod, zone) : null,
        };
    }

    private static EndpointHints? Hints(Service service, Pod pod, string? zone)
    {
        if (service.Spec.TrafficDistribution is not { Length: > 0 } wish) return null;
        var byNode = wish == ServiceTrafficDistribution.PreferSameNode && pod.Spec.NodeName.Length > 0;
        if (string.IsNullOrEmpty(zone) && !byNode) return null;
        return new() { ForZones = string.IsNullOrEmpty(zone) ? null : [new() { Name = zone }], ForNodes = byNode ? [new() { Name = pod.Spec.NodeName }] : null };
    }

    private static List<EndpointPort> PortsOf(Service service, Pod pod)
    {
        var ports = new List<EndpointPort>();
        foreach (var port in service.Spec.Ports ?? [])
            if (ServicePods.Port(port, pod) is { } number) ports.Add(new() { Name = port.Name, Port = number, Protocol = port.Protocol, AppProtocol = port.AppProtocol });
        return ports;
    }

    private static EndpointSlice Blank(Service service, string type)
    {
        var labels = new Dictionary<string, string>(service.Metadata.Labels ?? [], StringComparer.Ordinal);
        labels.Remove(WellKnownLabels.HeadlessService);
        if (ServicePods.IsHeadless(service)) labels[WellKnownLabels.HeadlessService] = "";
        labels[EndpointSliceLabels.ServiceName] = service.Metadata.Name;
        labels[EndpointSliceLabels.ManagedBy] = ManagedBy;
        return new()
        {
            Metadata = new() { GenerateName = service.Metadata.Name + "-", Namespace = service.Metadata.Namespace, Labels = labels, OwnerReferences = [Pods.ControllerReference(service)] },
            AddressType = type,
        };
    }

    private static void Stamp(EndpointSlice slice, DateTimeOffset? trigger)
    {
        if (trigger is { } time) (slice.Metadata.Annotations ??= [])[WellKnownAnnotations.EndpointsLastChangeTriggerTime] = time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture);
    }

    private static HashSet<string> AddressTypes(Service service)
    {
        if (service.Spec.IPFamilies is { Count: > 0 } families) return [.. families];
        return ServicePods.IsHeadless(service) ? [AddressType.IPv4, AddressType.IPv6] : [TypeOf(service.Spec.ClusterIP)];
    }

    private static string TypeOf(string ip) => IPAddress.TryParse(ip, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 ? AddressType.IPv6 : AddressType.IPv4;

    private static ObjectKey Owner(EndpointSlice slice) => new(slice.Metadata.Namespace, slice.Metadata.Labels?.GetValueOrDefault(EndpointSliceLabels.ServiceName) ?? "");

    private void SliceChanged(EndpointSlice slice)
    {
        if (slice.Metadata.Labels?.GetValueOrDefault(EndpointSliceLabels.ManagedBy) == ManagedBy) Queue.Add(Owner(slice));
    }

    private void PodChanged(Pod pod)
    {
        foreach (var service in ServicePods.Selecting(_services, pod)) Enqueue(service);
    }
}
