using Microsoft.Extensions.Logging;

namespace Tiphys.Client;

/// <summary>
/// Watches over the servers of a balancer: asks each every second, has new connections made to those that are well, and cuts what
/// hangs on one that fell silent while another answers.
/// </summary>
/// <param name="servers">The servers.</param>
/// <param name="balancer">The balancer.</param>
/// <param name="probe">How they are asked.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Where cuts are told.</param>
public sealed partial class ServerMonitor(ServerList servers, ServerBalancer balancer, IServerProbe probe, TimeProvider time, ILogger logger)
{
    /// <summary>How often servers are asked.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long an answer may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>A server that misses so many questions in a row counts as gone; one may be lost to a busy moment.</summary>
    private const int Misses = 2;

    private readonly Dictionary<Uri, int> _missed = [];

    /// <summary>Watches until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await RoundAsync(cancel);
            await Task.Delay(Interval, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Asks all servers once and acts on the answers.</summary>
    internal async Task RoundAsync(CancellationToken cancel)
    {
        var all = servers.InOrder();
        if (all.Count < 2) return; // there is nowhere else to go
        var answers = await Task.WhenAll(all.Select(s => AskAsync(s, cancel)));
        if (cancel.IsCancellationRequested) return;
        foreach (var (server, state) in all.Zip(answers))
        {
            _missed[server] = state is ServerState.Silent ? _missed.GetValueOrDefault(server) + 1 : 0;
            if (state is ServerState.Silent && _missed[server] < Misses) continue;
            servers.Report(server, state);
        }

        if (!answers.Contains(ServerState.Ready)) return; // cutting would only take away what may come back
        foreach (var server in all.Where(s => servers.StateOf(s) is ServerState.Silent or ServerState.Gone && balancer.IsUsed(s)))
        {
            LogCut(logger, server);
            balancer.Cut(server);
        }
    }

    private async Task<ServerState> AskAsync(Uri server, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        return await probe.ProbeAsync(server, either.Token);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The API server {Server} does not answer any more; its connections are cut")]
    private static partial void LogCut(ILogger logger, Uri server);
}
