using System.Globalization;
using Tiphys.Storage.Embedded;

namespace Tiphys.Storage.Tests.Crashing;

/// <summary>
/// The process that is killed: opens several stores, tells every change of each since a revision, and has clients work on a few keys.
/// Each line it prints is the number of a store and one event of its history; what is printed is in the pipe, and survives the process.
/// </summary>
internal static class CrashWriter
{
    public const string Argument = "--crash-writer";
    public const int Keys = 6;
    private const int Clients = 2;

    /// <summary>Gets ready, waits for a line that says what to work on (a seed, then directory and first revision of each store), and works.</summary>
    public static async Task<int> RunAsync()
    {
        await WarmUpAsync();
        var output = Console.OpenStandardOutput();
        if (await Console.In.ReadLineAsync() is not { } order) return 0;
        var words = order.Split(' ');
        var seed = int.Parse(words[0], CultureInfo.InvariantCulture);
        var gate = new Lock();
        await Task.WhenAll(Enumerable.Range(0, words.Length / 2).Select(i => Task.Run(() => ServeAsync(words[1 + (2 * i)], words[2 + (2 * i)], $"{seed}.{i}", seed * 31 + i * 7, Say(i)))));
        return 0;

        Action<string> Say(int store) => line =>
        {
            var bytes = System.Text.Encoding.ASCII.GetBytes($"{store} {line}\n");
            lock (gate)
                output.Write(bytes);
        };
    }

    // What the runtime must compile it compiles before the order comes, while another process is at work.
    private static async Task WarmUpAsync()
    {
        await using var store = EmbeddedStore.InMemory();
        await using var watch = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = 2 });
        await store.PutIfAsync("k".Bytes(), "v".Bytes(), 0);
        await store.DeleteIfAsync("k".Bytes(), 2);
        await watch.ReadAsync();
    }

    private static async Task ServeAsync(string directory, string from, string name, int seed, Action<string> say)
    {
        var store = EmbeddedStore.Open(new EmbeddedStoreOptions
        {
            DataDirectory = directory, HistoryWindow = null, SegmentBytes = 8 << 10, CheckpointBytes = 4 << 10,
        });
        say($"O {store.CurrentRevision}");
        var watching = WatchAsync(store, long.Parse(from, CultureInfo.InvariantCulture), say);
        await Task.WhenAll([watching, .. Enumerable.Range(0, Clients).Select(c => Task.Run(() => WorkAsync(store, $"{name}.{c}", new Random(seed + c), say)))]);
    }

    private static async Task WatchAsync(EmbeddedStore store, long from, Action<string> say)
    {
        await using var watch = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = from });
        for (var batches = 1; ; batches++)
        {
            var batch = await watch.ReadAsync();
            foreach (var e in batch.Events)
                say($"W {e.Record.ModRevision} {e.Record.Key.Text()} {(e.IsDelete ? "-" : e.Record.Value.Text())}");
            // Never what the parent may have to ask for again.
            if (batches % 20 == 0 && batch.Revision - 300 > store.CompactedRevision)
                await store.CompactAsync(batch.Revision - 300);
        }
    }

    private static async Task WorkAsync(EmbeddedStore store, string client, Random random, Action<string> say)
    {
        var mods = new Dictionary<string, long>();
        for (var n = 0; ; n++)
        {
            var (id, key) = ($"{client}.{n}", $"k{random.Next(Keys)}");
            var expected = mods.GetValueOrDefault(key);
            switch (random.Next(8))
            {
                case 0:
                    say($"I {id} Get {key} 0");
                    var got = await store.GetAsync(key.Bytes());
                    mods[key] = got.Record?.ModRevision ?? 0;
                    say($"A {id} 0 {got.Revision} {Seen(got.Record)}");
                    break;
                case 1:
                    say($"I {id} DeleteIf {key} {expected}");
                    Answer(id, key, await store.DeleteIfAsync(key.Bytes(), expected));
                    break;
                default:
                    say($"I {id} PutIf {key} {expected}");
                    Answer(id, key, await store.PutIfAsync(key.Bytes(), id.Bytes(), expected));
                    break;
            }
        }

        void Answer(string id, string key, CasResult result)
        {
            mods[key] = result.Record?.ModRevision ?? 0;
            say($"A {id} {(result.Succeeded ? 1 : 0)} {result.Revision} {Seen(result.Succeeded ? null : result.Record)}");
        }
    }

    private static string Seen(StoreRecord? record) => record is null ? "0 -" : $"{record.ModRevision} {record.Value.Text()}";
}
