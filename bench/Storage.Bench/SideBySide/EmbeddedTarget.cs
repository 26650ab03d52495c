using System.Collections.Concurrent;
using Tiphys.Storage.Embedded;

namespace Tiphys.Storage.Bench.SideBySide;

/// <summary>The embedded store, called in this process as the API server calls it.</summary>
internal sealed class EmbeddedTarget(string directory) : ITarget
{
    // Each key is written twice, one right after the other; who updates knows what it read, as in the API server.
    private readonly ConcurrentDictionary<int, (byte[] Key, long Revision)> _last = [];
    private EmbeddedStore? _store;

    public string Name => "embedded";

    public async Task StartAsync()
    {
        _store = EmbeddedStore.Open(new EmbeddedStoreOptions { DataDirectory = Path.Combine(directory, "embedded"), HistoryWindow = null });
        await _store.GetAsync("k"u8.ToArray());
    }

    public async Task StopAsync()
    {
        await _store!.DisposeAsync();
        _store = null;
        Memory();
    }

    public async ValueTask PutAsync(int writer, byte[] key, byte[] value)
    {
        var known = _last.TryGetValue(writer, out var last) && last.Key.AsSpan().SequenceEqual(key) ? last.Revision : 0;
        var result = await _store!.PutIfAsync(key, value, known);
        if (!result.Succeeded) throw new InvalidOperationException("somebody else wrote the key");
        _last[writer] = (key, result.Revision);
    }

    public async Task CompactAsync() => await _store!.CompactAsync(_store.CurrentRevision);

    public long Memory() => GC.GetTotalMemory(forceFullCollection: true);

    public TimeSpan ProcessorTime() => Environment.CpuUsage.TotalTime;

    public async ValueTask DisposeAsync()
    {
        if (_store is not null) await StopAsync();
    }
}
