using Tiphys.Api.Core.V1;
using Tiphys.Api.Scheduling.V1;

namespace Tiphys.ApiServer;

/// <summary>Turns a pod's priority class into its priority.</summary>
/// <param name="resources">Where priority classes are.</param>
public sealed class PriorityAdmission(ApiResources resources) : IAdmissionPlugin
{
    private const string PreemptLower = "PreemptLowerPriority";
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PriorityClass> _classes = new(StringComparer.Ordinal);
    private CacheMirror? _mirror;

    /// <inheritdoc/>
    public string Name => "Priority";

    /// <inheritdoc/>
    public async ValueTask MutateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write.Subresource.Length > 0 || write.Object is not Pod pod) return;
        if (write is { Operation: AdmissionOperation.Update, OldObject: Pod old })
        {
            pod.Spec.Priority ??= old.Spec.Priority;
            pod.Spec.PreemptionPolicy ??= old.Spec.PreemptionPolicy;
            return;
        }

        if (write.Operation != AdmissionOperation.Create) return;
        var (priority, policy) = await EstablishAsync(write, pod, cancel);
        if (pod.Spec.Priority is { } given && given != priority)
            throw Refusal.Of(write, $"the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {priority} from the given PriorityClass name");
        pod.Spec.Priority = priority;
        if (policy is null) return;
        if (pod.Spec.PreemptionPolicy is { } givenPolicy && givenPolicy != policy)
            throw Refusal.Of(write, $"the string value of PreemptionPolicy ({givenPolicy}) must not be provided in pod spec; priority admission controller computed {policy} from the given PriorityClass name");
        pod.Spec.PreemptionPolicy = policy;
    }

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write is not { Operation: AdmissionOperation.Create or AdmissionOperation.Update, Object: PriorityClass { GlobalDefault: true } item }) return ValueTask.CompletedTask;
        var other = Default();
        if (other is not null && (write.Operation == AdmissionOperation.Create || other.Metadata.Name != item.Metadata.Name))
            throw Refusal.Of(write, $"PriorityClass {other.Metadata.Name} is already marked as default. Only one default can exist");
        return ValueTask.CompletedTask;
    }

    private async ValueTask<(int Priority, string? Policy)> EstablishAsync(AdmissionAttributes write, Pod pod, CancellationToken cancel)
    {
        var name = pod.Spec.PriorityClassName;
        if (name.Length == 0)
        {
            if (Default() is not { } standard) return (0, PreemptLower);
            pod.Spec.PriorityClassName = standard.Metadata.Name;
            return (standard.Value, standard.PreemptionPolicy);
        }

        var chosen = Cached(name) ?? await resources.FindAsync<PriorityClass>("", name, cancel) ?? throw Refusal.Of(write, $"no PriorityClass with name {name} was found");
        return (chosen.Value, chosen.PreemptionPolicy);
    }

    private PriorityClass? Cached(string name)
    {
        lock (_lock)
        {
            Refresh();
            return _classes.GetValueOrDefault(name);
        }
    }

    /// <summary>The default class; should there be several, the one that gives least.</summary>
    private PriorityClass? Default()
    {
        lock (_lock)
        {
            Refresh();
            return _classes.Values.Where(static c => c.GlobalDefault).MinBy(static c => c.Value);
        }
    }

    private void Refresh()
    {
        _mirror ??= new CacheMirror(resources.Of<PriorityClass>().Cache);
        if (!_mirror.IsBehind) return;
        _mirror.CatchUp(_classes.Clear, (_, name, stored) =>
        {
            if (stored is null)
            {
                _classes.Remove(name);
                return;
            }

            var item = (PriorityClass)stored.Decode();
            item.ApplyDefaults();
            _classes[name] = item;
        });
    }
}

/// <summary>The priority classes every cluster has.</summary>
public static class SystemPriorityClasses
{
    /// <summary>Makes what is missing.</summary>
    public static async Task EnsureAsync(ApiResources resources, CancellationToken cancel)
    {
        await EnsureAsync(resources, "system-node-critical", 2000001000, "Used for system critical pods that must not be moved from their current node.", cancel);
        await EnsureAsync(resources, "system-cluster-critical", 2000000000, "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.", cancel);
    }

    private static async Task EnsureAsync(ApiResources resources, string name, int value, string description, CancellationToken cancel)
    {
        if (await resources.FindAsync<PriorityClass>("", name, cancel) is not null) return;
        var item = new PriorityClass { Metadata = new() { Name = name }, Value = value, Description = description };
        item.ApplyDefaults();
        var context = WriteContext.OfServer("", cancel);
        try
        {
            await resources.Of<PriorityClass>().CreateAsync(item, context);
        }
        catch (StatusException e) when (e.IsAlreadyExists)
        {
            // Another server was faster.
        }
    }
}
