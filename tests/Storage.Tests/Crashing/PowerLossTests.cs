using System.Globalization;
using Tiphys.Storage.Embedded;
using Tiphys.Storage.Tests.Linearizability;

namespace Tiphys.Storage.Tests.Crashing;

/// <summary>
/// Kills and power losses at arbitrary moments, on a disk that keeps an arbitrary part of what was not synced and now and then
/// fails a sync. What was acknowledged or merely seen must be there afterwards, at its revision, and the history must be that of
/// one store.
/// </summary>
public sealed class PowerLossTests
{
    private const int Rounds = 8;

    [Theory]
    [InlineData(0, 60, 0)]
    [InlineData(1000, 25, 30)]
    public async Task Nothing_acknowledged_or_seen_is_lost(int firstSeed, int seeds, int failingSyncs)
    {
        for (var seed = firstSeed; seed < firstSeed + seeds; seed++)
        {
            if (await Run(seed, failingSyncs) is { } problem)
                Assert.Fail($"seed {seed}: {problem}");
        }
    }

    private static async Task<string?> Run(int seed, int failingSyncs)
    {
        var random = new Random(seed);
        var (directory, disk) = (new TestDirectory(), new LossyDisk(seed) { FailingSyncs = failingSyncs });
        var history = new CrashHistory();
        try
        {
            for (var round = 0; round <= Rounds; round++)
            {
                // The last time only looks.
                if (await Live(directory, disk, history, random, $"{seed}.{round}", round == Rounds || random.Next(4) == 0 ? 0 : random.Next(1, 120)) is { } problem)
                    return problem;
                disk.On();
                if (random.Next(3) == 0)
                    continue;
                var survivor = new TestDirectory();
                disk.LosePower(survivor.Path);
                directory.Dispose();
                (directory, disk) = (survivor, new LossyDisk(random.Next()) { FailingSyncs = failingSyncs });
                disk.Adopt(survivor.Path);
            }
            return HistoryChecker.Check(history.Operations, history.Changes);
        }
        finally
        {
            directory.Dispose();
        }
    }

    private static async Task<string?> Live(TestDirectory directory, LossyDisk disk, CrashHistory history, Random random, string id, int operations)
    {
        await using var store = Open(disk, directory.Options with { Disk = disk, SegmentBytes = 2500, CheckpointBytes = 1000, RetryInterval = TimeSpan.FromHours(1) });
        if (history.Add($"O {store.CurrentRevision}") is { } vanished)
            return vanished;
        if (await Watch(store, history) is { } missing)
            return missing;
        var left = operations;
        // Some die at work, the others when all is done, without a clean end either.
        disk.DieAfter = operations == 0 || random.Next(3) == 0 ? 0 : random.Next(1, operations * 2);
        var gate = new Lock();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(client => Work(store, $"{id}.{client}", new Random(random.Next()), history, gate, () => Interlocked.Decrement(ref left) >= 0)));
        var told = await Watch(store, history);
        disk.Off();
        return told;
    }

    // A failing sync can fail the start; whoever starts the store starts it again.
    private static EmbeddedStore Open(LossyDisk disk, EmbeddedStoreOptions options)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return EmbeddedStore.Open(options);
            }
            catch (IOException) when (attempt < 100)
            {
                disk.On();
            }
        }
    }

    private static async Task<string?> Watch(EmbeddedStore store, CrashHistory history)
    {
        await using var watch = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = history.Next });
        while (history.Next <= store.CurrentRevision)
        {
            foreach (var e in (await watch.ReadAsync()).Events)
            {
                if (history.Add(string.Create(CultureInfo.InvariantCulture, $"W {e.Record.ModRevision} {e.Record.Key.Text()} {(e.IsDelete ? "-" : e.Record.Value.Text())}")) is { } problem)
                    return problem;
            }
        }
        return null;
    }

    private static async Task Work(EmbeddedStore store, string client, Random random, CrashHistory history, Lock gate, Func<bool> go)
    {
        for (var n = 0; go(); n++)
        {
            await Task.Yield();
            var (id, key) = ($"{client}.{n}", $"k{random.Next(5)}");
            // Values of up to some sectors, so that writes can tear; their names are at the beginning, without a space.
            var value = id + new string('x', random.Next(3) == 0 ? random.Next(3000) : 10);
            var current = (await store.GetAsync(key.Bytes())).Record?.ModRevision ?? 0;
            var delete = random.Next(6) == 0;
            lock (gate)
                history.Add($"I {value} {(delete ? "DeleteIf" : "PutIf")} {key} {current}");
            try
            {
                var result = delete ? await store.DeleteIfAsync(key.Bytes(), current) : await store.PutIfAsync(key.Bytes(), value.Bytes(), current);
                var seen = result.Succeeded || result.Record is null ? "0 -" : $"{result.Record.ModRevision} {result.Record.Value.Text()}";
                lock (gate)
                    history.Add($"A {value} {(result.Succeeded ? 1 : 0)} {result.Revision} {seen}");
            }
            catch (StoreUnavailableException)
            {
                // Without an answer: it may have happened or not.
            }
            if (n % 15 == 14 && store.CurrentRevision - 100 > store.CompactedRevision)
                await Compact(store);
        }
    }

    private static async Task Compact(EmbeddedStore store)
    {
        try
        {
            await store.CompactAsync(store.CurrentRevision - 100);
        }
        catch (StoreException)
        {
        }
    }
}
