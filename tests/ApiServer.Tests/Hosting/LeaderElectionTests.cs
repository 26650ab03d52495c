using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Api.Coordination.V1;
using Tiphys.Client;
using Tiphys.Storage.Embedded;
using Tiphys.Testing;

namespace Tiphys.ApiServer.Tests;

/// <summary>Candidates for one Lease, on a clock that stands still unless a test moves it.</summary>
public sealed class LeaderElectionTests : IAsyncLifetime
{
    private static readonly LeaderElectionTiming s_timing = new(TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2));
    private readonly EmbeddedStore _store = EmbeddedStore.InMemory();
    private readonly ManualTime _time = new();
    private TestServer? _server;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(_store, "192.0.2.1");

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task One_leads_and_when_it_stops_the_next_leads_at_once()
    {
        await using var first = new Candidate(this, "first");
        await first.Led.WaitAsync(Patience.Limit, Cancel);
        await using var second = new Candidate(this, "second");
        await WaitingAsync(1);
        Assert.False(second.Led.IsCompleted);
        await first.StopAsync();

        // The clock has not moved: the watch tells that the Lease is free.
        await second.Led.WaitAsync(Patience.Limit, Cancel);
        var lease = await LeaseAsync();
        Assert.Equal(("second", 8, 1), (lease.Spec.HolderIdentity, lease.Spec.LeaseDurationSeconds, lease.Spec.LeaseTransitions));
    }

    [Fact]
    public async Task A_silent_leader_is_replaced_as_soon_as_its_lease_has_run_out()
    {
        await _server!.Client.Resource<Lease>().CreateAsync(Held("silent"), Cancel);
        await using var candidate = new Candidate(this, "candidate");
        await WaitingAsync(1);
        _time.Advance(TimeSpan.FromSeconds(7));
        var renewed = await LeaseAsync();
        renewed.Spec.RenewTime = _time.GetUtcNow();
        await _server.Client.Resource<Lease>().UpdateAsync(renewed, Cancel);

        // Eight seconds after the first look, one after the renewal.
        _time.Advance(TimeSpan.FromSeconds(1));
        await WaitingAsync(1);
        Assert.Equal("silent", (await LeaseAsync()).Spec.HolderIdentity);
        await Patience.ForAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(candidate.Led.IsCompleted);
            },
            static led => led);
        Assert.True(_time.GetUtcNow() - renewed.Spec.RenewTime!.Value >= TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task A_leader_that_cannot_renew_stops_before_another_may_start()
    {
        await using var candidate = new Candidate(this, "cut-off");
        await candidate.Led.WaitAsync(Patience.Limit, Cancel);
        candidate.CutOff = true;
        var since = _time.GetUtcNow();
        await Patience.ForAsync(
            () =>
            {
                // Seven seconds must do, however long those that they wake take over it.
                var lost = candidate.Lost.IsCompleted;
                if (!lost && _time.Timers > 0 && _time.GetUtcNow() - since < TimeSpan.FromSeconds(7)) _time.Advance(TimeSpan.FromSeconds(0.5));
                return Task.FromResult(lost);
            },
            static lost => lost);
        Assert.InRange(_time.GetUtcNow() - since, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(7));
    }

    [Theory]
    [InlineData(5, 5, 2, "leaseDuration must be greater than renewDeadline")]
    [InlineData(8, 2, 2, "renewDeadline must be greater than retryPeriod*JitterFactor")]
    public void Timings_that_cannot_work_are_refused(int lease, int renew, int retry, string error) =>
        Assert.Equal(error, new LeaderElectionTiming(TimeSpan.FromSeconds(lease), TimeSpan.FromSeconds(renew), TimeSpan.FromSeconds(retry)).Error);

    /// <summary>Waits until somebody waits for the clock.</summary>
    private Task WaitingAsync(int timers) => Patience.ForAsync(() => Task.FromResult(_time.Timers), count => count >= timers);

    private Task<Lease> LeaseAsync() => _server!.Client.Resource<Lease>().GetAsync("kube-system", "lead", Cancel);

    private Lease Held(string by) => new()
    {
        Metadata = new() { Name = "lead", Namespace = "kube-system" },
        Spec = new() { HolderIdentity = by, LeaseDurationSeconds = 8, AcquireTime = _time.GetUtcNow(), RenewTime = _time.GetUtcNow(), LeaseTransitions = 0 },
    };

    private sealed class Candidate : DelegatingHandler, IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly TaskCompletionSource _led = new();
        private readonly TaskCompletionSource _lost = new();
        private readonly KubernetesClient _client;
        private readonly Task _running;

        public Candidate(LeaderElectionTests test, string identity) : base(test._server!.Handler())
        {
            _client = new KubernetesClient(new Uri("http://in-process/"), this, "candidate", _ => ValueTask.FromResult<string?>(test._server!.Token));
            var elector = new LeaderElector(_client, new("kube-system", "lead", identity) { Timing = s_timing }, test._time, NullLogger.Instance);
            _running = elector.RunAsync(LeadAsync, _stop.Token);
        }

        public bool CutOff { get; set; }

        public Task Led => _led.Task;

        public Task Lost => _lost.Task;

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _running;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _client.Dispose();
            _stop.Dispose();
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            CutOff ? throw new HttpRequestException("cut off") : base.SendAsync(request, cancellationToken);

        private async Task LeadAsync(CancellationToken term)
        {
            _led.TrySetResult();
            await Task.Delay(Timeout.Infinite, term).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _lost.TrySetResult();
        }
    }
}
