using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Node.V1;

namespace Tiphys.ApiServer;

/// <summary>Gives pods the overhead and the placement of their runtime class.</summary>
/// <param name="resources">Where runtime classes are.</param>
public sealed class RuntimeClassAdmission(ApiResources resources) : IAdmissionPlugin
{
    /// <inheritdoc/>
    public string Name => "RuntimeClass";

    /// <inheritdoc/>
    public async ValueTask MutateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write is not { Operation: AdmissionOperation.Create, Subresource: "", Object: Pod { Spec.RuntimeClassName: { Length: > 0 } name } pod }) return;
        var item = await ClassAsync(write, name, cancel);
        if (item.Overhead?.PodFixed is { Count: > 0 } overhead)
        {
            if (pod.Spec.Overhead is not null && !Same(pod.Spec.Overhead, overhead)) throw Refusal.Of(write, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
            pod.Spec.Overhead = new(overhead);
        }

        foreach (var (key, value) in item.Scheduling?.NodeSelector ?? [])
        {
            if (pod.Spec.NodeSelector?.TryGetValue(key, out var given) == true && given != value) throw Refusal.Of(write, $"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] = {given}");
            (pod.Spec.NodeSelector ??= [])[key] = value;
        }

        foreach (var toleration in item.Scheduling?.Tolerations ?? [])
            if (pod.Spec.Tolerations?.Any(t => ApiJson.Same(t, toleration)) != true) (pod.Spec.Tolerations ??= []).Add(toleration);
    }

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write is not { Operation: AdmissionOperation.Create, Subresource: "", Object: Pod pod }) return;
        if (pod.Spec.RuntimeClassName is not { Length: > 0 } name)
        {
            if (pod.Spec.Overhead is { Count: > 0 }) throw Refusal.Of(write, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
            return;
        }

        var item = await ClassAsync(write, name, cancel);
        if (item.Overhead?.PodFixed is not { Count: > 0 } && pod.Spec.Overhead is { Count: > 0 }) throw Refusal.Of(write, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
    }

    private async ValueTask<RuntimeClass> ClassAsync(AdmissionAttributes write, string name, CancellationToken cancel) =>
        await resources.FindAsync<RuntimeClass>("", name, cancel) ?? throw Refusal.Of(write, $"pod rejected: RuntimeClass \"{name}\" not found");

    private static bool Same(Dictionary<string, Quantity> left, Dictionary<string, Quantity> right) =>
        left.Count == right.Count && left.All(l => right.TryGetValue(l.Key, out var value) && value == l.Value);
}
