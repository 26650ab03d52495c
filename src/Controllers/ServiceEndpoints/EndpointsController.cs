using System.Net;
using System.Net.Sockets;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Client;
using EndpointsObject = Tiphys.Api.Core.V1.Endpoints;

namespace Tiphys.Controllers;

/// <summary>Keeps the older Endpoints objects of services (upstream's endpoint controller).</summary>
internal sealed class EndpointsController : KeyedController
{
    private const string ManagedBy = "endpoints.kubernetes.io/managed-by";
    private const int MostAddresses = 1000;
    private readonly IInformer<Service> _services;
    private readonly IInformer<Pod> _pods;
    private readonly IInformer<EndpointsObject> _endpoints;
    private readonly EventRecorder _events;

    public EndpointsController(ControllerContext context) : base(context, 5)
    {
        _services = context.Informer<Service>();
        _pods = context.Informer<Pod>();
        _endpoints = context.Informer<EndpointsObject>();
        _events = context.Recorder("endpoint-controller");
        _services.OnChange(Enqueue);
        _pods.On(PodChanged, (before, after) =>
        {
            if (!ServicePods.Differs(before, after)) return;
            if (!Pods.SameLabels(before.Metadata.Labels, after.Metadata.Labels)) PodChanged(before);
            PodChanged(after);
        }, PodChanged);
        _endpoints.On(deleted: Enqueue);

        // Endpoints whose service went while nobody watched.
        _endpoints.On(added: Enqueue);
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        var current = _endpoints.Get(key);
        if (_services.Get(key) is not { } service)
        {
            if (current is not null && IsOurs(current)) await DeleteAsync(current, cancel);
            return Requeue.None;
        }

        if (service.Metadata.DeletionTimestamp is not null || service.Spec.Type == ServiceType.ExternalName || service.Spec.Selector is null) return Requeue.None;
        var wanted = Wanted(service);
        if (current is not null && Same(current, wanted)) return Requeue.None;
        try
        {
            if (current is null)
            {
                await Client.Resource<EndpointsObject>().CreateAsync(wanted, cancel);
            }
            else
            {
                wanted.Metadata.ResourceVersion = current.Metadata.ResourceVersion;
                wanted.Metadata.Uid = current.Metadata.Uid;
                foreach (var (name, value) in current.Metadata.Annotations ?? [])
                    if (name != WellKnownAnnotations.EndpointsOverCapacity) (wanted.Metadata.Annotations ??= []).TryAdd(name, value);
                await Client.Resource<EndpointsObject>().UpdateAsync(wanted, cancel);
            }
        }
        catch (ApiException e) when (e.IsNamespaceTerminating)
        {
            return Requeue.None;
        }
        catch (ApiException e) when (!e.IsConflict && !e.IsAlreadyExists)
        {
            if (current is null) _events.Warning(service, "FailedToCreateEndpoint", $"Failed to create endpoint for service {key}: {e.Message}");
            else _events.Warning(service, "FailedToUpdateEndpoint", $"Failed to update endpoint {key}: {e.Message}");
            throw;
        }

        return Requeue.None;
    }

    private EndpointsObject Wanted(Service service)
    {
        var subsets = new SortedDictionary<string, EndpointSubset>(StringComparer.Ordinal);
        var family = service.Spec.IPFamilies?.FirstOrDefault() == IPFamily.IPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        var count = 0;
        var publish = service.Spec.PublishNotReadyAddresses;
        foreach (var pod in ServicePods.Of(service, _pods).Where(p => ServicePods.Counts(p, publish)).OrderBy(static p => p.Status.PodIP, StringComparer.Ordinal))
        {
            var ip = pod.Status.PodIPs!.Select(static p => p.IP).FirstOrDefault(ip => IPAddress.TryParse(ip, out var a) && a.AddressFamily == family);
            if (ip is null) continue;
            var ports = PortsOf(service, pod);
            if (ports.Count == 0 && !(ServicePods.IsHeadless(service) && service.Spec.Ports is null or [])) continue;
            if (++count > MostAddresses) continue;
            var key = string.Join(',', ports.Select(static p => $"{p.Port}/{p.Protocol}/{p.Name}"));
            if (!subsets.TryGetValue(key, out var subset)) subsets[key] = subset = new() { Ports = ports.Count > 0 ? ports : null };
            var address = new EndpointAddress
            {
                IP = ip,
                NodeName = pod.Spec.NodeName is { Length: > 0 } node ? node : null,
                Hostname = ServicePods.HasHostname(service, pod) ? pod.Spec.Hostname : "",
                TargetRef = new() { Kind = "Pod", Namespace = pod.Metadata.Namespace, Name = pod.Metadata.Name, Uid = pod.Metadata.Uid },
            };
            if (publish || pod.IsReady()) (subset.Addresses ??= []).Add(address);
            else (subset.NotReadyAddresses ??= []).Add(address);
        }

        var labels = new Dictionary<string, string>(service.Metadata.Labels ?? [], StringComparer.Ordinal) { [ManagedBy] = "endpoint-controller" };
        labels.Remove(WellKnownLabels.HeadlessService);
        if (ServicePods.IsHeadless(service)) labels[WellKnownLabels.HeadlessService] = "";
        return new()
        {
            Metadata = new()
            {
                Name = service.Metadata.Name,
                Namespace = service.Metadata.Namespace,
                Labels = labels,
                Annotations = count > MostAddresses ? new() { [WellKnownAnnotations.EndpointsOverCapacity] = "truncated" } : null,
            },
            Subsets = subsets.Count > 0 ? [.. subsets.Values] : null,
        };
    }

    private static List<EndpointPort> PortsOf(Service service, Pod pod)
    {
        var ports = new List<EndpointPort>();
        foreach (var port in service.Spec.Ports ?? [])
            if (ServicePods.Port(port, pod) is { } number) ports.Add(new() { Name = port.Name, Port = number, Protocol = port.Protocol, AppProtocol = port.AppProtocol });
        return [.. ports.OrderBy(static p => p.Name, StringComparer.Ordinal)];
    }

    private static bool Same(EndpointsObject left, EndpointsObject right) =>
        Pods.SameLabels(left.Metadata.Labels, right.Metadata.Labels)
        && left.Metadata.Annotations?.ContainsKey(WellKnownAnnotations.EndpointsOverCapacity) == right.Metadata.Annotations?.ContainsKey(WellKnownAnnotations.EndpointsOverCapacity)
        && ApiJson.Same(new EndpointsObject { Subsets = left.Subsets }, new EndpointsObject { Subsets = right.Subsets });

    private static bool IsOurs(EndpointsObject endpoints) => endpoints.Metadata.Labels?.ContainsKey(ManagedBy) == true;

    private async Task DeleteAsync(EndpointsObject endpoints, CancellationToken cancel)
    {
        try
        {
            await Client.Resource<EndpointsObject>().DeleteAsync(endpoints.Metadata.Namespace, endpoints.Metadata.Name, new() { Preconditions = new() { Uid = endpoints.Metadata.Uid } }, cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // already gone
        }
    }

    private void PodChanged(Pod pod)
    {
        foreach (var service in ServicePods.Selecting(_services, pod)) Enqueue(service);
    }
}
