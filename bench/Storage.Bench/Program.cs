using System.Diagnostics;
using System.Globalization;
using System.Text;
using Tiphys.Storage;
using Tiphys.Storage.Embedded;

// Measures the embedded store: dotnet run -c Release --project bench/Storage.Bench [data directory]
// Without a directory a fresh one under the system's temporary directory is used and removed again.
var given = args.Length > 0;
var directory = given ? args[0] : Directory.CreateTempSubdirectory("tiphys-bench-").FullName;
try
{
    foreach (var (writers, value) in new[] { (1, 100), (64, 100), (64, 2048), (512, 100) })
        await Puts(Path.Combine(directory, $"puts-{writers}-{value}"), writers, value, watchers: 0);
    await Puts(Path.Combine(directory, "watched"), 64, 100, watchers: 100);
    await Puts(null, 64, 100, watchers: 0);
    await Reads();
    await Reopen(Path.Combine(directory, "puts-64-2048"));
}
finally
{
    if (!given)
        Directory.Delete(directory, recursive: true);
}

static byte[] Key(int i) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/registry/pods/namespace-{i % 50}/pod-{i:d8}"));

static async Task Puts(string? directory, int writers, int valueSize, int watchers)
{
    await using var store = EmbeddedStore.Open(new EmbeddedStoreOptions { DataDirectory = directory });
    // Half the time keys are created, half the time updated, as a busy cluster does.
    var seconds = TimeSpan.FromSeconds(4);
    using var stop = new CancellationTokenSource();
    long seen = 0;
    var watching = Enumerable.Range(0, watchers).Select(i => Task.Run(async () =>
    {
        await using var watch = store.Watch(new WatchRequest(KeyRange.Prefix(Encoding.ASCII.GetBytes($"/registry/pods/namespace-{i % 50}/"))));
        try
        {
            while (true)
                Interlocked.Add(ref seen, (await watch.ReadAsync(stop.Token)).Events.Count);
        }
        catch (OperationCanceledException)
        {
        }
    })).ToArray();

    long done = 0;
    var clock = Stopwatch.StartNew();
    var allocated = GC.GetTotalAllocatedBytes();
    await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
    {
        for (var i = 0; clock.Elapsed < seconds; i++)
        {
            var key = Key(i * writers + w);
            var created = await store.PutIfAsync(key, new byte[valueSize], 0);
            await store.PutIfAsync(key, new byte[valueSize], created.Revision);
            Interlocked.Add(ref done, 2);
        }
    })));
    var elapsed = clock.Elapsed.TotalSeconds;
    allocated = GC.GetTotalAllocatedBytes() - allocated;
    await stop.CancelAsync();
    await Task.WhenAll(watching);
    var status = await store.GetStatusAsync();
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{(directory is null ? "memory" : "disk")}: {writers} writers, {valueSize} B values, {watchers} watchers: {done / elapsed:n0} puts/s, {elapsed / done * writers * 1e6:n0} us each, {allocated / done} B allocated/put, {status.DiskBytes >> 20} MiB on disk, {seen} events seen"));
}

static async Task Reads()
{
    await using var store = EmbeddedStore.InMemory();
    const int count = 100_000;
    for (var i = 0; i < count; i += 1000)
        await Task.WhenAll(Enumerable.Range(i, 1000).Select(k => store.PutIfAsync(Key(k), new byte[100], 0).AsTask()));
    var keys = Enumerable.Range(0, count).Select(Key).ToArray();
    Random.Shared.Shuffle(keys);
    for (var round = 0; round < 3; round++)
    {
        var clock = Stopwatch.StartNew();
        foreach (var key in keys)
            _ = (await store.GetAsync(key)).Record;
        var get = clock.Elapsed.TotalNanoseconds / count;
        clock.Restart();
        var listed = (await store.RangeAsync(new RangeRequest(KeyRange.All))).Records.Count;
        var list = clock.Elapsed.TotalMilliseconds;
        clock.Restart();
        for (var i = 0; i < 50; i++)
            _ = await store.RangeAsync(new RangeRequest(KeyRange.Prefix(Encoding.ASCII.GetBytes($"/registry/pods/namespace-{i}/"))) { Limit = 500 });
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"reads of {count} keys: get {get:n0} ns, list all {listed} in {list:n1} ms, page of 500 of 2000 counted in {clock.Elapsed.TotalMicroseconds / 50:n0} us"));
    }
}

static async Task Reopen(string directory)
{
    var clock = Stopwatch.StartNew();
    await using var store = EmbeddedStore.Open(new EmbeddedStoreOptions { DataDirectory = directory });
    var status = await store.GetStatusAsync();
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"reopen: {status.HistoryRecords} changes, {status.DiskBytes >> 20} MiB in {clock.Elapsed.TotalMilliseconds:n0} ms"));
}
