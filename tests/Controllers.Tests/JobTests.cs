using Tiphys.Api;
using Tiphys.Api.Batch.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers.Tests;

public sealed class JobTests(TestCluster cluster)
{
    internal static Job Make(string ns, string exit, Action<JobSpec>? change = null)
    {
        var job = new Job
        {
            Metadata = new() { Name = "job", Namespace = ns },
            Spec = new() { Template = new() { Metadata = new() { Labels = new() { [FakeNodes.Exit] = exit } }, Spec = new() { RestartPolicy = "Never", Containers = [new() { Name = "a", Image = "a:1" }] } } },
        };
        change?.Invoke(job.Spec);
        return job;
    }

    [Fact]
    public async Task Runs_until_enough_pods_succeeded()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<Job>().CreateAsync(Make(ns, "0", static s => (s.Completions, s.Parallelism) = (5, 2)), default);
        var done = await cluster.WaitAsync<Job>(ns, "job", static j => j!.Status.Conditions?.Any(static c => c is { Type: "Complete", Status: "True" }) == true);
        Assert.Equal(5, done.Status.Succeeded);
        Assert.Equal(0, done.Status.Failed);
        Assert.NotNull(done.Status.CompletionTime);
        Assert.Contains(done.Status.Conditions!, static c => c is { Type: "SuccessCriteriaMet", Reason: "CompletionsReached" });
        var pods = await cluster.WaitAllAsync<Pod>(ns, null, static p => p.TrueForAll(static p => p.Metadata.Finalizers is null or []));
        Assert.Equal(5, pods.Count);
        await cluster.WaitAllAsync<Event>(ns, null, static e => e.Any(static e => e.Reason == "Completed"));
    }

    [Fact]
    public async Task Indexed_jobs_count_each_index_once()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<Job>().CreateAsync(Make(ns, "0", static s => (s.Completions, s.Parallelism, s.CompletionMode) = (4, 4, "Indexed")), default);
        var done = await cluster.WaitAsync<Job>(ns, "job", static j => j!.Status.CompletionTime is not null);
        Assert.Equal("0-3", done.Status.CompletedIndexes);
        Assert.Equal(4, done.Status.Succeeded);
        var pods = await cluster.Client.Resource<Pod>().ListAsync(ns, ListQuery.All, default);
        Assert.Equal(["0", "1", "2", "3"], pods.Items.Select(static p => p.Metadata.Annotations!["batch.kubernetes.io/job-completion-index"]).Order());
        Assert.All(pods.Items, static p => Assert.Contains(p.Spec.Containers[0].Env!, static e => e.Name == "JOB_COMPLETION_INDEX"));
    }

    [Fact]
    public async Task Gives_up_at_the_backoff_limit()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<Job>().CreateAsync(Make(ns, "1", static s => s.BackoffLimit = 0), default);
        var done = await cluster.WaitAsync<Job>(ns, "job", static j => j!.Status.Conditions?.Any(static c => c is { Type: "Failed", Status: "True" }) == true);
        Assert.Equal("BackoffLimitExceeded", done.Status.Conditions!.Single(static c => c.Type == "Failed").Reason);
        Assert.Equal("Job has reached the specified backoff limit", done.Status.Conditions!.Single(static c => c.Type == "FailureTarget").Message);
        Assert.Equal(1, done.Status.Failed);
    }

    [Fact]
    public async Task Limits_per_index_fail_indexes_one_by_one()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<Job>().CreateAsync(Make(ns, "even", static s => (s.Completions, s.Parallelism, s.CompletionMode, s.BackoffLimitPerIndex) = (4, 4, "Indexed", 0)), default);
        var done = await cluster.WaitAsync<Job>(ns, "job", static j => j!.Status.Conditions?.Any(static c => c is { Type: "Failed", Status: "True" }) == true);
        Assert.Equal("FailedIndexes", done.Status.Conditions!.Single(static c => c.Type == "Failed").Reason);
        Assert.Equal("0,2", done.Status.CompletedIndexes);
        Assert.Equal("1,3", done.Status.FailedIndexes);
    }

    [Fact]
    public async Task Suspended_jobs_wait_and_ended_ones_are_deleted_after_their_time()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<Job>().CreateAsync(Make(ns, "0", static s => (s.Suspend, s.TtlSecondsAfterFinished) = (true, 0)), default);
        await cluster.WaitAsync<Job>(ns, "job", static j => j!.Status.Conditions?.Any(static c => c is { Type: "Suspended", Status: "True" }) == true);
        Assert.Empty((await cluster.Client.Resource<Pod>().ListAsync(ns, ListQuery.All, default)).Items);
        await cluster.Client.Resource<Job>().PatchAsync(ns, "job", PatchType.Merge, """{"spec":{"suspend":false}}""", null, default);
        await cluster.WaitAsync<Job>(ns, "job", static j => j is null);
        await cluster.WaitAllAsync<Pod>(ns, null, static p => p.Count == 0);
    }

    [Fact]
    public async Task A_failure_policy_can_end_the_job_at_once()
    {
        var ns = await cluster.NamespaceAsync();
        await cluster.Client.Resource<Job>().CreateAsync(Make(ns, "1", static s => s.PodFailurePolicy = new() { Rules = [new() { Action = "FailJob", OnExitCodes = new() { Operator = "In", Values = [1] } }] }), default);
        var done = await cluster.WaitAsync<Job>(ns, "job", static j => j!.Status.Conditions?.Any(static c => c is { Type: "Failed", Status: "True" }) == true);
        Assert.Matches("^Container a for pod .* failed with exit code 1 matching FailJob rule at index 0$", done.Status.Conditions!.Single(static c => c.Type == "Failed").Message);
    }

    [Fact]
    public async Task Cron_jobs_start_jobs_by_the_clock()
    {
        var ns = await cluster.NamespaceAsync();
        var cron = new CronJob { Metadata = new() { Name = "cron", Namespace = ns }, Spec = new() { Schedule = "@every 1s", JobTemplate = new() { Spec = Make(ns, "0").Spec } } };
        await cluster.Client.Resource<CronJob>().CreateAsync(cron, default);
        await cluster.WaitAsync<CronJob>(ns, "cron", static c => c!.Status.LastScheduleTime is not null);
        var jobs = await cluster.WaitAllAsync<Job>(ns, null, static j => j.Count > 0);
        Assert.Equal("cron", jobs[0].Metadata.OwnerReferences!.Single().Name);
        await cluster.WaitAsync<CronJob>(ns, "cron", static c => c!.Status.LastSuccessfulTime is not null);
    }

    [Theory]
    [InlineData("*/15 * * * *", "2024-02-28T23:50:00Z", "2024-02-29T00:00:00Z")]
    [InlineData("0 0 1 * *", "2024-02-28T23:50:00Z", "2024-03-01T00:00:00Z")]
    [InlineData("30 4 * * mon-fri", "2024-03-01T05:00:00Z", "2024-03-04T04:30:00Z")]
    [InlineData("0 12 13 * 5", "2024-03-01T13:00:00Z", "2024-03-08T12:00:00Z")]
    [InlineData("0 0 31 2 *", "2024-03-01T13:00:00Z", null)]
    [InlineData("@hourly", "2024-03-01T13:00:00Z", "2024-03-01T14:00:00Z")]
    public void Schedules_name_the_next_time(string schedule, string after, string? next)
    {
        var time = CronSchedule.Parse(schedule, TimeZoneInfo.Utc).Next(DateTimeOffset.Parse(after, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(next is null ? null : DateTimeOffset.Parse(next, System.Globalization.CultureInfo.InvariantCulture), time);
    }

    [Fact]
    public void Index_sets_are_written_as_ranges() => Assert.Equal("0,2,3,5-7", IndexSet.Parse("5-7,0,2,3,9", 9).ToString());
}
