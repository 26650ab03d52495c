using System.IO.Pipelines;
using Google.Protobuf;
using Tiphys.Grpc.Server;
using Tiphys.Storage.Embedded.Snapshots.Etcd;

namespace Tiphys.Storage.Etcd.Services;

/// <summary>Sends a snapshot, in etcd's form, as it is being written.</summary>
internal static class SnapshotSender
{
    private const int ChunkBytes = 256 * 1024;

    public static async ValueTask SendAsync(IStore store, Member member, IMessageStream messages, GrpcCall call)
    {
        if (store is not ISnapshotSource source)
            throw EtcdErrors.NotOffered("this store makes no snapshots");
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 4 * ChunkBytes, resumeWriterThreshold: ChunkBytes, useSynchronizationContext: false));
        var writing = WriteAsync(source, pipe.Writer, call.Cancellation);
        try
        {
            ByteString? held = null;
            while (true)
            {
                var read = await pipe.Reader.ReadAtLeastAsync(ChunkBytes, call.Cancellation);
                var length = Math.Min(read.Buffer.Length, ChunkBytes);
                var chunk = length == 0 ? null : Copy(read.Buffer.Slice(0, length));
                pipe.Reader.AdvanceTo(read.Buffer.GetPosition(length));
                // How much will follow is not known before it is written; what is told is that something does, by the chunk held back.
                if (held is not null)
                {
                    await messages.WriteAsync(
                        new V3.SnapshotResponse { Header = member.Header(store.CurrentRevision), Blob = held, RemainingBytes = (ulong)length }, call.Cancellation);
                    await messages.FlushAsync(call.Cancellation);
                }
                held = chunk;
                if (chunk is null)
                    break;
            }
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
        }
        await writing;
    }

    private static async Task WriteAsync(ISnapshotSource source, PipeWriter writer, CancellationToken cancel)
    {
        try
        {
            var content = await source.ReadContentAsync(cancel);
            await Task.Run(() => EtcdSnapshotWriter.Write(content, writer.AsStream(), cancel), cancel);
            await writer.CompleteAsync();
        }
        catch (Exception e)
        {
            await writer.CompleteAsync(e);
        }
    }

    private static ByteString Copy(in System.Buffers.ReadOnlySequence<byte> bytes) =>
        UnsafeByteOperations.UnsafeWrap(System.Buffers.BuffersExtensions.ToArray(bytes));
}
