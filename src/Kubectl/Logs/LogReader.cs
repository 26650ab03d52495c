using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Tiphys.Client;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Logs;

/// <summary>Copies logs to the output: one after the other, or, when they are followed, all at once, line by line.</summary>
internal sealed class LogReader(CommandContext context, bool follow, bool ignoreErrors, TimeSpan patience)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _writing = new(1);

    public async Task ReadAsync(List<LogRequest> requests, CancellationToken cancel)
    {
        if (follow && requests.Count > 1)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var readers = requests.ConvertAll(r => ReadAsync(r, ended.Token));

            // The first that fails ends them all.
            while (readers.Count > 0)
            {
                var done = await Task.WhenAny(readers);
                readers.Remove(done);
                if (done.IsFaulted) await ended.CancelAsync();
                await done;
            }

            return;
        }

        foreach (var request in requests) await ReadAsync(request, cancel);
    }

    private async Task ReadAsync(LogRequest request, CancellationToken cancel)
    {
        var since = context.Time.GetTimestamp();
        while (true)
        {
            try
            {
                await CopyAsync(request, cancel);
                return;
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
            {
                if (ignoreErrors)
                {
                    await WriteAsync(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes($"error: {e.Message}\n")), [], cancel);
                    return;
                }

                if (!follow) throw;
                context.Error.WriteLine(e.Message);
                if (e is not ApiException || context.Time.GetElapsedTime(since) >= patience) throw;
            }

            await Task.Delay(s_pause, context.Time, cancel);
        }
    }

    private async Task CopyAsync(LogRequest request, CancellationToken cancel)
    {
        using var response = await context.Cluster.Client.SendAsync(HttpMethod.Get, request.Path, null, "application/json, */*", cancel);
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        var prefix = Encoding.UTF8.GetBytes(request.Prefix);
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 32 * 1024));
        while (true)
        {
            var result = await reader.ReadAsync(cancel);
            var rest = result.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                var after = rest.GetPosition(1, end);
                await WriteAsync(rest.Slice(0, after), prefix, cancel);
                rest = rest.Slice(after);
            }

            if (result.IsCompleted)
            {
                if (!rest.IsEmpty) await WriteAsync(rest, prefix, cancel);
                break;
            }

            reader.AdvanceTo(rest.Start, rest.End);
            if (follow) await context.Out.FlushAsync(cancel);
            await context.Streams.RawOutput.FlushAsync(cancel);
        }

        await reader.CompleteAsync();
    }

    /// <summary>Writes a line; lines of several logs do not mix.</summary>
    private async Task WriteAsync(ReadOnlySequence<byte> line, byte[] prefix, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel);
        try
        {
            var output = context.Streams.RawOutput;
            if (prefix.Length > 0) await output.WriteAsync(prefix, cancel);
            foreach (var segment in line) await output.WriteAsync(segment, cancel);
        }
        finally
        {
            _writing.Release();
        }
    }
}
