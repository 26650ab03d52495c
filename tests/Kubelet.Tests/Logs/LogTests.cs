using System.IO.Compression;
using System.Text;
using Tiphys.Kubelet.Logs;
using Tiphys.Kubelet.Tests.Harness;

namespace Tiphys.Kubelet.Tests.Logs;

public sealed class LogTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tiphys-log-").FullName;

    private string LogPath => Path.Combine(_directory, "0.log");

    public void Dispose() => Directory.Delete(_directory, true);

    private async Task<string> ReadAsync(LogQuery query)
    {
        using var output = new MemoryStream();
        await new LogReader(TimeProvider.System).CopyAsync(LogPath, query, _ => Task.FromResult(false), output, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    [Fact]
    public async Task Lines_lose_their_envelope_and_partial_ones_are_joined()
    {
        await File.WriteAllTextAsync(LogPath, "2026-01-01T00:00:00.1Z stdout P ab\n2026-01-01T00:00:01Z stdout F cd\nrubbish\n2026-01-01T00:00:02.123456789+01:00 stderr F e f\n", TestContext.Current.CancellationToken);
        Assert.Equal("abcd\ne f\n", await ReadAsync(new LogQuery()));
        Assert.Equal("2026-01-01T00:00:00.100000000Z abcd\n2026-01-01T00:00:02.123456789+01:00 e f\n", await ReadAsync(new LogQuery { Timestamps = true }));
        Assert.Equal("cd\n", await ReadAsync(new LogQuery { Since = new DateTimeOffset(2026, 1, 1, 0, 0, 1, TimeSpan.Zero) }));
        Assert.Equal("e f\n", await ReadAsync(new LogQuery { TailLines = 1 }));
        Assert.Equal("", await ReadAsync(new LogQuery { TailLines = 0 }));
        Assert.Equal("abc", await ReadAsync(new LogQuery { LimitBytes = 3 }));
        Assert.Equal("e f\n", await ReadAsync(new LogQuery { Stdout = false }));
    }

    [Fact]
    public async Task Following_survives_rotation_and_ends_with_the_container()
    {
        await File.WriteAllTextAsync(LogPath, "2026-01-01T00:00:00Z stdout F one\n", TestContext.Current.CancellationToken);
        var (running, asked) = (true, 0);
        using var output = new MemoryStream();
        var copy = new LogReader(TimeProvider.System).CopyAsync(LogPath, new LogQuery { Follow = true }, _ => RunningAsync(), output, TestContext.Current.CancellationToken);
        await EndReachedAsync();
        File.Move(LogPath, LogPath + ".old");
        await File.WriteAllTextAsync(LogPath, "2026-01-01T00:00:00Z stdout F two\n", TestContext.Current.CancellationToken);
        await EndReachedAsync();
        await File.AppendAllTextAsync(LogPath, "2026-01-01T00:00:00Z stdout F three\n", TestContext.Current.CancellationToken);
        running = false;
        await copy.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.Equal("one\ntwo\nthree\n", Encoding.UTF8.GetString(output.ToArray()));

        Task<bool> RunningAsync()
        {
            Interlocked.Increment(ref asked);
            return Task.FromResult(Volatile.Read(ref running));
        }

        // The reader asks at the end of what there is. Its second question from now on comes after another look at the file.
        async Task EndReachedAsync()
        {
            var before = Volatile.Read(ref asked);
            await Patience.UntilAsync(() => Volatile.Read(ref asked) >= before + 2, "the reader has come to the end");
        }
    }

    [Fact]
    public async Task Following_reads_what_came_after_a_rotation_though_the_container_ended_meanwhile()
    {
        await File.WriteAllTextAsync(LogPath, "2026-01-01T00:00:00Z stdout F one\n", TestContext.Current.CancellationToken);
        using var output = new MemoryStream();
        await new LogReader(TimeProvider.System).CopyAsync(LogPath, new LogQuery { Follow = true }, RotatedAsync, output, TestContext.Current.CancellationToken);
        Assert.Equal("one\ntwo\n", Encoding.UTF8.GetString(output.ToArray()));

        async Task<bool> RotatedAsync(CancellationToken cancel)
        {
            File.Move(LogPath, LogPath + ".old");
            await File.WriteAllTextAsync(LogPath, "2026-01-01T00:00:00Z stdout F two\n", cancel);
            return false;
        }
    }

    [Fact]
    public void The_tail_is_found_across_blocks()
    {
        var line = new string('x', 99) + "\n";
        using var stream = new MemoryStream(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(line, 5000))));
        Assert.Equal(100 * 4000, LogReader.FindTail(stream, 1000));
        Assert.Equal(0, LogReader.FindTail(stream, 6000));
    }

    [Fact]
    public async Task Rotation_keeps_the_newest_files_and_compresses_all_but_two()
    {
        var time = new ManualTime();
        var rotator = new LogRotator(time, maxBytes: 10, maxFiles: 4);
        for (var i = 0; i < 6; i++)
        {
            await File.WriteAllTextAsync(LogPath, $"content number {i}", TestContext.Current.CancellationToken);
            Assert.True(await rotator.RotateAsync(LogPath, () => Task.CompletedTask));
            time.Advance(TimeSpan.FromSeconds(1));
        }
        var files = Directory.GetFiles(_directory).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(["0.log.20260101-000003.gz", "0.log.20260101-000004.gz", "0.log.20260101-000005"], files);
        using var unzipped = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(_directory, files[0])), CompressionMode.Decompress));
        Assert.Equal("content number 3", await unzipped.ReadToEndAsync(TestContext.Current.CancellationToken));
        await File.WriteAllTextAsync(LogPath, "small", TestContext.Current.CancellationToken);
        Assert.False(await rotator.RotateAsync(LogPath, () => Task.CompletedTask));
    }

    [Fact]
    public async Task A_log_that_cannot_be_reopened_keeps_its_name()
    {
        await File.WriteAllTextAsync(LogPath, "content to rotate", TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<InvalidOperationException>(() => new LogRotator(new ManualTime(), 10, 5).RotateAsync(LogPath, () => throw new InvalidOperationException()));
        Assert.True(File.Exists(LogPath));
    }
}
