namespace Tiphys.Client;

/// <summary>Joins two connections byte for byte.</summary>
public static class StreamJoin
{
    /// <summary>How long an answer under way may take once the asking side has hung up.</summary>
    private static readonly TimeSpan TailLimit = TimeSpan.FromSeconds(5);

    /// <summary>Copies both ways until the serving side ends, or for a moment longer than the asking side lasts.</summary>
    /// <param name="client">The asking side.</param>
    /// <param name="server">The serving side.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task RunAsync(Stream client, Stream server, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var there = PumpAsync(client, server, ended.Token);
        var back = PumpAsync(server, client, ended.Token);
        await Task.WhenAny(there, back).ConfigureAwait(false);
        if (there.IsCompletedSuccessfully) await back.WaitAsync(TailLimit, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ended.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(there, back).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task PumpAsync(Stream from, Stream to, CancellationToken cancel)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cancel).ConfigureAwait(false);
                await to.FlushAsync(cancel).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // One side hung up; so do we.
        }
    }
}
