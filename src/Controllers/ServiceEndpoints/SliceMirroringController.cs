using System.Net;
using System.Net.Sockets;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Client;
using EndpointPort = Tiphys.Api.Discovery.V1.EndpointPort;
using EndpointsObject = Tiphys.Api.Core.V1.Endpoints;

namespace Tiphys.Controllers;

/// <summary>Mirrors Endpoints that people keep for services without selectors into slices (upstream's endpointslicemirroring controller).</summary>
internal sealed class SliceMirroringController : KeyedController
{
    private const string ManagedBy = "endpointslicemirroring-controller.k8s.io";
    private const string LeaderAnnotation = "control-plane.alpha.kubernetes.io/leader";
    private const string ServiceIndex = "mirroredService";
    private readonly IInformer<Service> _services;
    private readonly IInformer<EndpointsObject> _endpoints;
    private readonly IInformer<EndpointSlice> _slices;
    private readonly SliceWriter _writer;

    public SliceMirroringController(ControllerContext context) : base(context, 5)
    {
        _services = context.Informer<Service>();
        _endpoints = context.Informer<EndpointsObject>();
        _slices = context.Informer<EndpointSlice>();
        _slices.AddIndex(ServiceIndex, static s => IsOurs(s) ? [Owner(s).ToString()] : []);
        _writer = new(Client, _slices);
        _services.OnChange(Enqueue);
        _endpoints.OnChange(Enqueue);
        _slices.On(SliceChanged, (_, after) => SliceChanged(after), slice =>
        {
            _writer.Deleted(Owner(slice), slice);
            SliceChanged(slice);
        });
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (!_writer.IsCurrent(key)) return Requeue.In(TimeSpan.FromSeconds(5));
        var existing = _slices.ByIndex(ServiceIndex, key.ToString());
        var endpoints = _endpoints.Get(key);
        var plans = new List<SlicePlan>();
        if (endpoints is null || !IsMirrored(endpoints, _services.Get(key)))
        {
            var plan = new SlicePlan();
            plan.Delete.AddRange(existing);
            plans.Add(plan);
        }
        else
        {
            foreach (var type in new[] { AddressType.IPv4, AddressType.IPv6 })
            {
                var groups = (endpoints.Subsets ?? []).Select(s => GroupOf(s, type)).Where(static g => g.Endpoints.Count > 0).GroupBy(static g => string.Join(',', g.Ports.Select(static p => $"{p.Name}={p.Port}/{p.Protocol}")))
                    .Select(static g => new EndpointGroup(g.First().Ports, [.. g.SelectMany(static x => x.Endpoints)])).ToList();
                IReadOnlyList<EndpointSlice> mine = [.. existing.Where(s => s.AddressType == type)];
                if (groups.Count == 0 && mine.Count == 0) continue;
                var plan = SlicePlan.Of(mine, groups, 1000, () => Blank(endpoints, type));
                if (groups.Count == 0) plan.Create.Clear(); // no placeholders here
                plans.Add(plan);
            }
        }

        try
        {
            foreach (var plan in plans) await _writer.WriteAsync(key, plan, cancel);
        }
        catch (ApiException e) when (e.IsNamespaceTerminating)
        {
            // nothing is needed there any more
        }

        return Requeue.None;
    }

    private static bool IsMirrored(EndpointsObject endpoints, Service? service) =>
        service is { Spec.Selector: null, Metadata.DeletionTimestamp: null } && endpoints.Metadata.DeletionTimestamp is null
        && endpoints.Metadata.Labels?.GetValueOrDefault(EndpointSliceLabels.SkipMirror) != "true" && endpoints.Metadata.Annotations?.ContainsKey(LeaderAnnotation) != true;

    private static EndpointGroup GroupOf(EndpointSubset subset, string type)
    {
        var ports = (subset.Ports ?? []).ConvertAll(static p => new EndpointPort { Name = p.Name, Port = p.Port, Protocol = p.Protocol, AppProtocol = p.AppProtocol });
        var endpoints = (subset.Addresses ?? []).Where(Fits).Select(static a => EndpointOf(a, true)).Concat((subset.NotReadyAddresses ?? []).Where(Fits).Select(static a => EndpointOf(a, false)));
        return new(ports, [.. endpoints]);

        bool Fits(EndpointAddress address) => IPAddress.TryParse(address.IP, out var ip) && (ip.AddressFamily == AddressFamily.InterNetworkV6 ? AddressType.IPv6 : AddressType.IPv4) == type;
    }

    private static Endpoint EndpointOf(EndpointAddress address, bool ready) => new()
    {
        Addresses = [address.IP],
        Conditions = new() { Ready = ready },
        Hostname = address.Hostname.Length > 0 ? address.Hostname : null,
        NodeName = address.NodeName,
        TargetRef = address.TargetRef,
    };

    private static EndpointSlice Blank(EndpointsObject endpoints, string type)
    {
        var labels = new Dictionary<string, string>(endpoints.Metadata.Labels ?? [], StringComparer.Ordinal)
        {
            [EndpointSliceLabels.ServiceName] = endpoints.Metadata.Name,
            [EndpointSliceLabels.ManagedBy] = ManagedBy,
        };
        var annotations = (endpoints.Metadata.Annotations ?? []).Where(static a => a.Key is not (WellKnownAnnotations.LastAppliedConfiguration or WellKnownAnnotations.EndpointsLastChangeTriggerTime)).ToDictionary(StringComparer.Ordinal);
        return new()
        {
            Metadata = new()
            {
                GenerateName = endpoints.Metadata.Name + "-",
                Namespace = endpoints.Metadata.Namespace,
                Labels = labels,
                Annotations = annotations.Count > 0 ? annotations : null,
                OwnerReferences = [Pods.ControllerReference(endpoints)],
            },
            AddressType = type,
        };
    }

    private static bool IsOurs(EndpointSlice slice) => slice.Metadata.Labels?.GetValueOrDefault(EndpointSliceLabels.ManagedBy) == ManagedBy;

    private static ObjectKey Owner(EndpointSlice slice) => new(slice.Metadata.Namespace, slice.Metadata.Labels?.GetValueOrDefault(EndpointSliceLabels.ServiceName) ?? "");

    private void SliceChanged(EndpointSlice slice)
    {
        if (IsOurs(slice)) Queue.Add(Owner(slice));
    }
}
