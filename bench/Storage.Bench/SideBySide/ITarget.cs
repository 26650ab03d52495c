namespace Tiphys.Storage.Bench.SideBySide;

/// <summary>One of the stores that are held side by side. All make a write durable before they answer.</summary>
internal interface ITarget : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Starts it on its data, or on none the first time, and returns once it answers a read.</summary>
    Task StartAsync();

    /// <summary>Ends it in good order; the data stays.</summary>
    Task StopAsync();

    /// <summary>Writes a key. A writer writes a key once, or twice in turn.</summary>
    ValueTask PutAsync(int writer, byte[] key, byte[] value);

    /// <summary>Forgets all that has been superseded.</summary>
    Task CompactAsync();

    /// <summary>Bytes of memory that are its own.</summary>
    long Memory();

    /// <summary>Processor time its process has used; the writers' too where they are in the same process.</summary>
    TimeSpan ProcessorTime();
}
