using System.Text;
using Tiphys.Storage.Embedded;

namespace Tiphys.Storage.Tests;

/// <summary>Random operations against a model so simple that it cannot be wrong: a full copy of the map at every revision.</summary>
public sealed class ModelTests
{
    private sealed record Entry(string Value, long Create, long Mod, long Version);

    private sealed class Model
    {
        public List<SortedDictionary<string, Entry>> Revisions { get; } = [new(StringComparer.Ordinal), new(StringComparer.Ordinal)];

        public List<(long Revision, string Text)> Events { get; } = [];

        public long Revision => Revisions.Count - 1;

        public SortedDictionary<string, Entry> Now => Revisions[^1];

        public void Write(params (string Key, string? Value)[] writes)
        {
            var next = new SortedDictionary<string, Entry>(Now, StringComparer.Ordinal);
            var revision = Revision + 1;
            var changed = false;
            foreach (var (key, value) in writes)
            {
                next.TryGetValue(key, out var old);
                var previous = old is null ? "" : $"<{old.Value}";
                if (value is not null)
                {
                    next[key] = new Entry(value, old?.Create ?? revision, revision, (old?.Version ?? 0) + 1);
                    Events.Add((revision, $"{revision}{(old is null ? "+" : "~")}{key}={value}{previous}"));
                    changed = true;
                }
                else if (next.Remove(key))
                {
                    Events.Add((revision, $"{revision}-{key}{previous}"));
                    changed = true;
                }
            }
            if (changed)
                Revisions.Add(next);
        }

        public string Range(string prefix, long revision) => string.Join(
            ' ',
            Revisions[(int)revision].Where(e => e.Key.StartsWith(prefix, StringComparison.Ordinal))
                .Select(e => $"{e.Key}={e.Value.Value}({e.Value.Create},{e.Value.Mod},{e.Value.Version})"));
    }

    [Theory]
    [InlineData(1, 30, false)]
    [InlineData(2, 2000, false)]
    [InlineData(3, 200, true)]
    [InlineData(4, 10, true)]
    [InlineData(5, 1000, true)]
    public async Task The_store_agrees_with_the_model(int seed, int keys, bool onDisk)
    {
        using var directory = new TestDirectory();
        var options = directory.Options with { SegmentBytes = 4096, CheckpointBytes = 8192 };
        var store = onDisk ? EmbeddedStore.Open(options) : EmbeddedStore.InMemory(options);
        var random = new Random(seed);
        var model = new Model();
        try
        {
            for (var step = 0; step < 3000; step++)
            {
                var key = Key(random, keys);
                switch (random.Next(40))
                {
                    case < 16:
                        await Cas(store, model, random, key);
                        break;
                    case < 26:
                        model.Write((key, $"v{step}"));
                        await store.Put(key, $"v{step}");
                        break;
                    case < 31:
                        model.Write((key, null));
                        await store.Delete(key);
                        break;
                    case < 33:
                        await Several(store, model, random, keys, step);
                        break;
                    case < 36:
                        await CompareRange(store, model, random);
                        break;
                    case < 38:
                        await CompareWatch(store, model, random);
                        break;
                    case 38 when store.CurrentRevision > store.CompactedRevision:
                        await store.CompactAsync(random.NextInt64(store.CompactedRevision + 1, store.CurrentRevision + 1));
                        break;
                    case 39 when onDisk && random.Next(4) == 0:
                        var before = await store.Dump();
                        if (random.Next(2) == 0)
                            await store.CheckpointAsync();
                        await store.DisposeAsync();
                        store = EmbeddedStore.Open(options);
                        Assert.Equal(before, await store.Dump());
                        break;
                }
                Assert.Equal(model.Revision, store.CurrentRevision);
            }
            for (var i = 0; i < 50; i++)
            {
                await CompareRange(store, model, random);
                await CompareWatch(store, model, random);
            }
        }
        finally
        {
            await store.DisposeAsync();
        }
    }

    private static string Key(Random random, int keys) => $"/{random.Next(4)}/{random.Next(keys)}";

    private static async Task Cas(EmbeddedStore store, Model model, Random random, string key)
    {
        model.Now.TryGetValue(key, out var current);
        var right = random.Next(3) > 0;
        var expected = right ? current?.Mod ?? 0 : random.Next((int)model.Revision + 2);
        var holds = expected == (current?.Mod ?? 0);
        var delete = random.Next(4) == 0;
        var result = delete
            ? await store.DeleteIfAsync(key.Bytes(), expected)
            : await store.PutIfAsync(key.Bytes(), $"c{expected}".Bytes(), expected);
        Assert.Equal(holds, result.Succeeded);
        if (holds)
            model.Write((key, delete ? null : $"c{expected}"));
        else
            Assert.Equal(current?.Value, result.Record?.Value.Text());
        Assert.Equal(model.Revision, result.Revision);
    }

    private static async Task Several(EmbeddedStore store, Model model, Random random, int keys, int step)
    {
        var chosen = Enumerable.Range(0, random.Next(1, 8)).Select(_ => Key(random, keys)).Distinct().ToList();
        var writes = chosen.Select(k => (Key: k, Value: random.Next(3) == 0 ? null : $"t{step}")).ToArray();
        await store.TxnAsync(new TxnRequest(
            [],
            [.. writes.Select(w => w.Value is null
                ? (TxnOperation)new DeleteOperation(KeyRange.Single(w.Key.Bytes()))
                : new PutOperation(w.Key.Bytes(), w.Value.Bytes()))],
            []));
        model.Write(writes);
    }

    private static async Task CompareRange(EmbeddedStore store, Model model, Random random)
    {
        var prefix = random.Next(3) switch { 0 => "", 1 => $"/{random.Next(4)}/", _ => $"/{random.Next(4)}/{random.Next(10)}" };
        var revision = random.NextInt64(1, model.Revision + 1);
        if (revision < store.CompactedRevision)
        {
            await Assert.ThrowsAsync<CompactedException>(async () => await store.List(prefix, revision));
            return;
        }
        var result = await store.RangeAsync(new RangeRequest(prefix.Prefix()) { Revision = revision });
        var text = string.Join(' ', result.Records.Select(r => $"{r.Key.Text()}={r.Value.Text()}({r.CreateRevision},{r.ModRevision},{r.Version})"));
        Assert.Equal(model.Range(prefix, revision), text);
        Assert.Equal(result.Records.Count, result.Count);
    }

    private static async Task CompareWatch(EmbeddedStore store, Model model, Random random)
    {
        var from = random.NextInt64(1, model.Revision + 1);
        await using var watch = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = from, WithPrevious = true });
        if (from < store.CompactedRevision)
        {
            await Assert.ThrowsAsync<CompactedException>(async () => await watch.ReadAsync());
            return;
        }
        watch.RequestProgress();
        var seen = new StringBuilder();
        long reached;
        do
        {
            var batch = await watch.ReadAsync();
            reached = batch.Revision;
            foreach (var e in batch.Events)
                seen.AppendLine(e.Describe());
        }
        while (reached < model.Revision);
        var expected = new StringBuilder();
        foreach (var (_, text) in model.Events.Where(e => e.Revision >= from))
            expected.AppendLine(text);
        Assert.Equal(expected.ToString(), seen.ToString());
    }
}
