using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Api.Policy.V1;

namespace Tiphys.ApiServer;

/// <summary><c>pods/NAME/eviction</c>: deletes a pod as far as disruption budgets allow. <c>kubectl drain</c> goes this way.</summary>
public sealed class EvictionSubresource : HandlerSubresource
{
    private const int Attempts = 20;
    private readonly ApiResources _resources;
    private readonly TimeProvider _time;

    /// <summary>Serves evictions.</summary>
    /// <param name="resources">Where budgets are found.</param>
    /// <param name="time">Clock.</param>
    public static EvictionSubresource Create(ApiResources resources, TimeProvider time) => new(resources, time) { Kind = Eviction.Info, Verbs = ["create"] };

    private EvictionSubresource(ApiResources resources, TimeProvider time)
    {
        _resources = resources;
        _time = time;
    }

    /// <inheritdoc/>
    public override async Task HandleAsync(ApiRequest request, ResourceStore store)
    {
        var eviction = (Eviction)await RequestBody.ReadAsync(request, Kind);
        if (eviction.Metadata.Name != request.Info.Name) throw ApiErrors.BadRequest("name in URL does not match name in Eviction object");
        var options = eviction.DeleteOptions ?? new DeleteOptions();
        DeletionRequest.Check(options);
        var attempt = new Attempt(store, options, WriteContext.Of(request, request.DryRun || options.DryRun is { Count: > 0 }), request.Info.Name);
        await EvictAsync(attempt);
        await ObjectResponse.WriteAsync(request, new Status { Result = "Success" }, 201);
    }

    private async Task EvictAsync(Attempt attempt)
    {
        for (var tries = 1; ; tries++)
        {
            var (pod, revision) = await attempt.ReadAsync();
            var (budget, guarded) = DisruptsNothing(pod) ? (null, false) : await TakeAsync(attempt, pod);
            try
            {
                // The verdict holds for the pod as it was read: one that turned ready since must be judged anew.
                await DeleteAsync(attempt, guarded || IsTerminal(pod) ? null : revision);
                return;
            }
            catch (StatusException e) when (e.Status.Code == 409 && !attempt.NamesRevision && !guarded)
            {
                if (budget is not null) throw StillProcessed(budget);
                if (tries == Attempts) throw;
            }
        }
    }

    /// <summary>Takes a disruption from the pod's budget.</summary>
    /// <returns>The budget's name, or null without one; and whether it counts this disruption.</returns>
    /// <exception cref="StatusException">429: it has none left. 500: several budgets claim the pod.</exception>
    private async Task<(string? Budget, bool Counted)> TakeAsync(Attempt attempt, Pod pod)
    {
        var budgets = _resources.Cached<PodDisruptionBudget>(pod.Metadata.Namespace).Where(b => b.Spec.Selector is not null && LabelQuery.Of(b.Spec.Selector).Matches(pod.Metadata.Labels)).ToList();
        if (budgets.Count > 1) throw ApiErrors.InternalError("This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
        if (budgets is not [var budget]) return (null, true);
        var name = budget.Metadata.Name;
        if (!IsReady(pod) && MayGoUnready(budget)) return (name, false);
        var store = _resources.Of<PodDisruptionBudget>();
        await store.UpdateAsync(
            name,
            current => Take((PodDisruptionBudget)current!, pod.Metadata.Name),
            new UpdateBehavior(ServerChange<PodDisruptionBudget>.Instance, RetryOnConflict: true),
            attempt.Context with { Subresource = "status" });
        return (name, true);
    }

    /// <summary>A pod that serves nobody disrupts nothing, if its budget says so or is met without it.</summary>
    private static bool MayGoUnready(PodDisruptionBudget budget) =>
        budget.Spec.UnhealthyPodEvictionPolicy == UnhealthyPodEvictionPolicyType.AlwaysAllow ||
        (budget.Status.CurrentHealthy >= budget.Status.DesiredHealthy && budget.Status.DesiredHealthy > 0);

    private PodDisruptionBudget Take(PodDisruptionBudget budget, string pod)
    {
        const int mostUnconfirmed = 2000;
        var status = budget.Status;
        var resource = new GroupResource("policy", "poddisruptionbudget");
        if (status.ObservedGeneration < budget.Metadata.Generation) throw StillProcessed(budget.Metadata.Name);
        if (status.DisruptionsAllowed < 0) throw ApiErrors.Forbidden(resource, budget.Metadata.Name, "pdb disruptions allowed is negative");
        if (status.DisruptedPods?.Count > mostUnconfirmed) throw ApiErrors.Forbidden(resource, budget.Metadata.Name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
        if (status.DisruptionsAllowed == 0) throw Refused(0, WhyNone(budget));
        status.DisruptionsAllowed--;
        if (status.DisruptionsAllowed == 0 && status.Conditions?.Find(static c => c.Type == DisruptionBudgetCondition.DisruptionAllowed) is { Status: "True" } allowed)
            (allowed.Status, allowed.Reason, allowed.LastTransitionTime, allowed.ObservedGeneration) = ("False", DisruptionBudgetCondition.InsufficientPods, Now(), status.ObservedGeneration);

        // Until the controller sees the pod go it must not count it as healthy.
        (status.DisruptedPods ??= [])[pod] = Now();
        return budget;
    }

    private static string WhyNone(PodDisruptionBudget budget)
    {
        var name = budget.Metadata.Name;
        var no = budget.Status.Conditions?.Find(static c => c is { Type: DisruptionBudgetCondition.DisruptionAllowed, Status: "False", Message.Length: > 0 });
        if (no?.Reason == DisruptionBudgetCondition.SyncFailed) return $"The disruption budget {name} does not allow evicting pods currently because it failed sync: {no.Message}";
        if (budget.Status.CurrentHealthy <= budget.Status.DesiredHealthy)
            return string.Create(CultureInfo.InvariantCulture, $"The disruption budget {name} needs {budget.Status.DesiredHealthy} healthy pods and has {budget.Status.CurrentHealthy} currently");
        return $"The disruption budget {name} does not allow evicting pods currently{(no is null ? "" : $" ({no.Reason}): {no.Message}")}";
    }

    private static StatusException StillProcessed(string budget) => Refused(10, $"The disruption budget {budget} is still being processed by the server.");

    private static StatusException Refused(int retryAfterSeconds, string cause)
    {
        var error = ApiErrors.TooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", retryAfterSeconds);
        error.Status.Details!.Causes = [new() { Reason = "DisruptionBudget", Message = cause }];
        return error;
    }

    /// <summary>Says on the pod why it goes, then deletes it.</summary>
    private async Task DeleteAsync(Attempt attempt, string? revision)
    {
        var options = attempt.Options;
        if (revision is not null && !attempt.NamesRevision) options = With(options, revision);
        if (!attempt.Context.DryRun)
        {
            var (marked, _) = await attempt.Store.UpdateAsync(
                attempt.Name,
                current => Mark((Pod)current!, options.Preconditions),
                new UpdateBehavior(ServerChange<Pod>.Instance, RetryOnConflict: true),
                attempt.Context with { Subresource = "status" });
            if (options.Preconditions?.ResourceVersion is { Length: > 0 }) options = With(options, marked.Revision.ToString(CultureInfo.InvariantCulture));
        }

        await attempt.Store.DeleteAsync(attempt.Name, options, attempt.Context);
    }

    private Pod Mark(Pod pod, Preconditions? wanted)
    {
        var resource = new GroupResource("", "Pod");
        var metadata = pod.Metadata;
        if (wanted?.Uid is { Length: > 0 } uid && uid != metadata.Uid)
            throw ApiErrors.Conflict(resource, metadata.Name, $"the UID in the precondition ({uid}) does not match the UID in record ({metadata.Uid}). The object might have been deleted and then recreated");
        if (wanted?.ResourceVersion is { Length: > 0 } revision && revision != metadata.ResourceVersion)
            throw ApiErrors.Conflict(resource, metadata.Name, $"the ResourceVersion in the precondition ({revision}) does not match the ResourceVersion in record ({metadata.ResourceVersion}). The object might have been modified");
        if (pod.Status.Conditions?.Find(static c => c.Type == PodConditionType.DisruptionTarget) is { Status: "True", Reason: "EvictionByEvictionAPI" }) return pod;
        PodConditions.Set(pod.Status, new PodCondition { Type = PodConditionType.DisruptionTarget, Status = "True", Reason = "EvictionByEvictionAPI", Message = "Eviction API: evicting", LastTransitionTime = Now() });
        return pod;
    }

    private static DeleteOptions With(DeleteOptions options, string revision)
    {
        var copy = options.DeepCopy();
        (copy.Preconditions ??= new()).ResourceVersion = revision;
        return copy;
    }

    private DateTimeOffset Now() => _time.GetUtcNow().ToWholeSeconds();

    private static bool DisruptsNothing(Pod pod) => IsTerminal(pod) || pod.Status.Phase == PodPhase.Pending;

    private static bool IsTerminal(Pod pod) => pod.Status.Phase is PodPhase.Succeeded or PodPhase.Failed || pod.Metadata.DeletionTimestamp is not null;

    private static bool IsReady(Pod pod) => pod.Status.Conditions?.Exists(static c => c is { Type: PodConditionType.Ready, Status: "True" }) == true;

    /// <summary>One eviction on its way.</summary>
    private sealed record Attempt(ResourceStore Store, DeleteOptions Options, WriteContext Context, string Name)
    {
        /// <summary>Whether the client itself says which revision it means.</summary>
        public bool NamesRevision => Options.Preconditions?.ResourceVersion is { Length: > 0 };

        public async Task<(Pod Pod, string Revision)> ReadAsync()
        {
            var stored = await Store.GetAsync(Context.Namespace, Name, Context.Cancel);
            return ((Pod)Store.Decode(stored), stored.Revision.ToString(CultureInfo.InvariantCulture));
        }
    }
}
