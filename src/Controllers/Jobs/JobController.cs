using System.Collections.Concurrent;
using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Batch.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Runs pods until enough of them have succeeded (upstream's job controller).</summary>
internal sealed class JobController : KeyedController
{
    private readonly IInformer<Job> _jobs;
    private readonly IInformer<Pod> _pods;
    private readonly EventRecorder _events;
    private readonly Ownership<Job, Pod> _ownership;
    private readonly Reconciler<ObjectKey> _strays;
    private readonly JobMemory _memory;
    private readonly PodControl _control;

    public JobController(ControllerContext context) : base(context, 5)
    {
        _jobs = context.Informer<Job>();
        _pods = context.Informer<Pod>().WithControllerIndex();
        _events = context.Recorder("job-controller");
        _ownership = new(Client, _pods);
        _control = new(Client, _events);
        _memory = new(context.Time);
        _strays = context.Reconciler<ObjectKey>(ReleaseStrayAsync);
        _jobs.On(Enqueue, (_, after) => Enqueue(after), JobDeleted);
        _pods.On(PodAdded, PodUpdated, PodDeleted);
    }

    public override async Task RunAsync(CancellationToken cancel)
    {
        await Task.WhenAll(base.RunAsync(cancel), _strays.RunAsync(1, cancel));
        _strays.Dispose();
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_jobs.Get(key) is not { } job || job.IsFinished() || job.Spec.ManagedBy is not (null or BatchLabels.JobControllerName)) return Requeue.None;

        // The cache is behind our own last write; its arrival brings the job back here.
        if (!_memory.IsCurrent(job)) return Requeue.In(TimeSpan.FromSeconds(5));
        var settled = _memory.Expectations.Satisfied(job.Metadata.Uid);
        var pods = await _ownership.ClaimAsync(job, LabelQuery.Of(job.Spec.Selector), cancel, [BatchLabels.JobTrackingFinalizer]);
        var pass = new JobPass(Client, _events, _control, _memory, job, pods, settled, Context.Now);
        try
        {
            return await pass.RunAsync(cancel);
        }
        catch (ApiException e) when (e.IsNamespaceTerminating || e.IsNotFound)
        {
            return Requeue.None;
        }
    }

    private void JobDeleted(Job job)
    {
        _memory.Forget(job.Metadata.Uid);
        foreach (var pod in _pods.ControlledBy(job.Metadata.Uid))
            if (pod.IsTracked()) _strays.Queue.Add(ObjectKey.Of(pod));
    }

    private void PodAdded(Pod pod)
    {
        if (Owner(pod) is not { } owner) return;
        if (pod.Metadata.DeletionTimestamp is null) _memory.Expectations.CreationObserved(owner.Uid);
        Changed(pod, owner);
    }

    private void PodUpdated(Pod before, Pod after)
    {
        if (after.Metadata.DeletionTimestamp is not null && before.Metadata.DeletionTimestamp is null && Owner(after) is { } going) _memory.Expectations.DeletionObserved(going.Uid, after.Metadata.Uid);
        if (!after.IsTracked()) _memory.Released(after.Metadata.Uid);
        var was = Owner(before);
        var now = Owner(after);
        if (was is not null && was.Uid != now?.Uid) Queue.Add(new(before.Metadata.Namespace, was.Name));
        if (now is not null) Changed(after, now);
        else if (was is null && before.ControllerOf() is null && !Pods.SameLabels(before.Metadata.Labels, after.Metadata.Labels)) EnqueueMatching(after);
    }

    private void PodDeleted(Pod pod)
    {
        _memory.Released(pod.Metadata.Uid);
        if (Owner(pod) is not { } owner) return;
        _memory.Expectations.DeletionObserved(owner.Uid, pod.Metadata.Uid);
        Queue.Add(new(pod.Metadata.Namespace, owner.Name));
    }

    private void Changed(Pod pod, Api.Meta.V1.OwnerReference owner)
    {
        Queue.Add(new(pod.Metadata.Namespace, owner.Name));
        if (pod.IsTracked() && _jobs.Get(pod.Metadata.Namespace, owner.Name)?.Metadata.Uid != owner.Uid) _strays.Queue.Add(ObjectKey.Of(pod));
    }

    private void EnqueueMatching(Pod pod)
    {
        foreach (var job in _jobs.List(pod.Metadata.Namespace))
            if (LabelQuery.Of(job.Spec.Selector).Matches(pod.Metadata.Labels)) Enqueue(job);
    }

    private static Api.Meta.V1.OwnerReference? Owner(Pod pod) => pod.ControllerOf() is { Kind: nameof(Job) } owner ? owner : null;

    /// <summary>Pods of jobs that are gone must not wait for ever to be counted.</summary>
    private async Task<Requeue> ReleaseStrayAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_pods.Get(key) is not { } pod || !pod.IsTracked() || Owner(pod) is not { } owner) return Requeue.None;
        if (await Client.Resource<Job>().FindAsync(key.Namespace, owner.Name, cancel) is { } job && job.Metadata.Uid == owner.Uid) return Requeue.None;
        await JobPass.ReleaseAsync(Client, pod, cancel);
        return Requeue.None;
    }
}

/// <summary>What the job controller remembers from one pass to the next.</summary>
internal sealed class JobMemory(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, long> _written = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, BackoffRecord> _backoff = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _releasing = new(StringComparer.Ordinal);

    /// <summary>Pods created and deleted but not seen to be.</summary>
    public Expectations Expectations { get; } = new(time);

    /// <summary>Whether the cache shows our last write of a job.</summary>
    public bool IsCurrent(Job job) => Revision(job) >= _written.GetValueOrDefault(job.Metadata.Uid);

    /// <summary>A job was written.</summary>
    public void Wrote(Job job) => _written[job.Metadata.Uid] = Revision(job);

    /// <summary>Failures in a row.</summary>
    public BackoffRecord Backoff(string uid) => _backoff.GetValueOrDefault(uid, BackoffRecord.None);

    /// <summary>Keeps a record.</summary>
    public void SetBackoff(string uid, BackoffRecord record) => _backoff[uid] = record;

    /// <summary>Whether a pod's finalizer is being taken off, which the cache may not show.</summary>
    public bool IsReleasing(string podUid) => _releasing.ContainsKey(podUid);

    /// <summary>A pod's finalizer is about to be taken off.</summary>
    public void Releasing(string podUid) => _releasing[podUid] = 0;

    /// <summary>A pod's finalizer is seen to be off, or was not taken off after all.</summary>
    public void Released(string podUid) => _releasing.TryRemove(podUid, out _);

    /// <summary>The job is gone.</summary>
    public void Forget(string uid)
    {
        Expectations.Forget(uid);
        _written.TryRemove(uid, out _);
        _backoff.TryRemove(uid, out _);
    }

    private static long Revision(Job job) => long.TryParse(job.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : 0;
}
