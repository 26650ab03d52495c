using System.Net.Sockets;
using Tiphys.Storage.Embedded;
using Tiphys.Storage.Embedded.Log;
using Tiphys.Storage.Embedded.Snapshots;

namespace Tiphys.Storage.Maintenance;

/// <summary>What an operator does with a store's directory, whether its server runs or not.</summary>
public static class StoreMaintenance
{
    private const int LongestAnswer = 1024;

    /// <summary>
    /// Saves a verified snapshot: from the running server through its socket, or from the files when nobody has them open.
    /// </summary>
    /// <exception cref="StoreOpenException">There is no store, it is damaged, or its server does not answer.</exception>
    public static async Task<SnapshotInfo> SaveSnapshotAsync(string directory, string path, CancellationToken cancellationToken = default)
    {
        if (!DataDirectory.Exists(directory))
            throw new StoreOpenException($"there is no store in {directory}: name the server's --data-dir");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var endpoint = MaintenanceSocket.PathOf(directory);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(endpoint), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException)
        {
            // Nobody listens, so nobody should hold the lock either; if somebody does, opening says who.
            await using var store = EmbeddedStore.Open(new EmbeddedStoreOptions { DataDirectory = directory, HistoryWindow = null });
            return await SnapshotFile.SaveAsync(path, stream => store.SaveSnapshotAsync(stream, cancellationToken)).ConfigureAwait(false);
        }

        await using var connection = new NetworkStream(socket);
        await connection.WriteAsync(System.Text.Encoding.UTF8.GetBytes(MaintenanceSocket.Snapshot + "\n"), cancellationToken).ConfigureAwait(false);
        var answer = await MaintenanceSocket.ReadLineAsync(connection, LongestAnswer, cancellationToken).ConfigureAwait(false);
        if (answer != "ok")
            throw new StoreOpenException($"the server answered: {answer}");
        return await SnapshotFile.SaveAsync(path, stream => connection.CopyToAsync(stream, cancellationToken)).ConfigureAwait(false);
    }
}
