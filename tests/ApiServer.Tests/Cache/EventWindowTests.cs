namespace Tiphys.ApiServer.Tests;

/// <summary>How long changes are kept for watchers that come back.</summary>
public sealed class EventWindowTests
{
    [Fact]
    public void It_grows_while_changes_are_young_and_lets_go_of_them_once_they_are_old()
    {
        var time = new ManualTime();
        var window = new EventWindow(time, 0);
        for (var revision = 1; revision <= 5000; revision++) window.Add(new CacheEvent(null!, revision, null, null));
        Assert.Equal(0, window.OldestRevision); // all are young: none was lost
        Assert.Equal(1000, window.PositionAfter(1000));

        window.Trim();
        Assert.Equal(0, window.OldestRevision);
        time.Advance(TimeSpan.FromMinutes(2));
        window.Trim(); // nothing new comes, and still it lets go
        Assert.Equal(5000 - 128, window.OldestRevision);
        Assert.Equal(4990, window.PositionAfter(4990));
        Assert.Equal(4991, window[window.PositionAfter(4990)].Revision);
        Assert.True(window.IsGone(window.PositionAfter(4000) - 1));
    }
}
