using System.Diagnostics;
using System.Globalization;
using System.Text;
using Tiphys.Storage.Embedded;

namespace Tiphys.Storage.Bench;

/// <summary>What is measured.</summary>
internal static partial class Scenarios
{
    private const int Objects = 100_000;

    // About what a pod with its status and managed fields takes.
    private const int ObjectBytes = 2048;

    public static IReadOnlyList<(string Name, Func<string, Task> Run)> All { get; } =
    [
        ("commits", Commits), ("watched", Watched), ("reads", static _ => Reads()), ("restart", Restart), ("checkpoint", CheckpointStall),
        ("snapshot", Snapshot), ("week", Week),
    ];

    private static byte[] Key(int i) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/registry/pods/namespace-{i % 50}/pod-{i:d8}"));

    private static void Report(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static async Task Commits(string directory)
    {
        foreach (var (writers, bytes) in new[] { (1, 100), (8, 100), (64, 100), (256, 100), (64, 2048) })
        {
            var data = Path.Combine(directory, $"{writers}-{bytes}");
            await using (var store = EmbeddedStore.Open(new EmbeddedStoreOptions { DataDirectory = data }))
            {
                // Half of the writes create, half update, as a busy cluster does; the first second is not counted.
                await Write(store, writers, bytes, TimeSpan.FromSeconds(1), 0);
                Report($"commits: {writers,3} writers, {bytes,4} B   {await Write(store, writers, bytes, TimeSpan.FromSeconds(4), 1)}");
            }
            Directory.Delete(data, recursive: true);
        }
    }

    private static Task<Run> Write(EmbeddedStore store, int writers, int bytes, TimeSpan length, int round)
    {
        var revisions = new long[writers];
        return new Writers(
            writers,
            (w, i) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/registry/pods/ns-{round}-{w}/pod-{i / 2:d8}")),
            async (w, key) =>
            {
                var written = await store.PutIfAsync(key, new byte[bytes], revisions[w]);
                revisions[w] = revisions[w] == 0 ? written.Revision : 0; // each key is created and then updated
            }).RunAsync(length);
    }

    private static async Task Watched(string directory)
    {
        await using var store = EmbeddedStore.Open(new EmbeddedStoreOptions { DataDirectory = directory });
        using var stop = new CancellationTokenSource();
        long seen = 0;
        var watching = Enumerable.Range(0, 100).Select(i => Task.Run(async () =>
        {
            await using var watch = store.Watch(new WatchRequest(KeyRange.Prefix(Encoding.ASCII.GetBytes($"/registry/pods/ns-0-{i % 64}/"))));
            try
            {
                while (true)
                    Interlocked.Add(ref seen, (await watch.ReadAsync(stop.Token)).Events.Count);
            }
            catch (OperationCanceledException)
            {
            }
        })).ToArray();
        var run = await Write(store, 64, 100, TimeSpan.FromSeconds(4), 0);
        Report($"commits:  64 writers,  100 B, 100 watchers   {run}; {seen} events");
        await stop.CancelAsync();
        await Task.WhenAll(watching);
    }

    private static async Task Fill(EmbeddedStore store, int count = Objects, int bytes = ObjectBytes)
    {
        for (var i = 0; i < count; i += 1000)
            await Task.WhenAll(Enumerable.Range(i, 1000).Select(k => store.PutIfAsync(Key(k), Value(k, bytes), 0).AsTask()));
    }

    private static byte[] Value(int seed, int bytes)
    {
        var value = new byte[bytes];
        new Random(seed).NextBytes(value);
        return value;
    }

    private static async Task Reads()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var store = EmbeddedStore.InMemory(new EmbeddedStoreOptions { HistoryWindow = null });
        await Fill(store, bytes: 100);
        await store.CompactAsync(store.CurrentRevision);
        await store.ListLeasesAsync();
        await Task.Delay(200);
        Report($"memory: {(GC.GetTotalMemory(forceFullCollection: true) - before) / Objects} B per object with a value of 100 B and a key of {Key(0).Length} B");
        var keys = Enumerable.Range(0, Objects).Select(Key).ToArray();
        Random.Shared.Shuffle(keys);
        for (var round = 0; round < 3; round++)
        {
            var clock = Stopwatch.StartNew();
            foreach (var key in keys)
                _ = (await store.GetAsync(key)).Record;
            var get = clock.Elapsed.TotalNanoseconds / Objects;
            clock.Restart();
            var listed = (await store.RangeAsync(new RangeRequest(KeyRange.All))).Records.Count;
            var list = clock.Elapsed.TotalMilliseconds;
            clock.Restart();
            for (var i = 0; i < 50; i++)
                _ = await store.RangeAsync(new RangeRequest(KeyRange.Prefix(Encoding.ASCII.GetBytes($"/registry/pods/namespace-{i}/"))) { Limit = 500 });
            Report($"reads: get {get:n0} ns, list all {listed} in {list:n1} ms, page of 500 of 2000 counted in {clock.Elapsed.TotalMicroseconds / 50:n0} us");
        }
    }
}
