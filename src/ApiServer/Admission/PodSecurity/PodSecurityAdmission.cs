using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Batch.V1;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>Holds pods to the pod security standard that their namespace's labels ask for.</summary>
/// <param name="resources">Where namespaces and pods are.</param>
public sealed class PodSecurityAdmission(ApiResources resources) : IAdmissionPlugin
{
    private const int MostPodsLookedAt = 3000;

    /// <inheritdoc/>
    public string Name => "PodSecurity";

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write.Operation is not (AdmissionOperation.Create or AdmissionOperation.Update)) return;
        if (write is { Object: Namespace ns, Subresource: "" })
        {
            CheckNamespace(write, ns);
            return;
        }

        if (ViewOf(write) is not { } view) return;
        var stored = await resources.Of<Namespace>().SeenAsync("", write.Namespace, cancel);
        var policy = PodSecurityPolicy.Of(stored?.Labels);
        if (write.Object is Pod)
        {
            var broken = policy.Enforce.Check(view);
            if (broken.Count > 0) throw Refusal.Of(write, $"violates PodSecurity \"{policy.Enforce}\": {string.Join(", ", broken)}");
        }

        var warned = policy.Warn.Check(view);
        if (warned.Count > 0) write.Warn($"would violate PodSecurity \"{policy.Warn}\": {string.Join(", ", warned)}");
    }

    /// <summary>The pod or pod template that is written; null when it is none, or the write leaves alone what matters.</summary>
    private static PodView? ViewOf(AdmissionAttributes write)
    {
        if (write.Object is Pod pod)
        {
            // What makes a pod safe or not is fixed once it exists, but for the containers that join it later.
            return (write.Operation, write.Subresource) is (AdmissionOperation.Create, "") or (AdmissionOperation.Update, "ephemeralcontainers") ? new(pod.Metadata, pod.Spec) : null;
        }

        if (write.Subresource.Length > 0) return null;
        var template = Template(write.Object);
        if (template is null || (write.OldObject is { } old && ApiJson.Same(Template(old), template))) return null;
        return new PodView(template.Metadata, template.Spec);
    }

    private static PodTemplateSpec? Template(IApiMessage? item) => item switch
    {
        Deployment d => d.Spec.Template,
        ReplicaSet r => r.Spec.Template,
        StatefulSet s => s.Spec.Template,
        DaemonSet d => d.Spec.Template,
        ReplicationController r => r.Spec.Template,
        Job j => j.Spec.Template,
        CronJob c => c.Spec.JobTemplate.Spec.Template,
        PodTemplate p => p.Template,
        _ => null,
    };

    private void CheckNamespace(AdmissionAttributes write, Namespace ns)
    {
        var errors = new FieldErrors();
        PodSecurityPolicy.Validate(ns.Metadata.Labels, errors);
        var old = write.OldObject as Namespace;
        if (errors.Count > 0)
        {
            // A namespace that was labelled wrongly before can still be changed, as long as it does not get worse.
            var before = new FieldErrors();
            if (old is not null) PodSecurityPolicy.Validate(old.Metadata.Labels, before);
            if (old is null || before.ToString() != errors.ToString()) throw ApiErrors.Invalid(new("", "Namespace"), ns.Metadata.Name, errors);
            return;
        }

        if (old is null) return;
        var enforce = PodSecurityPolicy.Of(ns.Metadata.Labels).Enforce;
        if (enforce.Level == PodSecurityLevel.Privileged || enforce == PodSecurityPolicy.Of(old.Metadata.Labels).Enforce) return;
        Warn(write, ns.Metadata.Name, enforce);
    }

    private void Warn(AdmissionAttributes write, string ns, PodSecurityLevel enforce)
    {
        var byReason = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var pod in resources.Cached<Pod>(ns).Take(MostPodsLookedAt))
        {
            var broken = enforce.Check(new PodView(pod.Metadata, pod.Spec));
            if (broken.Count == 0) continue;
            var reasons = string.Join(", ", broken.Select(static v => v.Reason));
            if (!byReason.TryGetValue(reasons, out var pods)) byReason[reasons] = pods = [];
            pods.Add(pod.Metadata.Name);
        }

        if (byReason.Count == 0) return;
        write.Warn($"existing pods in namespace \"{ns}\" violate the new PodSecurity enforce level \"{enforce}\"");
        foreach (var (reasons, pods) in byReason)
        {
            var others = pods.Count switch { 1 => "", 2 => " (and 1 other pod)", _ => $" (and {pods.Count - 1} other pods)" };
            write.Warn($"{pods[0]}{others}: {reasons}");
        }
    }
}
