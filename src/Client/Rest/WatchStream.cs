using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Tiphys.Client;

/// <summary>Splits a watch response into its frames: JSON documents, one a line.</summary>
internal static class WatchStream
{
    /// <summary>The frames; each is valid until the next is asked for.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancel)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024));
        try
        {
            while (true)
            {
                ReadResult result;
                try
                {
                    result = await reader.ReadAsync(cancel);
                }
                catch (Exception e) when (e is IOException or HttpRequestException)
                {
                    yield break; // the server went away: the caller watches again from where it is
                }

                var rest = result.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    var line = rest.Slice(0, end);
                    rest = rest.Slice(rest.GetPosition(1, end));
                    if (line.IsEmpty) continue;
                    yield return line.IsSingleSegment ? line.First : line.ToArray();
                }

                reader.AdvanceTo(rest.Start, rest.End);
                if (result.IsCompleted) yield break;
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }
}
