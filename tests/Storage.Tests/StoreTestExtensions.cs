using System.Text;
using Tiphys.Storage.Embedded;
using Tiphys.Storage.Embedded.Log;

namespace Tiphys.Storage.Tests;

internal static class StoreTestExtensions
{
    public static byte[] Bytes(this string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(this ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    public static KeyRange Prefix(this string text) => KeyRange.Prefix(text.Bytes());

    /// <summary>Writes a key whatever its state and returns the revision.</summary>
    public static async Task<long> Put(this IStore store, string key, string value, long lease = 0)
    {
        var result = await store.TxnAsync(new TxnRequest([], [new PutOperation(key.Bytes(), value.Bytes(), lease)], []));
        return result.Revision;
    }

    public static async Task<long> Delete(this IStore store, string key)
    {
        var result = await store.TxnAsync(new TxnRequest([], [new DeleteOperation(KeyRange.Single(key.Bytes()))], []));
        return result.Revision;
    }

    public static async Task<string?> Get(this IStore store, string key, long revision = 0) =>
        (await store.GetAsync(key.Bytes(), revision)).Record?.Value.Text();

    /// <summary>A range as "key=value" texts.</summary>
    public static async Task<string> List(this IStore store, string prefix, long revision = 0, long limit = 0) =>
        (await store.RangeAsync(new RangeRequest(prefix.Prefix()) { Revision = revision, Limit = limit })).Describe();

    public static string Describe(this RangeResult result) =>
        string.Join(' ', result.Records.Select(r => $"{r.Key.Text()}={r.Value.Text()}"));

    public static string Describe(this WatchBatch batch) => string.Join(' ', batch.Events.Select(Describe));

    public static string Describe(this WatchEvent e)
    {
        var previous = e.Previous is { } p ? $"<{p.Value.Text()}" : "";
        return e.IsDelete
            ? $"{e.Record.ModRevision}-{e.Record.Key.Text()}{previous}"
            : $"{e.Record.ModRevision}{(e.IsCreate ? "+" : "~")}{e.Record.Key.Text()}={e.Record.Value.Text()}{previous}";
    }

    /// <summary>Everything that can be told of a store, history included, for comparing two of them.</summary>
    public static async Task<string> Dump(this EmbeddedStore store)
    {
        var text = new StringBuilder();
        text.AppendLine($"revision {store.CurrentRevision} compacted {store.CompactedRevision}");
        for (var revision = Math.Max(store.CompactedRevision, 1); revision <= store.CurrentRevision; revision++)
        {
            var range = await store.RangeAsync(new RangeRequest(KeyRange.All) { Revision = revision });
            text.Append(revision).Append(':');
            foreach (var r in range.Records)
                text.Append($" {r.Key.Text()}={r.Value.Text()}({r.CreateRevision},{r.ModRevision},{r.Version},{r.Lease})");
            text.AppendLine();
        }
        foreach (var lease in await store.ListLeasesAsync())
        {
            var status = await store.GetLeaseAsync(lease, withKeys: true);
            text.AppendLine($"lease {lease} {status.GrantedTtl} {string.Join(' ', status.Keys.Select(Text))}");
        }
        var from = Math.Max(store.CompactedRevision, 2);
        if (from <= store.CurrentRevision)
        {
            await using var watch = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = from });
            watch.RequestProgress();
            WatchBatch batch;
            do
            {
                batch = await watch.ReadAsync();
                foreach (var e in batch.Events)
                    text.AppendLine(e.Describe());
            }
            while (batch.Revision < store.CurrentRevision);
        }
        return text.ToString();
    }
}

/// <summary>A directory that goes with the test.</summary>
internal sealed class TestDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("tiphys-store-").FullName;

    public EmbeddedStoreOptions Options => new() { DataDirectory = Path, HistoryWindow = null };

    public EmbeddedStore Open() => EmbeddedStore.Open(Options);

    /// <summary>What a crash at this moment would leave: the files as they are, without the lock.</summary>
    public TestDirectory Copy()
    {
        var copy = new TestDirectory();
        foreach (var file in Directory.EnumerateFiles(Path).Where(f => !f.EndsWith("/lock", StringComparison.Ordinal)))
        {
            using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var target = Permissions.Open(System.IO.Path.Combine(copy.Path, System.IO.Path.GetFileName(file)), FileMode.Create, FileAccess.Write, FileShare.None);
            source.CopyTo(target);
        }
        return copy;
    }

    /// <summary>Writes a file as the store would have: for its owner alone.</summary>
    public void Write(string name, byte[] bytes)
    {
        using var stream = Permissions.Open(System.IO.Path.Combine(Path, name), FileMode.Create, FileAccess.Write, FileShare.None);
        stream.Write(bytes);
    }

    /// <summary>Reads a file the store has open.</summary>
    public byte[] Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public string[] Files(string pattern) => [.. Directory.GetFiles(Path, pattern).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
