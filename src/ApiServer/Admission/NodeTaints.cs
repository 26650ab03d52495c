using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>Pods tolerate a node that is not ready or not reachable for five minutes, unless they say otherwise.</summary>
public sealed class DefaultTolerationSeconds : IAdmissionPlugin
{
    private const long Seconds = 300;
    private const string NoExecute = "NoExecute";
    private static readonly string[] s_taints = [WellKnownTaints.NotReady, WellKnownTaints.Unreachable];

    /// <inheritdoc/>
    public string Name => "DefaultTolerationSeconds";

    /// <inheritdoc/>
    public ValueTask MutateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write is not { Operation: AdmissionOperation.Create or AdmissionOperation.Update, Subresource: "", Object: Pod pod }) return ValueTask.CompletedTask;
        var missing = s_taints.Where(taint => pod.Spec.Tolerations?.Any(t => (t.Key == taint || t.Key.Length == 0) && (t.Effect == NoExecute || t.Effect.Length == 0)) != true).ToList();
        foreach (var taint in missing) (pod.Spec.Tolerations ??= []).Add(new() { Key = taint, Operator = "Exists", Effect = NoExecute, TolerationSeconds = Seconds });
        return ValueTask.CompletedTask;
    }
}

/// <summary>New nodes begin with a taint, so that nothing is placed on them before they are ready.</summary>
public sealed class TaintNodesByCondition : IAdmissionPlugin
{
    private const string NoSchedule = "NoSchedule";

    /// <inheritdoc/>
    public string Name => "TaintNodesByCondition";

    /// <inheritdoc/>
    public ValueTask MutateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write is { Operation: AdmissionOperation.Create, Subresource: "", Object: Node node } && node.Spec.Taints?.Any(static t => t is { Key: WellKnownTaints.NotReady, Effect: NoSchedule }) != true)
            (node.Spec.Taints ??= []).Add(new() { Key = WellKnownTaints.NotReady, Effect = NoSchedule });
        return ValueTask.CompletedTask;
    }
}
