namespace Tiphys.Storage.Tests.Behaviour;

public abstract class TxnTests(StoreFixture fixture) : StoreTests(fixture)
{
    private static PutOperation Put(string key, string value, long lease = 0) => new(key.Bytes(), value.Bytes(), lease);

    private static DeleteOperation Delete(string prefix) => new(prefix.Prefix());

    [Fact]
    public async Task All_writes_of_a_transaction_share_one_revision()
    {
        await using var store = await Fixture.OpenAsync();
        await store.Put("x1", "old");
        var result = await store.TxnAsync(new TxnRequest([], [Put("a", "1"), Put("b", "2"), Delete("x")], []));
        Assert.Equal(3, result.Revision);
        Assert.Equal("old", Assert.IsType<DeleteOperationResult>(result.Results[2]).Deleted.Single().Value.Text());
        Assert.Equal("a=1 b=2", await store.List(""));
        Assert.All((await store.RangeAsync(new RangeRequest(KeyRange.All))).Records, r => Assert.Equal(3, r.ModRevision));
        await using var watch = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = 3 });
        Assert.Equal("3+a=1 3+b=2 3-x1", (await watch.ReadAsync()).Describe());
    }

    [Fact]
    public async Task Reads_see_the_writes_before_them()
    {
        await using var store = await Fixture.OpenAsync();
        await store.Put("a", "1");
        var read = new RangeOperation(new RangeRequest("a".Prefix()));
        var result = await store.TxnAsync(new TxnRequest([], [read, Put("a", "2"), read], []));
        Assert.Equal("a=1", ((RangeOperationResult)result.Results[0]).Range.Describe());
        Assert.Equal("a=2", ((RangeOperationResult)result.Results[2]).Range.Describe());
        Assert.Equal(2, ((RangeOperationResult)result.Results[0]).Range.Revision);
        Assert.Equal(3, ((RangeOperationResult)result.Results[2]).Range.Revision);
    }

    [Fact]
    public async Task A_failed_comparison_takes_the_else_branch()
    {
        await using var store = await Fixture.OpenAsync();
        await store.Put("a", "1");
        var result = await store.TxnAsync(new TxnRequest(
            [Compare.ModRevision("a".Bytes(), 7)], [Put("a", "2")], [new RangeOperation(new RangeRequest(KeyRange.Single("a".Bytes())))]));
        Assert.False(result.Succeeded);
        Assert.Equal(2, result.Revision);
        Assert.Equal("a=1", ((RangeOperationResult)result.Results.Single()).Range.Describe());
    }

    [Theory]
    [InlineData(CompareTarget.Version, CompareOperator.Equal, 2, true)]
    [InlineData(CompareTarget.Version, CompareOperator.Greater, 2, false)]
    [InlineData(CompareTarget.CreateRevision, CompareOperator.Equal, 2, true)]
    [InlineData(CompareTarget.CreateRevision, CompareOperator.Less, 3, true)]
    [InlineData(CompareTarget.ModRevision, CompareOperator.NotEqual, 3, false)]
    [InlineData(CompareTarget.ModRevision, CompareOperator.Greater, 2, true)]
    [InlineData(CompareTarget.Lease, CompareOperator.Equal, 0, true)]
    public async Task Comparisons_relate_the_stored_side_to_the_given(CompareTarget target, CompareOperator relation, long number, bool holds)
    {
        await using var store = await Fixture.OpenAsync();
        await store.Put("a", "1");
        await store.Put("a", "2");
        var compare = new Compare(KeyRange.Single("a".Bytes()), target, relation) { Number = number };
        Assert.Equal(holds, (await store.TxnAsync(new TxnRequest([compare], [], []))).Succeeded);
    }

    [Fact]
    public async Task A_missing_key_compares_as_zeros_but_has_no_value()
    {
        await using var store = await Fixture.OpenAsync();
        async Task<bool> Holds(Compare compare) => (await store.TxnAsync(new TxnRequest([compare], [], []))).Succeeded;
        Assert.True(await Holds(Compare.Missing("a".Bytes())));
        Assert.False(await Holds(Compare.Exists("a".Bytes())));
        Assert.True(await Holds(Compare.ModRevision("a".Bytes(), 0)));
        Assert.False(await Holds(new Compare(KeyRange.Single("a".Bytes()), CompareTarget.Value, CompareOperator.NotEqual) { Value = "x".Bytes() }));
        await store.Put("a", "1");
        Assert.True(await Holds(Compare.Exists("a".Bytes())));
        Assert.True(await Holds(new Compare(KeyRange.Single("a".Bytes()), CompareTarget.Value, CompareOperator.Less) { Value = "2".Bytes() }));
    }

    [Fact]
    public async Task A_range_comparison_must_hold_for_every_key()
    {
        await using var store = await Fixture.OpenAsync();
        await store.Put("a1", "x");
        await store.Put("a2", "y");
        var compare = new Compare("a".Prefix(), CompareTarget.Value, CompareOperator.Equal) { Value = "x".Bytes() };
        Assert.False((await store.TxnAsync(new TxnRequest([compare], [], []))).Succeeded);
        await store.Put("a2", "x");
        Assert.True((await store.TxnAsync(new TxnRequest([compare], [], []))).Succeeded);
    }

    [Fact]
    public async Task Nested_transactions_are_judged_before_anything_is_written()
    {
        await using var store = await Fixture.OpenAsync();
        var inner = new TxnRequest([Compare.Missing("a".Bytes())], [Put("b", "then")], [Put("b", "else")]);
        var result = await store.TxnAsync(new TxnRequest([], [Put("a", "1"), new NestedTxnOperation(inner)], []));
        Assert.True(((NestedTxnOperationResult)result.Results[1]).Txn.Succeeded);
        Assert.Equal("a=1 b=then", await store.List(""));
        Assert.Equal(2, store.CurrentRevision);
    }

    [Fact]
    public async Task A_key_may_not_be_written_twice()
    {
        await using var store = await Fixture.OpenAsync();
        async Task Refused(params TxnOperation[] operations) =>
            await Assert.ThrowsAsync<InvalidStoreRequestException>(async () => await store.TxnAsync(new TxnRequest([], operations, [])));
        await Refused(Put("a", "1"), Put("a", "2"));
        await Refused(Put("a", "1"), Delete("a"));
        await Refused(Delete("a"), Put("ab", "1"));
        await Refused(Put("a", "1"), new NestedTxnOperation(new TxnRequest([], [], [Put("a", "2")])));
        await store.TxnAsync(new TxnRequest([], [Delete("a"), Delete("a")], []));
        await store.TxnAsync(new TxnRequest([], [new NestedTxnOperation(new TxnRequest([], [Put("a", "1")], [Put("a", "2")]))], []));
    }

    [Fact]
    public async Task A_refused_transaction_leaves_nothing_behind()
    {
        await using var store = await Fixture.OpenAsync();
        await Assert.ThrowsAsync<LeaseNotFoundException>(async () => await store.TxnAsync(new TxnRequest([], [Put("a", "1"), Put("b", "1", lease: 5)], [])));
        await Assert.ThrowsAsync<FutureRevisionException>(async () => await store.TxnAsync(
            new TxnRequest([], [Put("a", "1"), new RangeOperation(new RangeRequest(KeyRange.All) { Revision = 99 })], [])));
        Assert.Equal("", await store.List(""));
        Assert.Equal(1, store.CurrentRevision);
    }

    [Fact]
    public async Task A_put_can_keep_the_value_or_the_lease()
    {
        await using var store = await Fixture.OpenAsync();
        await store.GrantLeaseAsync(TimeSpan.FromMinutes(1), 5);
        await Assert.ThrowsAsync<InvalidStoreRequestException>(
            async () => await store.TxnAsync(new TxnRequest([], [new PutOperation("a".Bytes(), default) { IgnoreValue = true }], [])));
        await store.Put("a", "1", lease: 5);
        await store.TxnAsync(new TxnRequest([], [new PutOperation("a".Bytes(), "2".Bytes()) { IgnoreLease = true }], []));
        Assert.Equal(5, (await store.GetAsync("a".Bytes())).Record!.Lease);
        await store.TxnAsync(new TxnRequest([], [new PutOperation("a".Bytes(), default) { IgnoreValue = true }], []));
        var record = (await store.GetAsync("a".Bytes())).Record!;
        Assert.Equal(("2", 0), (record.Value.Text(), record.Lease));
    }
}
