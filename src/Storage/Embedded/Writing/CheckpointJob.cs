using Tiphys.Storage.Embedded.Log;
using Tiphys.Storage.Embedded.Mvcc;

namespace Tiphys.Storage.Embedded.Writing;

/// <summary>
/// Checkpoints beside the traffic. While one is being written nothing is cut from the index, so the published tree still
/// holds the state one revision before the compacted one: what a checkpoint records, the log giving all that came after.
/// </summary>
internal sealed class CheckpointJob(SegmentedLog log, string directory, long bytes, EmbeddedStoreOptions options) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Size of the last checkpoint in bytes.</summary>
    public long Bytes { get; private set; } = bytes;

    /// <summary>Whether one is being written. The writer loop's.</summary>
    public bool Running { get; private set; }

    /// <summary>Starts one if the log it would make superfluous is large enough.</summary>
    public void TryStartIfWorthwhile(StoreWriter writer, WriterLoop loop)
    {
        if (log.BytesThrough(writer.Index.CompactedRevision - 1) >= Math.Max(options.CheckpointBytes, Bytes / 2))
            TryStart(writer, loop);
    }

    /// <summary>
    /// Starts one; null when one is running or nothing has been compacted. Called between batches, when all leases are durable
    /// and everything is cut.
    /// </summary>
    public Task? TryStart(StoreWriter writer, WriterLoop loop)
    {
        var index = writer.Index;
        var revision = index.CompactedRevision - 1;
        if (Running || revision < 1)
            return null;
        Running = true;
        var content = new StoreImage(index.Published.Root, revision, index.CompactedRevision, writer.Leases.Sequence, writer.Leases.Image(), writer.Alarms.Published);
        return _running = Task.Factory.StartNew(() => RunAsync(content, loop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync(StoreImage content, WriterLoop loop)
    {
        try
        {
            var size = Checkpoint.Write(directory, options.Disk, content, paced: true, _stop.Token);
            var (superfluous, end) = await loop.Call(_ =>
            {
                Bytes = size;
                return (log.TakeThrough(content.Revision), log.End);
            }).ConfigureAwait(false);
            log.Durable.Advance(end);
            GradualDeletion.Delete(directory, options.Disk, [.. Checkpoint.Others(directory, content.Revision), .. superfluous], _stop.Token);
            StoreLog.CheckpointWritten(options.Logger, content.Revision, size, superfluous.Count);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The store is closing; a checkpoint that became whole is used, a half one is swept up at the next start.
        }
        catch (Exception e)
        {
            StoreLog.CheckpointFailed(options.Logger, content.Revision, e);
        }
        finally
        {
            loop.Post(_ => Running = false);
        }
    }
}
