using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Autoscaling.V2;
using Tiphys.Api.Batch.V1;
using Tiphys.Api.Coordination.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Discovery.V1;
using Tiphys.Api.Networking.V1;
using Tiphys.Api.Node.V1;
using Tiphys.Api.Policy.V1;
using Tiphys.Api.Rbac.V1;
using Tiphys.Api.Scheduling.V1;
using Tiphys.Api.Storage.V1;

namespace Tiphys.ApiServer;

/// <summary>All built-in resources: where each is stored and what its writes obey.</summary>
internal static class ResourceCatalog
{
    private static readonly string[] s_statusVerbs = ["get", "patch", "update"];

    /// <summary>The definitions.</summary>
    /// <param name="services">Allocator for Services.</param>
    /// <param name="extras">Subresources that other parts of the server bring, by resource.</param>
    public static IEnumerable<ResourceDefinition> All(IResourceAllocator? services, IReadOnlyDictionary<GroupResource, IReadOnlyDictionary<string, Subresource>> extras)
    {
        foreach (var definition in Core(services).Concat(Workloads()).Concat(Others())) yield return With(definition, extras);
    }

    private static IEnumerable<ResourceDefinition> Core(IResourceAllocator? services)
    {
        yield return SpecStatus<Pod>(new PodStrategy(), null, PodFields, returnsDeleted: true, extra: new() { ["ephemeralcontainers"] = Part<Pod>(new EphemeralContainersStrategy()), ["resize"] = Part<Pod>(new PodResizeStrategy()) });
        yield return SpecStatus<Node>(new NodeStrategy(), "/registry/minions/", [new("spec.unschedulable", "spec.unschedulable", "false")]);
        yield return SpecStatus<Namespace>(new NamespaceStrategy(), null, [new("status.phase")], deletesCollections: false, returnsDeleted: true, extra: new() { ["finalize"] = Part<Namespace>(new NamespaceFinalizeStrategy(), "update") });
        yield return SpecStatus<Service>(new ServiceStrategy(), "/registry/services/specs/", [new("spec.clusterIP"), new("spec.type")], allocator: services, returnsDeleted: true);
        yield return Plain<Endpoints>(new PlainStrategy<Endpoints>(EndpointsValidation.Rules with { Warn = KindWarnings.Endpoints }), "/registry/services/endpoints/");
        yield return Plain<ConfigMap>(new ConfigMapStrategy());
        yield return Plain<Secret>(new SecretStrategy(), null, [new("type")]);
        yield return Plain<ServiceAccount>(new PlainStrategy<ServiceAccount>(KindRules<ServiceAccount>.None with { Warn = KindWarnings.ServiceAccount }), returnsDeleted: true);
        yield return In(Plain<Event>(new EventStrategy(strict: false), null, EventFields, ttl: TimeSpan.FromHours(1)), EventConverter.Version);
        yield return SpecStatus<ReplicationController>(new ReplicationControllerStrategy(), "/registry/controllers/", [new("status.replicas", "status.replicas", "0")], extra: Scale<ReplicationController>());
        yield return SpecStatus(new PlainSpecStatusStrategy<PersistentVolume>(static i => i.Spec, static (i, f) => i.Spec = f.Spec, static (i, f) => i.Status = f.Status, VolumeObjectValidation.Volumes with { Warn = VolumeWarnings.Volume }), returnsDeleted: true);
        yield return SpecStatus(new PlainSpecStatusStrategy<PersistentVolumeClaim>(static i => i.Spec, static (i, f) => i.Spec = f.Spec, static (i, f) => i.Status = f.Status, VolumeObjectValidation.Claims with { Warn = VolumeWarnings.Claim }), returnsDeleted: true);
        yield return SpecStatus(new PlainSpecStatusStrategy<ResourceQuota>(static i => i.Spec, static (i, f) => i.Spec = f.Spec, static (i, f) => i.Status = f.Status, ResourceQuotaValidation.Rules with { Warn = KindWarnings.ResourceQuota }), returnsDeleted: true);
        yield return Plain<LimitRange>(new PlainStrategy<LimitRange>(LimitRangeValidation.Rules));
        yield return Plain<PodTemplate>(new PlainStrategy<PodTemplate>(PodTemplateValidation.Rules with { Warn = KindWarnings.PodTemplate }), returnsDeleted: true);
    }

    private static IEnumerable<ResourceDefinition> Workloads()
    {
        yield return SpecStatus<Deployment>(new DeploymentStrategy(), extra: Scale<Deployment>());
        yield return SpecStatus<ReplicaSet>(new ReplicaSetStrategy(), null, [new("status.replicas", "status.replicas", "0")], extra: Scale<ReplicaSet>());
        yield return SpecStatus<StatefulSet>(new StatefulSetStrategy(), extra: Scale<StatefulSet>());
        yield return SpecStatus<DaemonSet>(new DaemonSetStrategy());
        yield return Plain<ControllerRevision>(new PlainStrategy<ControllerRevision>(ControllerRevisionValidation.Rules));
        yield return SpecStatus<Job>(new JobStrategy(), null, [new("status.successful", "status.succeeded", "0")]);
        yield return SpecStatus<CronJob>(new CronJobStrategy());
        yield return In(SpecStatus(new PlainSpecStatusStrategy<HorizontalPodAutoscaler>(static i => i.Spec, static (i, f) => i.Spec = f.Spec, static (i, f) => i.Status = f.Status, AutoscalerValidation.Rules)), AutoscalerConverter.Version);
        yield return SpecStatus(new PlainSpecStatusStrategy<PodDisruptionBudget>(static i => i.Spec, static (i, f) => i.Spec = f.Spec, static (i, f) => i.Status = f.Status, DisruptionBudgetValidation.Rules));
    }

    private static IEnumerable<ResourceDefinition> Others()
    {
        yield return Plain<EndpointSlice>(new PlainStrategy<EndpointSlice>(EndpointSliceValidation.Rules with { Warn = KindWarnings.EndpointSlice }));
        yield return Plain<Lease>(new UpsertStrategy<Lease>(LeaseValidation.Rules));
        yield return Plain<Role>(new RbacStrategy<Role>(RoleValidation.Roles));
        yield return Plain<RoleBinding>(new RbacStrategy<RoleBinding>(RoleBindingValidation.RoleBindings));
        yield return Plain<ClusterRole>(new RbacStrategy<ClusterRole>(RoleValidation.ClusterRoles));
        yield return Plain<ClusterRoleBinding>(new RbacStrategy<ClusterRoleBinding>(RoleBindingValidation.ClusterRoleBindings));
        yield return Plain<PriorityClass>(new PlainStrategy<PriorityClass>(PriorityClassValidation.Rules));
        yield return Plain<StorageClass>(new PlainStrategy<StorageClass>(StorageClassValidation.Rules with { Warn = KindWarnings.StorageClass }), returnsDeleted: true);
        yield return Plain<CSINode>(new PlainStrategy<CSINode>(CsiNodeValidation.Rules), returnsDeleted: true);
        yield return Plain<CSIDriver>(new PlainStrategy<CSIDriver>(CsiDriverValidation.Rules with { Warn = KindWarnings.CsiDriver }), returnsDeleted: true);
        yield return Plain<CSIStorageCapacity>(new PlainStrategy<CSIStorageCapacity>(CsiStorageCapacityValidation.Rules with { Warn = KindWarnings.CsiStorageCapacity }));
        yield return SpecStatus(new PlainSpecStatusStrategy<VolumeAttachment>(static i => i.Spec, static (i, f) => i.Spec = f.Spec, static (i, f) => i.Status = f.Status, VolumeAttachmentValidation.Rules), returnsDeleted: true);
        yield return Plain<RuntimeClass>(new PlainStrategy<RuntimeClass>(RuntimeClassValidation.Rules with { Warn = KindWarnings.RuntimeClass }));
        yield return Plain<NetworkPolicy>(new PlainStrategy<NetworkPolicy>(NetworkPolicyValidation.Rules with { Warn = KindWarnings.NetworkPolicy }));
        yield return SpecStatus(new PlainSpecStatusStrategy<Ingress>(static i => i.Spec, static (i, f) => i.Spec = f.Spec, static (i, f) => i.Status = f.Status, IngressValidation.Rules with { Warn = KindWarnings.Ingress, WarnOfStatus = static i => ServiceWarnings.Status(i.Status.LoadBalancer.Ingress?.Select(static l => l.IP)) }), "/registry/ingress/");
        yield return Plain<IngressClass>(new PlainStrategy<IngressClass>(IngressClassValidation.Rules));
        yield return SpecStatus<ServiceCIDR>(new ServiceCidrStrategy());
        yield return Plain<IPAddress>(new IPAddressStrategy());
        yield return CertificateSigningRequestStrategy.Definition();
    }

    private static readonly SelectableField[] PodFields =
    [
        new("spec.nodeName"), new("spec.restartPolicy"), new("spec.schedulerName"), new("spec.serviceAccountName"), new("spec.hostNetwork", "spec.hostNetwork", "false"),
        new("status.phase"), new("status.podIP"), new("status.nominatedNodeName"),
    ];

    private static readonly SelectableField[] EventFields =
    [
        new("involvedObject.kind"), new("involvedObject.namespace"), new("involvedObject.name"), new("involvedObject.uid"), new("involvedObject.apiVersion"),
        new("involvedObject.resourceVersion"), new("involvedObject.fieldPath"), new("reason"), new("reportingComponent"), new("source", "source.component"), new("type"),
    ];

    private static ResourceDefinition Plain<T>(
        IResourceStrategy strategy, string? prefix = null, IReadOnlyList<SelectableField>? fields = null, TimeSpan? ttl = null, bool returnsDeleted = false) where T : class, IKubernetesObject<T> => new()
    {
        Schema = Schema<T>(prefix, fields),
        Strategy = strategy,
        TimeToLive = ttl,
        ReturnsDeletedObject = returnsDeleted,
    };

    private static ResourceDefinition SpecStatus<T>(
        SpecStatusStrategy<T> strategy,
        string? prefix = null,
        IReadOnlyList<SelectableField>? fields = null,
        IResourceAllocator? allocator = null,
        bool deletesCollections = true,
        bool returnsDeleted = false,
        Dictionary<string, Subresource>? extra = null) where T : class, IKubernetesObject<T>
    {
        var subresources = extra ?? [];
        subresources["status"] = Part<T>(strategy.Status);
        return new()
        {
            Schema = Schema<T>(prefix, fields),
            Strategy = strategy,
            Allocator = allocator,
            Subresources = subresources,
            ReturnsDeletedObject = returnsDeleted,
            Verbs = deletesCollections ? ResourceDefinition.AllVerbs : [.. ResourceDefinition.AllVerbs.Where(static v => v != "deletecollection")],
        };
    }

    /// <summary>A resource that is served in further versions.</summary>
    private static ResourceDefinition In(ResourceDefinition definition, params IReadOnlyList<ServedVersion> versions) => definition with { Versions = new(definition.Kind, versions) };

    private static ObjectSubresource Part<T>(IResourceStrategy strategy, params string[] verbs) where T : class, IKubernetesObject<T> =>
        new(strategy) { Kind = T.Info, Verbs = verbs.Length > 0 ? verbs : s_statusVerbs };

    private static Dictionary<string, Subresource> Scale<T>() where T : class, IKubernetesObject<T> => new() { ["scale"] = ScaleSubresource.For<T>() };

    private static ResourceSchema Schema<T>(string? prefix, IReadOnlyList<SelectableField>? fields) where T : class, IKubernetesObject<T> =>
        new(T.Info, prefix ?? $"/registry/{T.Info.Resource}/", fields ?? []);

    private static ResourceDefinition With(ResourceDefinition definition, IReadOnlyDictionary<GroupResource, IReadOnlyDictionary<string, Subresource>> extras)
    {
        if (!extras.TryGetValue(definition.Schema.GroupResource, out var more)) return definition;
        return definition with { Subresources = definition.Subresources.Concat(more).ToDictionary(static s => s.Key, static s => s.Value) };
    }
}
