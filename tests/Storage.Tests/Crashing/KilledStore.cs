namespace Tiphys.Storage.Tests.Crashing;

/// <summary>A store that process after process opens and dies with, and what they told of it.</summary>
internal sealed class KilledStore(string directory)
{
    private bool _opened;

    public string Directory => directory;

    public CrashHistory History { get; } = new();

    /// <summary>How often its process was killed when it was open.</summary>
    public int Killed { get; private set; }

    /// <summary>Takes a line of the process; returns what is wrong with it, or null.</summary>
    public string? Add(string line)
    {
        _opened |= line.StartsWith("O ", StringComparison.Ordinal);
        return History.Add(line);
    }

    public void EndOfProcess()
    {
        if (_opened) Killed++;
        _opened = false;
    }

    /// <summary>What the last process did not get to tell is in the store.</summary>
    public async Task ReadRestAsync()
    {
        await using var store = Embedded.EmbeddedStore.Open(new Embedded.EmbeddedStoreOptions { DataDirectory = directory, HistoryWindow = null });
        await using var watch = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = History.Next });
        while (History.Next <= store.CurrentRevision)
        {
            foreach (var e in (await watch.ReadAsync()).Events)
                Assert.Null(History.Add($"W {e.Record.ModRevision} {e.Record.Key.Text()} {(e.IsDelete ? "-" : e.Record.Value.Text())}"));
        }
    }
}
