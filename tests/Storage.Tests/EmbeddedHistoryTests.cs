using Tiphys.Storage.Embedded;

namespace Tiphys.Storage.Tests;

/// <summary>What the embedded store's options decide about history and progress.</summary>
public sealed class EmbeddedHistoryTests
{
    [Fact]
    public async Task Progress_comes_by_itself_when_asked_for()
    {
        var time = new ManualTime();
        await using var store = EmbeddedStore.InMemory(new EmbeddedStoreOptions { TimeProvider = time, WatchProgressInterval = TimeSpan.FromMinutes(10) });
        await using var watch = store.Watch(new WatchRequest("a".Prefix()) { ProgressNotify = true });
        var reading = watch.ReadAsync().AsTask();
        await store.Put("b", "1");
        Assert.False(reading.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(2, (await reading).Revision);
    }

    [Fact]
    public async Task History_is_kept_for_the_window_and_little_longer()
    {
        var time = new ManualTime();
        await using var store = EmbeddedStore.InMemory(new EmbeddedStoreOptions { TimeProvider = time, HistoryWindow = TimeSpan.FromMinutes(5) });
        var minutes = new List<long>();
        for (var minute = 0; minute < 20; minute++)
        {
            minutes.Add(await store.Put("a", $"{minute}"));
            time.Advance(TimeSpan.FromMinutes(1));
            await store.ListLeasesAsync();
            if (minute >= 5)
                Assert.Equal($"{minute - 5}", await store.Get("a", minutes[minute - 5]));
            if (minute >= 7)
                await Assert.ThrowsAsync<CompactedException>(async () => await store.Get("a", minutes[minute - 7]));
        }
    }

    [Fact]
    public async Task Too_much_history_is_given_up_early()
    {
        await using var store = EmbeddedStore.InMemory(new EmbeddedStoreOptions { HistoryByteLimit = 8 << 20, HistoryWindow = null });
        for (var i = 0; i < 100; i++)
            await store.PutIfAsync($"k{i}".Bytes(), new byte[300_000], 0);
        await store.ListLeasesAsync();
        var status = await store.GetStatusAsync();
        Assert.InRange(status.HistoryBytes, 0, 9 << 20);
        Assert.True(store.CompactedRevision > 50);
        Assert.Equal(100, (await store.RangeAsync(new RangeRequest(KeyRange.All))).Count);
    }
}
