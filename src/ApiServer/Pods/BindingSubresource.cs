using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary><c>pods/NAME/binding</c>: the scheduler's decision. A pod is bound once.</summary>
public sealed class BindingSubresource : HandlerSubresource
{
    /// <summary>The subresource.</summary>
    public static BindingSubresource Instance { get; } = new() { Kind = Binding.Info, Verbs = ["create"] };

    /// <inheritdoc/>
    public override async Task HandleAsync(ApiRequest request, ResourceStore store)
    {
        var binding = (Binding)await RequestBody.ReadAsync(request, Kind);
        await ObjectResponse.WriteAsync(request, await BindAsync(request, store, binding, request.Info.Name.Length > 0 ? request.Info.Name : binding.Metadata.Name), 201);
    }

    /// <summary>Binds a pod.</summary>
    /// <param name="request">The request.</param>
    /// <param name="store">The pods.</param>
    /// <param name="binding">The node, and what else the pod gets.</param>
    /// <param name="name">Name of the pod.</param>
    internal static async Task<Status> BindAsync(ApiRequest request, ResourceStore store, Binding binding, string name)
    {
        if (binding.Target.Kind is not ("" or "Node")) throw Invalid(name, static e => e.NotSupported(FieldPath.Of("target")["kind"], "", ["Node", "<empty>"]));
        if (binding.Target.Name.Length == 0) throw Invalid(name, static e => e.Required(FieldPath.Of("target")["name"]));
        await store.UpdateAsync(name, current => Bind((Pod)current!, binding, store.GroupResource), new UpdateBehavior(BindStrategy.Instance, RetryOnConflict: true), WriteContext.Of(request));
        return new Status { Result = "Success", Code = 201 };
    }

    private static Pod Bind(Pod pod, Binding binding, GroupResource resource)
    {
        var name = pod.Metadata.Name;
        if (binding.Metadata.Uid.Length > 0 && binding.Metadata.Uid != pod.Metadata.Uid)
            throw ApiErrors.Conflict(resource, name, $"Precondition failed: UID in precondition: {binding.Metadata.Uid}, UID in object meta: {pod.Metadata.Uid}");
        if (pod.Metadata.DeletionTimestamp is not null) throw ApiErrors.Conflict(new(resource.Group, "pods/binding"), name, $"pod {name} is being deleted, cannot be assigned to a host");
        if (pod.Spec.NodeName.Length > 0) throw ApiErrors.Conflict(new(resource.Group, "pods/binding"), name, $"pod {name} is already assigned to node \"{pod.Spec.NodeName}\"");
        if (pod.Spec.SchedulingGates is { Count: > 0 }) throw ApiErrors.Conflict(new(resource.Group, "pods/binding"), name, $"pod {name} has non-empty .spec.schedulingGates");
        pod.Spec.NodeName = binding.Target.Name;

        // The promise is kept, or was taken back: nobody shall read it as one that still holds.
        pod.Status.NominatedNodeName = "";
        foreach (var (key, value) in binding.Metadata.Annotations ?? []) (pod.Metadata.Annotations ??= [])[key] = value;
        foreach (var (key, value) in binding.Metadata.Labels ?? []) (pod.Metadata.Labels ??= [])[key] = value;
        return pod;
    }

    private static StatusException Invalid(string name, Action<FieldErrors> report)
    {
        var errors = new FieldErrors();
        report(errors);
        return ApiErrors.Invalid(new("", "Binding"), name, errors);
    }

    /// <summary>A binding changes what nobody else may: the node, and the condition that tells of it.</summary>
    private sealed class BindStrategy : ResourceStrategy<Pod>
    {
        public static BindStrategy Instance { get; } = new();

        public override void PrepareForUpdate(Pod item, Pod old, StrategyContext context)
        {
            PodConditions.Set(item.Status, new PodCondition { Type = "PodScheduled", Status = "True", LastTransitionTime = context.Time.GetUtcNow().ToWholeSeconds() });
        }

        public override void ValidateUpdate(Pod item, Pod old, FieldErrors errors) { }
    }
}

/// <summary><c>bindings</c>: the same as <c>pods/NAME/binding</c>, for old clients; the pod is named in the body.</summary>
/// <param name="resources">Where the pods are.</param>
internal sealed class BindingResource(ApiResources resources) : ReviewResource
{
    /// <inheritdoc/>
    public override KindInfo Kind => Binding.Info;

    /// <inheritdoc/>
    protected override async ValueTask<IApiMessage> AnswerAsync(IApiMessage body, ApiRequest request) =>
        await BindingSubresource.BindAsync(request, resources.Of<Pod>(), (Binding)body, ((Binding)body).Metadata.Name);
}

/// <summary>Changes to a pod's conditions.</summary>
internal static class PodConditions
{
    /// <summary>Sets a condition in place of the one of its type.</summary>
    public static void Set(PodStatus status, PodCondition condition)
    {
        status.Conditions ??= [];
        var at = status.Conditions.FindIndex(c => c.Type == condition.Type);
        if (at < 0) status.Conditions.Add(condition);
        else status.Conditions[at] = condition;
    }
}
