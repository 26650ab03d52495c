using System.Diagnostics;
using Tiphys.Storage.Tests.Linearizability;

namespace Tiphys.Storage.Tests.Crashing;

public sealed class KillTests(ITestOutputHelper output)
{
    private const int Stores = 3;
    private const int Processes = 200;

    /// <summary>
    /// Clients work on stores in a process of their own that is killed again and again, at a random moment of its start or work. The
    /// whole history of each store over all processes must be that of one store that never died.
    /// </summary>
    [Fact]
    public async Task Stores_that_are_killed_hundreds_of_times_lose_nothing_and_repeat_nothing()
    {
        using var directory = new TestDirectory();
        var stores = Enumerable.Range(0, Stores).Select(i => new KilledStore(Path.Combine(directory.Path, $"s{i}"))).ToArray();
        var random = new Random(20260101);
        var clock = Stopwatch.StartNew();
        var next = new CrashProcess();
        try
        {
            for (var i = 0; i < Processes; i++)
            {
                // The one that comes after it starts while it works.
                using var process = next;
                process.Begin($"{i} {string.Join(' ', stores.Select(static s => $"{s.Directory} {s.History.Next}"))}");
                next = new CrashProcess();
                await WorkAndKillAsync(process, stores, random);
            }
        }
        finally
        {
            next.Dispose();
        }

        foreach (var store in stores) await store.ReadRestAsync();
        var killed = stores.Sum(static s => s.Killed);
        output.WriteLine(
            $"{Processes} processes with {Stores} stores killed in {clock.Elapsed.TotalSeconds:n0} s: {killed} stores killed at work, {(Stores * Processes) - killed} while they were being opened; {stores.Sum(static s => s.History.Acknowledged)} answers, {stores.Sum(static s => s.History.Changes.Count)} changes");
        Assert.True(killed >= 300, $"{killed} stores were killed at work");
        foreach (var store in stores)
        {
            Assert.True(store.History.Changes.Count > 100);
            Assert.Null(HistoryChecker.Check(store.History.Operations, store.History.Changes));
        }
    }

    private static async Task WorkAndKillAsync(CrashProcess process, KilledStore[] stores, Random random)
    {
        // Most live until some answers are there; some are killed while they open their stores.
        var lines = random.Next(8) == 0 ? 0 : random.Next(50, 1000);
        if (lines == 0) await Task.Delay(random.Next(0, 40));
        for (var read = 0; read < lines && await process.ReadLineAsync() is { } line; read++) Add(line);
        process.Kill();

        // A line is one write to the pipe, which the kernel takes whole or not at all.
        while (await process.ReadLineAsync() is { } line) Add(line);
        Assert.Equal("", await process.ErrorsAsync());
        foreach (var store in stores) store.EndOfProcess();

        void Add(string line) => Assert.Null(stores[line[0] - '0'].Add(line[2..]));
    }
}
