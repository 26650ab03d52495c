using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Batch.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Starts jobs by the clock (upstream's cronjob controller, version 2).</summary>
internal sealed class CronJobController : KeyedController
{
    private const int TooManyMissed = 100;
    private readonly IInformer<CronJob> _crons;
    private readonly IInformer<Job> _jobs;
    private readonly EventRecorder _events;

    public CronJobController(ControllerContext context) : base(context, 5)
    {
        _crons = context.Informer<CronJob>();
        _jobs = context.Informer<Job>().WithControllerIndex();
        _events = context.Recorder("cronjob-controller");
        _crons.On(Enqueue, (_, after) => Enqueue(after));
        _jobs.OnChange(job =>
        {
            if (job.ControllerOf() is { Kind: nameof(CronJob) } owner) Queue.Add(new(job.Metadata.Namespace, owner.Name));
        });
    }

    protected override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_crons.Get(key) is not { } cached) return Requeue.None;
        var cron = cached.DeepCopy();
        var jobs = _jobs.ControlledBy(cron.Metadata.Uid);
        SettleActive(cron, jobs);
        await TrimHistoryAsync(cron, jobs, cancel);
        var next = await ScheduleAsync(cron, jobs, cancel);
        if (!ApiJson.Same(cron.Status, cached.Status)) await Client.Resource<CronJob>().UpdateStatusAsync(cron, cancel);
        return next;
    }

    private void SettleActive(CronJob cron, IReadOnlyList<Job> jobs)
    {
        foreach (var job in jobs)
        {
            var active = cron.Status.Active?.Exists(a => a.Uid == job.Metadata.Uid) == true;
            if (active && job.IsFinished())
            {
                cron.Status.Active!.RemoveAll(a => a.Uid == job.Metadata.Uid);
                var condition = job.Holding(JobConditionType.Complete)?.Type ?? JobConditionType.Failed;
                _events.Normal(cron, "SawCompletedJob", $"Saw completed job: {job.Metadata.Name}, condition: {condition}");
                if (job.Status.CompletionTime is { } done && condition == JobConditionType.Complete && !(cron.Status.LastSuccessfulTime >= done)) cron.Status.LastSuccessfulTime = done;
            }
            else if (!active && !job.IsFinished() && job.Metadata.DeletionTimestamp is null)
            {
                // Ours by its owner, so the status was lost between creating it and writing it down.
                (cron.Status.Active ??= []).Add(EventRecorder.Reference(job));
            }
        }

        foreach (var reference in cron.Status.Active?.ToArray() ?? [])
        {
            if (_jobs.Get(cron.Metadata.Namespace, reference.Name)?.Metadata.Uid == reference.Uid) continue;
            _events.Normal(cron, "MissingJob", $"Active job went missing: {reference.Name}");
            cron.Status.Active!.Remove(reference);
        }

        if (cron.Status.Active?.Count == 0) cron.Status.Active = null;
    }

    private async Task TrimHistoryAsync(CronJob cron, IReadOnlyList<Job> jobs, CancellationToken cancel)
    {
        await TrimAsync(jobs.Where(static j => j.Holding(JobConditionType.Complete) is not null), cron.Spec.SuccessfulJobsHistoryLimit);
        await TrimAsync(jobs.Where(static j => j.Holding(JobConditionType.Failed) is not null), cron.Spec.FailedJobsHistoryLimit);

        async Task TrimAsync(IEnumerable<Job> ended, int? limit)
        {
            if (limit is null) return;
            var surplus = ended.Where(static j => j.Metadata.DeletionTimestamp is null).OrderBy(static j => j.Status.StartTime ?? DateTimeOffset.MaxValue).ThenBy(static j => j.Metadata.Name, StringComparer.Ordinal).ToList();
            foreach (var job in surplus.Take(Math.Max(0, surplus.Count - limit.Value))) await DeleteAsync(cron, job, cancel);
        }
    }

    private async Task<Requeue> ScheduleAsync(CronJob cron, IReadOnlyList<Job> jobs, CancellationToken cancel)
    {
        if (cron.Metadata.DeletionTimestamp is not null || cron.Spec.Suspend == true) return Requeue.None;
        if (Parse(cron) is not { } schedule) return Requeue.None;
        var now = Context.Now;
        var (due, following) = MostRecent(cron, schedule, now);
        var next = following is { } time ? Requeue.In(time - now + TimeSpan.FromMilliseconds(100)) : Requeue.None;
        if (due is not { } scheduled) return next;
        if (cron.Spec.StartingDeadlineSeconds is { } deadline && scheduled.AddSeconds(deadline) < now)
        {
            _events.Warning(cron, "MissSchedule", $"Missed scheduled time to start a job: {scheduled.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture)}");
            return next;
        }

        var name = $"{cron.Metadata.Name}-{scheduled.ToUnixTimeSeconds() / 60}";
        if (cron.Status.Active?.Exists(a => a.Name == name) == true || cron.Status.LastScheduleTime == scheduled) return next;
        if (cron.Spec.ConcurrencyPolicy == ConcurrencyPolicy.Forbid && cron.Status.Active is { Count: > 0 })
        {
            _events.Normal(cron, "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid");
            return next;
        }

        if (cron.Spec.ConcurrencyPolicy == ConcurrencyPolicy.Replace)
        {
            foreach (var job in jobs.Where(j => cron.Status.Active?.Exists(a => a.Uid == j.Metadata.Uid) == true)) await DeleteAsync(cron, job, cancel);
        }

        await StartAsync(cron, name, scheduled, cancel);
        return next;
    }

    private async Task StartAsync(CronJob cron, string name, DateTimeOffset scheduled, CancellationToken cancel)
    {
        var template = cron.Spec.JobTemplate.DeepCopy();
        var job = new Job
        {
            Metadata = new() { Name = name, Namespace = cron.Metadata.Namespace, Labels = template.Metadata.Labels, Annotations = template.Metadata.Annotations, OwnerReferences = [Pods.ControllerReference(cron)] },
            Spec = template.Spec,
        };
        (job.Metadata.Annotations ??= [])[BatchLabels.CronJobScheduledTimestamp] = Stamp(cron, scheduled);
        try
        {
            job = await Client.Resource<Job>().CreateAsync(job, cancel);
            _events.Normal(cron, "SuccessfulCreate", $"Created job {name}");
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            job = await Client.Resource<Job>().GetAsync(cron.Metadata.Namespace, name, cancel);
            if (!job.IsControlledBy(cron)) throw;
        }
        catch (ApiException e) when (!e.IsNamespaceTerminating)
        {
            _events.Warning(cron, "FailedCreate", $"Error creating job: {e.Message}");
            throw;
        }

        if (cron.Status.Active?.Exists(a => a.Uid == job.Metadata.Uid) != true) (cron.Status.Active ??= []).Add(EventRecorder.Reference(job));
        cron.Status.LastScheduleTime = scheduled;
    }

    private static string Stamp(CronJob cron, DateTimeOffset time)
    {
        var local = cron.Spec.TimeZone is { } zone ? TimeZoneInfo.ConvertTime(time, TimeZoneInfo.FindSystemTimeZoneById(zone)) : time.ToUniversalTime();
        return local.Offset == TimeSpan.Zero ? local.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) : local.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
    }

    private CronSchedule? Parse(CronJob cron)
    {
        try
        {
            return CronSchedule.Parse(cron.Spec.Schedule, cron.Spec.TimeZone is { } zone ? TimeZoneInfo.FindSystemTimeZoneById(zone) : TimeZoneInfo.Utc);
        }
        catch (TimeZoneNotFoundException)
        {
            _events.Warning(cron, "UnknownTimeZone", $"invalid timeZone: \"{cron.Spec.TimeZone}\"");
        }
        catch (FormatException e)
        {
            _events.Warning(cron, "UnparseableSchedule", $"unparseable schedule: {cron.Spec.Schedule} : {e.Message}");
        }

        return null; // an update brings it back here
    }

    /// <summary>The latest time that is due and was not served, and the next that will be.</summary>
    private (DateTimeOffset? Due, DateTimeOffset? Next) MostRecent(CronJob cron, CronSchedule schedule, DateTimeOffset now)
    {
        var earliest = cron.Status.LastScheduleTime ?? cron.Metadata.CreationTimestamp ?? now;
        if (cron.Spec.StartingDeadlineSeconds is { } deadline && now.AddSeconds(-deadline) > earliest) earliest = now.AddSeconds(-deadline);
        DateTimeOffset? due = null;
        var missed = 0;
        var next = schedule.Next(earliest);
        while (next is { } time && time <= now)
        {
            due = time;
            if (++missed > TooManyMissed)
            {
                // Far behind: only the latest matters. Walk up to it in larger and larger steps.
                var jump = now - TimeSpan.FromTicks(Math.Max((now - time).Ticks / 2, TimeSpan.TicksPerMinute));
                next = schedule.Next(jump > time ? jump : time);
                continue;
            }

            next = schedule.Next(time);
        }

        if (missed > TooManyMissed) _events.Warning(cron, "TooManyMissedTimes", "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew");
        return (due, next);
    }

    private async Task DeleteAsync(CronJob cron, Job job, CancellationToken cancel)
    {
        try
        {
            await Client.Resource<Job>().DeleteAsync(job.Metadata.Namespace, job.Metadata.Name, new() { PropagationPolicy = DeletionPropagation.Background, Preconditions = new() { Uid = job.Metadata.Uid } }, cancel);
            _events.Normal(cron, "SuccessfulDelete", $"Deleted job {job.Metadata.Name}");
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // already gone
        }

        cron.Status.Active?.RemoveAll(a => a.Uid == job.Metadata.Uid);
        if (cron.Status.Active?.Count == 0) cron.Status.Active = null;
    }
}
