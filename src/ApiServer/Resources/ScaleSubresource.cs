using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Autoscaling.V1;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The <c>scale</c> subresource: the replica count of any workload in one shape, for <c>kubectl scale</c> and autoscalers.</summary>
internal sealed class ScaleSubresource : HandlerSubresource
{
    private readonly IScaleAccess _access;

    private ScaleSubresource(IScaleAccess access) => _access = access;

    /// <summary>The scale of a workload kind.</summary>
    public static ScaleSubresource For<T>() where T : class, IKubernetesObject<T> => new(typeof(T).Name switch
    {
        nameof(Deployment) => new Access<Deployment>(static d => d.Spec.Replicas, static (d, n) => d.Spec.Replicas = n, static d => d.Status.Replicas, static d => LabelQuery.Of(d.Spec.Selector)),
        nameof(ReplicaSet) => new Access<ReplicaSet>(static r => r.Spec.Replicas, static (r, n) => r.Spec.Replicas = n, static r => r.Status.Replicas, static r => LabelQuery.Of(r.Spec.Selector)),
        nameof(StatefulSet) => new Access<StatefulSet>(static s => s.Spec.Replicas, static (s, n) => s.Spec.Replicas = n, static s => s.Status.Replicas, static s => LabelQuery.Of(s.Spec.Selector)),
        nameof(ReplicationController) => new Access<ReplicationController>(static r => r.Spec.Replicas, static (r, n) => r.Spec.Replicas = n, static r => r.Status.Replicas, static r => LabelQuery.Of(r.Spec.Selector)),
        _ => throw new NotSupportedException(typeof(T).Name),
    }) { Kind = Api.Autoscaling.V1.Scale.Info, Verbs = ["get", "patch", "update"] };

    public override async Task HandleAsync(ApiRequest request, ResourceStore store)
    {
        var name = request.Info.Name;
        if (request.Info.Verb == "get")
        {
            await ObjectResponse.WriteAsync(request, Show(store.Decode(await store.GetAsync(request.Info.Namespace, name, request.Cancel))));
            return;
        }

        Func<Scale, Scale> change;
        if (request.Info.Verb == "update")
        {
            var wanted = (Scale)await RequestBody.ReadAsync(request, Kind);
            change = _ => wanted;
        }
        else
        {
            var patch = Patch.Parse(request.Http.Request.ContentType ?? "", await RequestBody.ReadAsync(request.Http), Kind.Schema);
            change = current => (Scale)RequestBody.DecodeJson(request, Kind, patch.IsApply ? patch.Document.Span : patch.ApplyTo(ApiJson.Encode(current)));
        }

        var (stored, _) = await store.UpdateAsync(
            name,
            current => Rescale(current!, change(Show(current!)), name),
            new UpdateBehavior(RetryOnConflict: request.Info.Verb == "patch"),
            WriteContext.Of(request));
        await ObjectResponse.WriteAsync(request, Show(store.Decode(stored)));
    }

    private IKubernetesObject Rescale(IKubernetesObject item, Scale scale, string name)
    {
        var errors = new FieldErrors();
        FieldRules.NotNegative(scale.Spec.Replicas, FieldPath.Of("spec")["replicas"], errors);
        if (scale.Metadata.Name.Length > 0 && scale.Metadata.Name != name) errors.Invalid(FieldPath.Of("metadata")["name"], scale.Metadata.Name, FieldRules.Immutable);
        if (errors.Count > 0) throw ApiErrors.Invalid(new("autoscaling", "Scale"), name, errors);
        _access.SetReplicas(item, scale.Spec.Replicas);
        if (scale.Metadata.ResourceVersion.Length > 0) item.Metadata.ResourceVersion = scale.Metadata.ResourceVersion;
        return item;
    }

    private Scale Show(IKubernetesObject item) => new()
    {
        Metadata = new()
        {
            Name = item.Metadata.Name,
            Namespace = item.Metadata.Namespace,
            Uid = item.Metadata.Uid,
            ResourceVersion = item.Metadata.ResourceVersion,
            CreationTimestamp = item.Metadata.CreationTimestamp,
        },
        Spec = new() { Replicas = _access.Replicas(item) ?? 1 },
        Status = new() { Replicas = _access.Observed(item), Selector = _access.Selector(item).ToString() },
    };

    private interface IScaleAccess
    {
        int? Replicas(IKubernetesObject item);

        void SetReplicas(IKubernetesObject item, int replicas);

        int Observed(IKubernetesObject item);

        LabelQuery Selector(IKubernetesObject item);
    }

    private sealed class Access<T>(Func<T, int?> replicas, Action<T, int> set, Func<T, int> observed, Func<T, LabelQuery> selector) : IScaleAccess
    {
        public int? Replicas(IKubernetesObject item) => replicas((T)item);

        public void SetReplicas(IKubernetesObject item, int value) => set((T)item, value);

        public int Observed(IKubernetesObject item) => observed((T)item);

        public LabelQuery Selector(IKubernetesObject item) => selector((T)item);
    }
}
