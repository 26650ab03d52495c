using Tiphys.Storage.Embedded;

namespace Tiphys.Storage.Tests.Behaviour;

/// <summary>The embedded store, in memory or on disk.</summary>
public sealed class EmbeddedFixture(bool onDisk) : StoreFixture
{
    private readonly ManualTime _time = new();
    private readonly List<TestDirectory> _directories = [];

    public override Task<IStore> OpenAsync()
    {
        var options = new EmbeddedStoreOptions { TimeProvider = _time, HistoryWindow = null, SegmentBytes = 16 << 10, CheckpointBytes = 16 << 10 };
        if (onDisk)
        {
            var directory = new TestDirectory();
            _directories.Add(directory);
            options = options with { DataDirectory = directory.Path };
        }
        return Task.FromResult<IStore>(EmbeddedStore.Open(options));
    }

    public override Task PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }

    public override void Dispose() => _directories.ForEach(static d => d.Dispose());
}

public sealed class InMemoryCasTests() : CasTests(new EmbeddedFixture(onDisk: false));

public sealed class OnDiskCasTests() : CasTests(new EmbeddedFixture(onDisk: true));

public sealed class InMemoryTxnTests() : TxnTests(new EmbeddedFixture(onDisk: false));

public sealed class OnDiskTxnTests() : TxnTests(new EmbeddedFixture(onDisk: true));

public sealed class InMemoryRangeTests() : RangeTests(new EmbeddedFixture(onDisk: false));

public sealed class OnDiskRangeTests() : RangeTests(new EmbeddedFixture(onDisk: true));

public sealed class InMemoryWatchTests() : WatchTests(new EmbeddedFixture(onDisk: false));

public sealed class OnDiskWatchTests() : WatchTests(new EmbeddedFixture(onDisk: true));

public sealed class InMemoryLeaseTests() : LeaseTests(new EmbeddedFixture(onDisk: false));

public sealed class OnDiskLeaseTests() : LeaseTests(new EmbeddedFixture(onDisk: true));

public sealed class InMemoryLeaseTimeTests() : LeaseTimeTests(new EmbeddedFixture(onDisk: false));

public sealed class OnDiskLeaseTimeTests() : LeaseTimeTests(new EmbeddedFixture(onDisk: true));

public sealed class InMemoryCompactionTests() : CompactionTests(new EmbeddedFixture(onDisk: false));

public sealed class OnDiskCompactionTests() : CompactionTests(new EmbeddedFixture(onDisk: true));
