using Tiphys.Api.Batch.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Deletes jobs some time after they have ended, when they ask for it (upstream's ttl-after-finished-controller).</summary>
internal sealed class TtlAfterFinishedController : KeyedController
{
    private readonly IInformer<Job> _jobs;

    public TtlAfterFinishedController(ControllerContext context) : base(context, 5)
    {
        _jobs = context.Informer<Job>();
        _jobs.On(Seen, (_, after) => Seen(after));
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_jobs.Get(key) is not { } cached || Expiry(cached) is not { } due) return Requeue.None;
        if (due > Context.Now) return Requeue.In(due - Context.Now);

        // The time may have been extended a moment ago.
        if (await Client.Resource<Job>().FindAsync(key.Namespace, key.Name, cancel) is not { } job || Expiry(job) is not { } still) return Requeue.None;
        if (still > Context.Now) return Requeue.In(still - Context.Now);
        try
        {
            await Client.Resource<Job>().DeleteAsync(key.Namespace, key.Name, new() { PropagationPolicy = Api.Meta.V1.DeletionPropagation.Foreground, Preconditions = new() { Uid = job.Metadata.Uid, ResourceVersion = job.Metadata.ResourceVersion } }, cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // already gone
        }

        return Requeue.None;
    }

    private static DateTimeOffset? Expiry(Job job)
    {
        if (job.Metadata.DeletionTimestamp is not null || job.Spec.TtlSecondsAfterFinished is not { } seconds) return null;
        var ended = job.Holding(JobConditionType.Complete) ?? job.Holding(JobConditionType.Failed);
        return ended?.LastTransitionTime?.AddSeconds(seconds);
    }

    private void Seen(Job job)
    {
        if (Expiry(job) is not null) Enqueue(job);
    }
}
