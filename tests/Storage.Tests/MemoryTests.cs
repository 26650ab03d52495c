using System.Runtime.CompilerServices;
using Tiphys.Storage.Embedded;

namespace Tiphys.Storage.Tests;

public sealed class MemoryTests
{
    [Fact]
    public async Task A_closed_store_is_let_go()
    {
        using var directory = new TestDirectory();
        var store = await UseAsync(directory);
        await Patience.UntilAsync(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return !store.IsAlive;
            },
            "nothing holds the store any more");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> UseAsync(TestDirectory directory)
    {
        await using var store = EmbeddedStore.Open(directory.Options with { CheckpointBytes = 1 });
        await using var watch = store.Watch(new WatchRequest(KeyRange.All) { FromRevision = 2 });
        for (var i = 0; i < 2000; i += 100) await Task.WhenAll(Enumerable.Range(i, 100).Select(k => store.PutIfAsync($"k{k}".Bytes(), new byte[100], 0).AsTask()));
        await store.Put("k", "v");
        await watch.ReadAsync();
        await store.CompactAsync(store.CurrentRevision);
        await store.CheckpointAsync();
        return new WeakReference(store);
    }
}
