using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Tiphys.Storage.Embedded;
using Tiphys.Storage.Embedded.Snapshots;
using Tiphys.Storage.Etcd;
using Tiphys.Storage.Etcd.Client;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>Snapshots from our server in etcd's own tools, and etcd's snapshots in our store.</summary>
public sealed class EtcdSnapshotTests
{
    [Fact]
    public async Task Ours_is_checked_and_restored_by_etcd()
    {
        using var directory = new TestDirectory();
        await using var served = await ServedStore.StartAsync(new EtcdOptions { MaxTxnOperations = 1000 });
        await using var store = await PatientClient.OpenAsync(served.Url);
        await WorkAsync(store);
        var file = await SaveAsync(served.Url, directory);
        await SameStatusAsync(file);
        var expected = await store.List("");
        var revision = await store.ReadRevisionAsync();

        await Etcdctl.UtilityAsync("snapshot", "restore", file, "--data-dir", Path.Combine(directory.Path, "data"));
        using var etcd = await EtcdProcess.StartSingleOnAsync(directory.Path);
        await using var restored = await PatientClient.OpenAsync(etcd.Server);
        Assert.Equal(expected, await restored.List(""));
        Assert.Equal(revision, await restored.ReadRevisionAsync());
        Assert.Equal(await DescribeAsync(store), await DescribeAsync(restored));
        await Assert.ThrowsAsync<CompactedException>(async () => await restored.Get("k0001", revision - 2));
        Assert.Equal(revision + 1, await restored.Put("k0001", "more"));
        Assert.Equal(await LeasesAsync(store), await LeasesAsync(restored));
    }

    [Fact]
    public async Task Etcds_is_checked_and_restored_by_us()
    {
        using var directory = new TestDirectory();
        using var etcd = await EtcdProcess.StartSingleAsync();
        await using var store = await PatientClient.OpenAsync(etcd.Server);
        await WorkAsync(store);
        await store.CompactAsync(await store.ReadRevisionAsync() - 50);
        await WorkAsync(store);
        var file = await SaveAsync(etcd.Server, directory);
        await SameStatusAsync(file);

        var data = Path.Combine(directory.Path, "db");
        var info = SnapshotFile.Restore(file, data, revisionBump: 0);
        await using var restored = EmbeddedStore.Open(new EmbeddedStoreOptions { DataDirectory = data, HistoryWindow = null });
        Assert.Equal(await store.List(""), await restored.List(""));
        Assert.Equal((await store.ReadRevisionAsync(), info.Revision), (restored.CurrentRevision, restored.CurrentRevision));
        Assert.Equal(await DescribeAsync(store), await DescribeAsync(restored));
        Assert.Equal(await LeasesAsync(store), await LeasesAsync(restored));
    }

    [Fact]
    public async Task Equal_histories_have_equal_checksums()
    {
        using var etcd = await EtcdProcess.StartSingleAsync();
        await using var served = await ServedStore.StartAsync(new EtcdOptions { MaxTxnOperations = 1000 });
        await using var theirs = await PatientClient.OpenAsync(etcd.Server);
        await using var ours = await PatientClient.OpenAsync(served.Url);
        await EqualAsync(0);
        long revision = 0;
        foreach (var store in new[] { theirs, ours })
        {
            for (var i = 0; i < 200; i++) revision = await store.Put($"k{i % 40}", $"value {i}");
            for (var i = 0; i < 10; i++) revision = await store.Delete($"k{i * 3}");
            await store.Put("k0", "again");
        }

        await EqualAsync(0);
        await EqualAsync(revision - 60);
        foreach (var store in new[] { theirs, ours }) await store.CompactAsync(revision - 20);

        // Up to there etcd goes on telling what it computed when it compacted, from a history that is gone.
        await EqualAsync(revision - 19);
        await EqualAsync(revision - 3);
        foreach (var store in new[] { theirs, ours })
        {
            await store.TxnAsync(new TxnRequest([], [new PutOperation("x".Bytes(), "1".Bytes()), new DeleteOperation("k1".Prefix()), new PutOperation("a".Bytes(), "1".Bytes())], []));
            revision = await store.Put("k5", new string('v', 3000));
        }

        await EqualAsync(revision);

        async Task EqualAsync(long at)
        {
            var (expected, actual) = (await HashAsync(etcd.Server, at), await HashAsync(served.Url, at));
            Assert.Equal(expected, actual);
        }

        static async Task<(uint Hash, long Compacted)> HashAsync(Uri server, long at)
        {
            using var channel = new Grpc.GrpcChannel(new System.Net.DnsEndPoint(server.Host, server.Port));
            var reply = await channel.UnaryAsync("/etcdserverpb.Maintenance/HashKV", new Storage.Etcd.V3.HashKVRequest { Revision = at }, Storage.Etcd.V3.HashKVResponse.Parser, null, default);
            return (reply.Hash, reply.CompactRevision);
        }
    }

    [Fact]
    public async Task An_empty_store_has_a_snapshot_too()
    {
        using var directory = new TestDirectory();
        await using var served = await ServedStore.StartAsync();
        var file = await SaveAsync(served.Url, directory);
        await Etcdctl.UtilityAsync("snapshot", "status", file);
        Assert.Equal((0, 1), (SnapshotFile.Inspect(file).TotalKeys, SnapshotFile.Inspect(file).Revision));
    }

    [Fact]
    public async Task Damage_is_told_whatever_it_is()
    {
        using var directory = new TestDirectory();
        await using var served = await ServedStore.StartAsync();
        for (var i = 0; i < 300; i++) await served.Store.Put($"k{i:d4}", $"value {i}");
        var file = await SaveAsync(served.Url, directory);
        var good = await File.ReadAllBytesAsync(file);
        var random = new Random(1);
        for (var i = 0; i < 300; i++)
        {
            var bad = good.ToArray();
            bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(file, bad);
            Assert.ThrowsAny<StoreOpenException>(() => SnapshotFile.Inspect(file));

            // The checksum may be right all the same: nothing else than these exceptions, and no endless loop, may come of it.
            SHA256.HashData(bad.AsSpan(..^32)).CopyTo(bad.AsSpan(^32));
            await File.WriteAllBytesAsync(file, bad);
            try
            {
                SnapshotFile.Inspect(file);
            }
            catch (StoreOpenException)
            {
            }
        }

        await File.WriteAllBytesAsync(file, good[..^32]);
        Assert.Contains("without the checksum of a snapshot", Assert.Throws<StoreOpenException>(() => SnapshotFile.Inspect(file)).Message, StringComparison.Ordinal);
    }

    // Values that need pages of their own, keys written and deleted by one transaction, leases, and a deletion at the very end.
    private static async Task WorkAsync(IStore store)
    {
        var lease = await store.GrantLeaseAsync(TimeSpan.FromHours(1));
        var random = new Random(5);
        for (var i = 0; i < 1500; i++)
            await store.Put($"k{random.Next(700):d4}", new string((char)('a' + (i % 26)), i % 100 == 0 ? random.Next(200_000) : random.Next(300)), i % 50 == 0 ? lease.Id : 0);
        await store.Put(new string('l', 5000), "a long key");
        await store.TxnAsync(new TxnRequest([], [.. Enumerable.Range(0, 100).Select(static i => new PutOperation($"t{i}".Bytes(), $"{i}".Bytes()))], []));
        await store.TxnAsync(new TxnRequest([], [new DeleteOperation("t1".Prefix()), new PutOperation("u".Bytes(), "1".Bytes())], []));
        await store.Delete("k0000");
        await store.Put("k0000", "again");
        await store.TxnAsync(new TxnRequest([], [new DeleteOperation("t2".Prefix())], []));
    }

    private static async Task<string> SaveAsync(Uri server, TestDirectory directory)
    {
        var file = Path.Combine(directory.Path, "snapshot.db");
        Assert.Contains("exit 0", await Etcdctl.RunAsync(server, $"|snapshot save {file}"), StringComparison.Ordinal);
        return file;
    }

    private static async Task SameStatusAsync(string file)
    {
        var theirs = JsonNode.Parse(await Etcdctl.UtilityAsync("snapshot", "status", file, "-w", "json"))!;
        var ours = SnapshotFile.Inspect(file);
        Assert.Equal((theirs["hash"]!.GetValue<uint>(), theirs["revision"]!.GetValue<long>()), (ours.Hash, ours.Revision));
    }

    private static async Task<List<string>> DescribeAsync(IStore store) =>
        [.. (await store.RangeAsync(new RangeRequest(KeyRange.All))).Records.Select(static r => $"{r.Key.Text()} {r.CreateRevision} {r.ModRevision} {r.Version} {r.Lease}")];

    private static async Task<List<string>> LeasesAsync(IStore store)
    {
        var all = new List<string>();
        foreach (var id in (await store.ListLeasesAsync()).Order())
        {
            var lease = await store.GetLeaseAsync(id, withKeys: true);
            all.Add($"{id} {lease.GrantedTtl} {string.Join(' ', lease.Keys.Select(static k => k.Text()).Order(StringComparer.Ordinal))}");
        }

        return all;
    }
}
