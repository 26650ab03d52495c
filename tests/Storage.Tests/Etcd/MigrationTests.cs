using Tiphys.Storage.Embedded;
using Tiphys.Storage.Etcd.Client;
using Tiphys.Storage.Maintenance;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>From the embedded store to a real etcd and back.</summary>
public sealed class MigrationTests
{
    [Fact]
    public async Task All_objects_go_there_and_back_and_nothing_is_overwritten()
    {
        // An etcd with its own limits, not those of the other tests.
        using var etcd = await EtcdProcess.StartSingleAsync("--max-txn-ops", "128");
        await using var remote = await PatientClient.OpenAsync(etcd.Server);
        await using var source = EmbeddedStore.InMemory();
        var lease = await source.GrantLeaseAsync(TimeSpan.FromHours(1));
        for (var i = 0; i < 450; i++)
            await source.Put($"/registry/configmaps/default/c{i:d3}", new string((char)('a' + (i % 26)), i * 40), i % 7 == 0 ? lease.Id : 0);

        Assert.Equal(450, await StoreMigration.CopyAsync(source, remote));
        Assert.Equal(await source.List("/registry/"), await remote.List("/registry/"));
        var owned = (await remote.GetAsync("/registry/configmaps/default/c007".Bytes())).Record!.Lease;
        Assert.InRange((await remote.GetLeaseAsync(owned)).Remaining, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));

        var refused = await Assert.ThrowsAsync<StoreOpenException>(() => StoreMigration.CopyAsync(source, remote));
        Assert.Equal("the target has 450 objects already; nothing was changed", refused.Message);

        await using var back = EmbeddedStore.InMemory();
        Assert.Equal(450, await StoreMigration.CopyAsync(remote, back));
        Assert.Equal(await source.List("/registry/"), await back.List("/registry/"));
    }

    [Fact]
    public async Task A_source_without_objects_is_refused_unless_it_is_meant()
    {
        using var directory = new TestDirectory();
        var path = Path.Combine(directory.Path, "db");
        await using var source = EmbeddedStore.InMemory();
        await source.Put("/other/a", "1");
        Assert.Contains("the source has no objects", (await Assert.ThrowsAsync<StoreOpenException>(() => StoreMigration.CopyToDirectoryAsync(source, path))).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
        Assert.Equal(0, await StoreMigration.CopyToDirectoryAsync(source, path, allowEmpty: true));
        // A store without a key may be replaced, one with keys may not.
        await source.Put("/registry/a", "1");
        Assert.Equal(1, await StoreMigration.CopyToDirectoryAsync(source, path));
        Assert.Contains("1 objects already", (await Assert.ThrowsAsync<StoreOpenException>(() => StoreMigration.CopyToDirectoryAsync(source, path))).Message, StringComparison.Ordinal);
        await using var store = EmbeddedStore.Open(new EmbeddedStoreOptions { DataDirectory = path, HistoryWindow = null });
        Assert.Equal("/registry/a=1", await store.List(""));
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_no_store()
    {
        using var directory = new TestDirectory();
        var path = Path.Combine(directory.Path, "db");
        await using var source = EmbeddedStore.InMemory();
        for (var i = 0; i < 5000; i++)
            await source.Put($"/registry/c{i}", "1");
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
                await source.Put("/registry/c0", $"{i}");
        });
        var e = await Assert.ThrowsAsync<StoreOpenException>(() => StoreMigration.CopyToDirectoryAsync(source, path));
        await stop.CancelAsync();
        await writing;
        Assert.Contains("the source was written to meanwhile", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }
}
