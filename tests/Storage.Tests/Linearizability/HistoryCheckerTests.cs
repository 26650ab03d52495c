namespace Tiphys.Storage.Tests.Linearizability;

/// <summary>The checker itself: good histories pass, and each way of being bad is noticed.</summary>
public sealed class HistoryCheckerTests
{
    private static Operation Put(int called, int returned, string key, string value, long expected, long revision) =>
        new(OperationKind.PutIf, key, expected, value, called) { Returned = returned, Succeeded = true, Revision = revision };

    private static Operation Refused(int called, int returned, string key, long expected, long seen, string? seenValue, long revision) =>
        new(OperationKind.PutIf, key, expected, $"never {called}", called) { Returned = returned, Revision = revision, SeenRevision = seen, SeenValue = seenValue };

    private static Operation Delete(int called, int returned, string key, long expected, long revision) =>
        new(OperationKind.DeleteIf, key, expected, "", called) { Returned = returned, Succeeded = true, Revision = revision };

    private static Operation Get(int called, int returned, string key, long seen, string? value, long revision) =>
        new(OperationKind.Get, key, 0, "", called) { Returned = returned, Revision = revision, SeenRevision = seen, SeenValue = value };

    private static Operation Lost(int called, string key, string value, long expected) => new(OperationKind.PutIf, key, expected, value, called);

    private static readonly Change[] OneTwo = [new(2, "a", "1"), new(3, "a", "2")];

    [Fact]
    public void A_sequential_history_is_good() => Assert.Null(HistoryChecker.Check(
        [Put(0, 1, "a", "1", 0, 2), Get(2, 3, "a", 2, "1", 2), Put(4, 5, "a", "2", 2, 3), Refused(6, 7, "a", 2, 3, "2", 3), Delete(8, 9, "a", 3, 4), Get(10, 11, "a", 0, null, 4)],
        [.. OneTwo, new(4, "a", null)]));

    [Fact]
    public void Overlapping_reads_may_see_either_state()
    {
        foreach (var (seen, value, revision) in new[] { (2L, "1", 2L), (3L, "2", 3L) })
        {
            Assert.Null(HistoryChecker.Check(
                [Put(0, 1, "a", "1", 0, 2), Put(2, 9, "a", "2", 2, 3), Get(3, 8, "a", seen, value, revision)], OneTwo));
        }
    }

    [Fact]
    public void A_lost_write_may_have_happened_or_not()
    {
        Operation[] operations = [Put(0, 1, "a", "1", 0, 2), Lost(2, "a", "2", 2)];
        Assert.Null(HistoryChecker.Check(operations, OneTwo));
        Assert.Null(HistoryChecker.Check(operations, OneTwo[..1]));
        Assert.Null(HistoryChecker.Check([.. operations, Get(5, 6, "a", 3, "2", 3)], OneTwo));
    }

    [Fact]
    public void A_stale_read_is_noticed()
    {
        Assert.Contains("was answered after revision 3", HistoryChecker.Check(
            [Put(0, 1, "a", "1", 0, 2), Put(2, 3, "a", "2", 2, 3), Get(4, 5, "a", 2, "1", 2)], OneTwo), StringComparison.Ordinal);
        Assert.Contains("not linearizable", HistoryChecker.Check(
            [Put(0, 1, "a", "1", 0, 2), Put(2, 3, "a", "2", 2, 3), Get(4, 5, "a", 2, "1", 3)], OneTwo), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_reads_must_not_go_back() => Assert.Contains("not linearizable", HistoryChecker.Check(
        [Put(0, 1, "a", "1", 0, 2), Put(2, 20, "a", "2", 2, 3), Get(3, 4, "a", 3, "2", 3), Get(5, 6, "a", 2, "1", 3)], OneTwo), StringComparison.Ordinal);

    [Fact]
    public void A_lost_acknowledged_write_is_noticed()
    {
        Assert.Contains("not delivered", HistoryChecker.Check([Put(0, 1, "a", "1", 0, 2), Put(2, 3, "a", "2", 2, 3)], OneTwo[..1]), StringComparison.Ordinal);
        Assert.Contains("not delivered", HistoryChecker.Check([Put(0, 1, "a", "1", 0, 2), Put(2, 3, "b", "x", 0, 3)], OneTwo[..1]), StringComparison.Ordinal);
        Assert.Contains("not linearizable", HistoryChecker.Check([Put(0, 1, "a", "1", 0, 2), Get(2, 3, "a", 0, null, 2)], OneTwo[..1]), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_writes_on_the_same_expectation_are_noticed() => Assert.Contains("not linearizable", HistoryChecker.Check(
        [Put(0, 1, "a", "1", 0, 2), Put(2, 9, "a", "2", 2, 3), Put(3, 8, "a", "3", 2, 4)], [.. OneTwo, new(4, "a", "3")]), StringComparison.Ordinal);

    [Fact]
    public void A_refusal_without_reason_is_noticed() => Assert.Contains("not linearizable", HistoryChecker.Check(
        [Put(0, 1, "a", "1", 0, 2), Refused(2, 3, "a", 2, 2, "1", 2)], OneTwo[..1]), StringComparison.Ordinal);

    [Fact]
    public void Gaps_repetitions_disorder_and_inventions_of_a_watch_are_noticed()
    {
        Operation[] operations = [Put(0, 1, "a", "1", 0, 2), Put(2, 3, "a", "2", 2, 3)];
        Assert.Contains("where revision 2 was due", HistoryChecker.Check(operations, OneTwo[1..]), StringComparison.Ordinal);
        Assert.Contains("where revision 4 was due", HistoryChecker.Check(operations, [.. OneTwo, OneTwo[1]]), StringComparison.Ordinal);
        Assert.Contains("where revision 2 was due", HistoryChecker.Check(operations, [OneTwo[1], OneTwo[0]]), StringComparison.Ordinal);
        Assert.Contains("nobody wrote", HistoryChecker.Check(operations, [.. OneTwo, new(4, "a", "invented")]), StringComparison.Ordinal);
        Assert.Contains("nobody asked for", HistoryChecker.Check(operations, [.. OneTwo, new(4, "a", null)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Revisions_out_of_real_time_order_are_noticed_over_keys() => Assert.Contains("was answered after revision 3", HistoryChecker.Check(
        [Put(0, 1, "a", "1", 0, 3), Put(2, 3, "b", "2", 0, 2)], [new(2, "b", "2"), new(3, "a", "1")]), StringComparison.Ordinal);

    [Fact]
    public void Many_overlapping_operations_are_checked_quickly()
    {
        var random = new Random(1);
        var operations = new List<Operation>();
        var changes = new List<Change>();
        long mod = 0;
        // Sixteen clients at a time; a write's effect lies somewhere between call and return, as do the reads of it.
        for (var i = 0; i < 3000; i++)
        {
            changes.Add(new Change(i + 2, "a", $"{i}"));
            operations.Add(Put(i * 10, (i * 10) + 1 + random.Next(9), "a", $"{i}", mod, i + 2));
            mod = i + 2;
            operations.Add(Get((i * 10) - random.Next(40), (i * 10) + 10, "a", mod, $"{i}", mod));
        }
        Assert.Null(HistoryChecker.Check(operations, changes));
    }
}
