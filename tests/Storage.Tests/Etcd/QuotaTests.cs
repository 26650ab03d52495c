using Tiphys.Storage.Embedded;
using Tiphys.Storage.Etcd;
using Tiphys.Storage.Etcd.Client;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>--quota-backend-bytes on Debian's etcd and on ours: the way into NOSPACE and out of it, as etcd's documentation has it.</summary>
public sealed class QuotaTests
{
    private const int QuotaBytes = 8 << 20;
    private const int ValueBytes = 200_000;

    [Fact]
    public async Task Etcd_fills_refuses_and_recovers()
    {
        using var etcd = await EtcdProcess.StartSingleAsync("--quota-backend-bytes", $"{QuotaBytes}");
        await FillAndRecoverAsync(etcd.Server);
    }

    [Fact]
    public async Task Ours_fills_refuses_and_recovers()
    {
        using var directory = new TestDirectory();
        await using var served = await ServedStore.StartAsync(
            new EtcdOptions { QuotaBytes = QuotaBytes }, new EmbeddedStoreOptions { DataDirectory = directory.Path, HistoryWindow = null, SegmentBytes = 512 << 10 });
        await FillAndRecoverAsync(served.Url);
    }

    private static async Task FillAndRecoverAsync(Uri server)
    {
        await using var store = await PatientClient.OpenAsync(server);
        await store.Put("/registry/kept", "kept");
        var written = 0;
        var refusal = await Assert.ThrowsAsync<WriteOutcomeUnknownException>(async () =>
        {
            for (; written < 1000; written++) await store.Put("/registry/large", new string((char)('a' + (written % 26)), ValueBytes));
        });
        Assert.Equal("etcdserver: mvcc: database space exceeded", refusal.Message);
        Assert.InRange(written, QuotaBytes / ValueBytes / 2, 2 * QuotaBytes / ValueBytes);
        Assert.Contains("alarm:NOSPACE", await Etcdctl.RunAsync(server, "|alarm list"), StringComparison.Ordinal);
        Assert.Contains("alarm:NOSPACE", await Etcdctl.RunAsync(server, "|endpoint status -w json"), StringComparison.OrdinalIgnoreCase);

        // Read-only, and said so: what an API server shows as etcd-readiness.
        await Patience.UntilAsync(() => store.Health.Condition == StoreCondition.DiskFull);
        Assert.Equal("kept", await store.Get("/registry/kept"));
        await Assert.ThrowsAsync<WriteOutcomeUnknownException>(async () => await store.Put("/registry/small", "x"));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.GrantLeaseAsync(TimeSpan.FromMinutes(1)));
        await store.Delete("/registry/kept");

        // Disarming alone does not help.
        Assert.Contains("alarm:NOSPACE", await Etcdctl.RunAsync(server, "|alarm disarm"), StringComparison.Ordinal);
        await Assert.ThrowsAsync<WriteOutcomeUnknownException>(async () => await store.Put("/registry/large", new string('x', ValueBytes)));
        Assert.Contains("alarm:NOSPACE", await Etcdctl.RunAsync(server, "|alarm list"), StringComparison.Ordinal);

        await store.CompactAsync(await store.ReadRevisionAsync());
        Assert.Contains("exit 0", await Etcdctl.RunAsync(server, "|defrag"), StringComparison.Ordinal);
        Assert.Contains("exit 0", await Etcdctl.RunAsync(server, "|alarm disarm"), StringComparison.Ordinal);
        await store.Put("/registry/small", "x");
        for (var i = 0; i < QuotaBytes / ValueBytes / 2; i++) await store.Put("/registry/large", new string('z', ValueBytes));
        await Patience.UntilAsync(() => store.Health.Condition == StoreCondition.Healthy);
        Assert.Equal(new string('z', ValueBytes), await store.Get("/registry/large"));
        Assert.Null(await store.Get("/registry/kept"));
    }
}
