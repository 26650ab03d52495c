using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Tiphys.Storage.Maintenance;

/// <summary>
/// The way of `tiphys etcd` into the store of a running server: a Unix socket in the store's directory. Who may open it is who
/// may read the store's files, root or the server's own user; it takes no network, no certificate and no healthy API server.
/// </summary>
/// <remarks>A client sends one line, the command; the answer is <c>ok</c> or <c>error: ...</c> on a line, then the command's bytes.</remarks>
public sealed partial class MaintenanceSocket : IAsyncDisposable
{
    internal const string FileName = "maintenance.sock";
    internal const string Snapshot = "snapshot";

    // What sockaddr_un holds, less the closing zero.
    private const int LongestPath = 107;
    private const int LongestCommand = 64;
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly Socket _socket;
    private readonly ISnapshotSource _source;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    private MaintenanceSocket(string path, Socket socket, ISnapshotSource source, ILogger logger)
    {
        (_path, _socket, _source, _logger) = (path, socket, source, logger);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where the socket of a store's directory is.</summary>
    public static string PathOf(string directory) => Path.Combine(directory, FileName);

    /// <summary>
    /// Starts listening; null when the system does not let it (the path may be too long for a socket), which is logged: a store
    /// without it works, only its backups must wait until it is closed.
    /// </summary>
    public static MaintenanceSocket? Listen(string directory, ISnapshotSource source, ILogger logger)
    {
        var path = PathOf(directory);
        if (OperatingSystem.IsWindows() || Encoding.UTF8.GetByteCount(path) > LongestPath)
        {
            LogNoSocket(logger, path, "the path is too long for a socket");
            return null;
        }
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // The store's lock is ours, so whatever is left there has no owner.
            File.Delete(path);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen();
            return new MaintenanceSocket(path, socket, source, logger);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            LogNoSocket(logger, path, e.Message);
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _accepting.ConfigureAwait(false);
        _stop.Dispose();
        try
        {
            File.Delete(_path);
        }
        catch (IOException)
        {
            // The next start deletes it.
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await _socket.AcceptAsync(_stop.Token).ConfigureAwait(false);
                _ = Task.Run(() => ServeAsync(client));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                LogFailed(_logger, e);
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        {
            try
            {
                await using var stream = new NetworkStream(client);
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                patience.CancelAfter(CommandTimeout);
                var command = await ReadLineAsync(stream, LongestCommand, patience.Token).ConfigureAwait(false);
                if (command != Snapshot)
                {
                    await stream.WriteAsync(Encoding.UTF8.GetBytes($"error: unknown command \"{command}\"\n"), _stop.Token).ConfigureAwait(false);
                    return;
                }
                await stream.WriteAsync("ok\n"u8.ToArray(), _stop.Token).ConfigureAwait(false);
                var info = await _source.SaveSnapshotAsync(stream, _stop.Token).ConfigureAwait(false);
                LogSaved(_logger, info.Revision, info.TotalKeys, info.TotalSize);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or StoreException)
            {
                // The client sees an end before the end, which the closing hash tells it.
                LogFailed(_logger, e);
            }
        }
    }

    internal static async Task<string> ReadLineAsync(Stream stream, int longest, CancellationToken cancel)
    {
        // Byte by byte: what follows the line is not ours to read.
        var line = new byte[longest];
        for (var length = 0; length < longest; length++)
        {
            if (await stream.ReadAsync(line.AsMemory(length, 1), cancel).ConfigureAwait(false) == 0 || line[length] == (byte)'\n')
                return Encoding.UTF8.GetString(line, 0, length);
        }
        return Encoding.UTF8.GetString(line);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "No snapshots of the running store can be taken: {Path}: {Reason}")]
    private static partial void LogNoSocket(ILogger logger, string path, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Sent a snapshot of revision {Revision}: {Keys} keys, {Bytes} bytes")]
    private static partial void LogSaved(ILogger logger, long revision, long keys, long bytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A maintenance request failed")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
