using System.Diagnostics;
using System.Globalization;
using Tiphys.Storage.Embedded;
using Tiphys.Storage.Tests.Linearizability;

namespace Tiphys.Storage.Tests.Crashing;

public sealed class KillTests(ITestOutputHelper output)
{
    private const int Kills = 300;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(40);

    /// <summary>
    /// Clients work on a store in a process of its own that is killed again and again, at a random moment of its start or work.
    /// The whole history over all processes must be that of one store that never died.
    /// </summary>
    [Fact]
    public async Task A_store_that_is_killed_hundreds_of_times_loses_nothing_and_repeats_nothing()
    {
        using var directory = new TestDirectory();
        var history = new CrashHistory();
        var random = new Random(20260101);
        var clock = Stopwatch.StartNew();
        var kills = 0;
        for (; kills < Kills && clock.Elapsed < Longest; kills++)
            await RunAndKill(directory.Path, history, kills, random);

        // What the last process did not get to tell is in the store.
        await using (var store = directory.Open())
        {
            await using var watch = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = history.Next });
            while (history.Next <= store.CurrentRevision)
            {
                foreach (var e in (await watch.ReadAsync()).Events)
                    Assert.Null(history.Add($"W {e.Record.ModRevision} {e.Record.Key.Text()} {(e.IsDelete ? "-" : e.Record.Value.Text())}"));
            }
        }
        output.WriteLine($"{kills} kills in {clock.Elapsed.TotalSeconds:n0} s, {history.Opens} opened stores, {history.Acknowledged} answers, {history.Changes.Count} changes");
        Assert.True(kills >= 20, $"{kills} kills in {clock.Elapsed}");
        Assert.True(history.Changes.Count > 100);
        var problem = HistoryChecker.Check(history.Operations, history.Changes);
        Assert.True(problem is null, problem);
    }

    private static async Task RunAndKill(string directory, CrashHistory history, int round, Random random)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        // The test program is its own executable, or runs under the dotnet host.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(KillTests).Assembly.Location);
        foreach (var argument in new[] { CrashWriter.Argument, directory, history.Next.ToString(CultureInfo.InvariantCulture), round.ToString(CultureInfo.InvariantCulture) })
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_TieredPGO"] = "0";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        // Most live until some answers are there; some are killed while they open the store.
        var lines = random.Next(10) == 0 ? 0 : random.Next(5, 400);
        if (lines == 0)
            await Task.Delay(random.Next(30, 120));
        for (var read = 0; read < lines && await process.StandardOutput.ReadLineAsync() is { } line; read++)
            Assert.Null(history.Add(line));
        process.Kill();
        // A line is one write to the pipe, which the kernel takes whole or not at all.
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            Assert.Null(history.Add(line));
        await process.WaitForExitAsync();
        Assert.Equal("", await errors);
    }
}
