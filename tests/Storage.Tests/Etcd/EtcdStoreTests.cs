using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Tiphys.Storage.Etcd.Client;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>What only a store in etcd has.</summary>
public sealed class EtcdStoreTests
{
    private static Task<EtcdStore> OpenAsync(EtcdProcess etcd, Func<EtcdStoreOptions, EtcdStoreOptions>? change = null) => PatientClient.OpenAsync(etcd.Server, change);

    [Fact]
    public async Task The_members_are_trusted_by_their_authority_and_trust_by_the_clients_certificate()
    {
        using var directory = new TestDirectory();
        var files = new TestCertificates(directory.Path);
        using var authority = X509CertificateLoader.LoadCertificateFromFile(files.Authority);
        using var stranger = X509CertificateLoader.LoadCertificateFromFile(files.Stranger + ".crt");
        using var client = X509Certificate2.CreateFromPemFile(files.Client + ".crt", files.Client + ".key");
        using var etcd = await EtcdProcess.StartSingleAsync(
            "--client-cert-auth", "--trusted-ca-file", files.Authority, "--cert-file", files.Server + ".crt", "--key-file", files.Server + ".key");
        await using (var store = await OpenAsync(etcd, o => o with { Authorities = [authority], ClientCertificate = (client, []) }))
        {
            await store.Put("/registry/a", "1");
            await using var watch = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = 2 });
            Assert.Equal("2+/registry/a=1", (await watch.ReadAsync()).Describe());
        }

        var brief = TimeSpan.FromSeconds(1);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync(etcd, o => o with { Authorities = [authority], OperationTimeout = brief }));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync(etcd, o => o with { Authorities = [stranger], ClientCertificate = (client, []), OperationTimeout = brief }));
    }

    [Fact]
    public async Task Another_prefix_is_a_world_of_its_own()
    {
        using var etcd = await EtcdProcess.StartSingleAsync();
        await using var plain = await OpenAsync(etcd);
        await using var other = await OpenAsync(etcd, static o => o with { Prefix = "/other/place/" });
        await plain.Put("/registry/pods/a", "plain");
        await using var watch = other.Watch(new WatchRequest(KeyRange.All) { FromRevision = 2 });
        await other.Put("/registry/pods/b", "other");
        Assert.Equal("/registry/pods/b=other", await other.List("/registry/pods/"));
        Assert.Equal("/registry/pods/b=other", (await other.RangeAsync(new RangeRequest(KeyRange.All))).Describe());
        Assert.Equal("/other/place/pods/b=other /registry/pods/a=plain", await plain.List(""));
        Assert.Equal("3+/registry/pods/b=other", (await watch.ReadAsync()).Describe());
        await Assert.ThrowsAsync<InvalidStoreRequestException>(() => other.Put("/elsewhere", "1"));
    }

    [Fact]
    public async Task A_long_range_comes_in_pages_of_one_revision()
    {
        using var etcd = await EtcdProcess.StartSingleAsync();
        await using var store = await OpenAsync(etcd, static o => o with { PageSize = 7 });
        await store.TxnAsync(new TxnRequest([], [.. Enumerable.Range(0, 100).Select(static i => new PutOperation($"k{i:d3}".Bytes(), "v".Bytes()))], []));
        var all = await store.RangeAsync(new RangeRequest("k".Prefix()));
        Assert.Equal(Enumerable.Range(0, 100).Select(static i => $"k{i:d3}"), all.Records.Select(static r => r.Key.Text()));
        Assert.Equal((100, false, 2), ((int)all.Count, all.More, (int)all.Revision));
    }

    [Fact]
    public async Task A_read_of_the_revision_sees_what_another_process_wrote()
    {
        using var etcd = await EtcdProcess.StartSingleAsync();
        await using var one = await OpenAsync(etcd);
        await using var two = await OpenAsync(etcd);
        for (var i = 0; i < 50; i++)
        {
            var written = await one.Put("a", $"{i}");
            Assert.True(await two.ReadRevisionAsync() >= written);
            Assert.True(two.CurrentRevision >= written);
        }
    }

    [Fact]
    public async Task Leases_expire_and_can_be_kept()
    {
        using var etcd = await EtcdProcess.StartSingleAsync();
        await using var store = await OpenAsync(etcd);
        // Nothing here may hang on how fast this runs: the one lease is long enough for any stall, the other is only waited for.
        var kept = await store.GrantLeaseAsync(TimeSpan.FromHours(1));
        var left = await store.GrantLeaseAsync(TimeSpan.FromSeconds(10));
        await store.Put("a", "1", kept.Id);
        await store.Put("b", "1", left.Id);
        Assert.Equal("a", (await store.GetLeaseAsync(kept.Id, withKeys: true)).Keys.Single().Text());
        await using var watch = store.Watch(new WatchRequest("b".Prefix()) { FromRevision = 4 });
        var gone = watch.ReadAsync().AsTask().WaitAsync(Patience.Limit);
        var low = TimeSpan.MaxValue;
        await Patience.UntilAsync(async () => (low = await RemainingAsync()) <= TimeSpan.FromSeconds(3597), "the lease has visibly less left");
        await Patience.UntilAsync(
            async () =>
            {
                Assert.Equal(TimeSpan.FromHours(1), (await store.KeepLeaseAliveAsync(kept.Id)).Remaining);
                return await RemainingAsync() > low;
            },
            "the kept lease has more left than before");
        Assert.Equal("4-b", (await gone).Describe());
        Assert.Equal("a=1", await store.List(""));
        await Assert.ThrowsAsync<LeaseNotFoundException>(async () => await store.KeepLeaseAliveAsync(left.Id));
        Assert.Equal([kept.Id], await store.ListLeasesAsync());

        async Task<TimeSpan> RemainingAsync() => (await store.GetLeaseAsync(kept.Id)).Remaining;
    }

    [Fact]
    public async Task Several_servers_compact_once_an_interval_and_leave_an_interval_of_history()
    {
        var interval = TimeSpan.FromMilliseconds(500);
        using var etcd = await EtcdProcess.StartSingleAsync();
        var clock = Stopwatch.StartNew();
        await using var one = await OpenAsync(etcd, o => o with { CompactionInterval = interval });
        await using var two = await OpenAsync(etcd, o => o with { CompactionInterval = interval });
        var written = new List<(TimeSpan Begun, long Revision)>();
        var (turns, compacted, read) = (0L, 0L, TimeSpan.Zero);
        await Patience.UntilAsync(
            async () =>
            {
                var begun = clock.Elapsed;
                written.Add((begun, await one.Put("a", $"{written.Count}")));
                if (written.Count < 60 || written.Count % 10 != 0) return false;
                await using var plain = await OpenAsync(etcd);
                turns = (await plain.GetAsync("compact_rev_key".Bytes())).Record?.Version ?? 0;
                (compacted, read) = (plain.CompactedRevision, clock.Elapsed);
                return turns >= 4 && compacted >= 3;
            },
            "several turns are taken and history is cut");
        Assert.InRange(turns, 4, (read / interval) + 1); // whoever took them

        // A timer may be a little early.
        var sinceAnInterval = written.FirstOrDefault(w => w.Begun > read - (interval * 0.9), (default, long.MaxValue)).Revision;
        Assert.True(compacted < sinceAnInterval, $"{compacted}, and {sinceAnInterval} is younger than an interval");
        await Patience.UntilAsync(() => Math.Max(one.CompactedRevision, two.CompactedRevision) >= compacted); // told after it is done
    }

    [Fact]
    public async Task A_dead_cluster_refuses_and_comes_back_by_itself()
    {
        using var etcd = await EtcdProcess.StartSingleAsync();
        await using var store = await OpenAsync(etcd, static o => o with { HealthCheckInterval = TimeSpan.FromMilliseconds(100) });
        await using var watch = store.Watch(new WatchRequest("k".Prefix()) { FromRevision = 2 });
        await store.Put("k", "1");
        Assert.Equal("2+k=1", (await watch.ReadAsync()).Describe());
        etcd.Kill();
        var refused = await Assert.ThrowsAnyAsync<StoreException>(() => store.Put("k", "2"));
        Assert.True(refused is StoreUnavailableException or WriteOutcomeUnknownException);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.Put("k", "2"));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.Get("k"));
        Assert.Equal(StoreCondition.Unreachable, store.Health.Condition);
        etcd.Start();
        await Patience.UntilAsync(() => store.Health.IsWritable);
        await store.Put("k", "3");
        Assert.Equal("3~k=3", (await watch.ReadAsync()).Describe());
    }
}
