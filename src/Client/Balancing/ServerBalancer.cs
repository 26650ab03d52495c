using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Tiphys.Client;

/// <summary>
/// The one address on a node at which its parts find the API server, whichever lives: a TCP balancer on loopback, as k3s has it. TLS
/// passes through. A server that refuses or does not answer is left at once; what hangs on a server that fell silent is cut, so
/// that its owners connect again, to another.
/// </summary>
public sealed partial class ServerBalancer : IDisposable
{
    /// <summary>How long a server may take to accept a connection.</summary>
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(3);

    private readonly ServerList _servers;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Socket _listener;
    private readonly Lock _lock = new();
    private readonly HashSet<BalancedConnection> _connections = [];

    /// <summary>Listens.</summary>
    /// <param name="listen">Address on loopback.</param>
    /// <param name="servers">The servers.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Where changes of the server are told.</param>
    /// <exception cref="SocketException">The address is taken.</exception>
    public ServerBalancer(IPEndPoint listen, ServerList servers, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(listen);
        (_servers, _time, _logger) = (servers, time, logger);
        _listener = new Socket(listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(listen);
        _listener.Listen(128);
        Address = new Uri($"https://{_listener.LocalEndPoint}");
    }

    /// <summary>Where the node's parts connect to.</summary>
    public Uri Address { get; }

    /// <summary>Serves until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync(cancel);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException)
            {
                continue; // the client was gone before it was accepted
            }

            _ = ServeAsync(client, cancel);
        }

        Cut(static _ => true);
    }

    /// <summary>Cuts what is connected to a server.</summary>
    public void Cut(Uri server) => Cut(c => c.Server == server);

    /// <summary>Whether anything is connected to a server.</summary>
    public bool IsUsed(Uri server)
    {
        lock (_lock) return _connections.Any(c => c.Server == server);
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(Socket client, CancellationToken cancel)
    {
        try
        {
            if (await ConnectAsync(client, cancel) is not { } connection) return;
            try
            {
                await connection.RunAsync();
            }
            finally
            {
                lock (_lock) _connections.Remove(connection);
            }
        }
        finally
        {
            client.Dispose();
        }
    }

    private async Task<BalancedConnection?> ConnectAsync(Socket client, CancellationToken cancel)
    {
        foreach (var server in _servers.InOrder())
        {
            var upstream = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                using var patience = new CancellationTokenSource(ConnectPatience, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
                await upstream.ConnectAsync(server.IdnHost, server.Port, either.Token);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                upstream.Dispose();
                if (cancel.IsCancellationRequested) return null;
                _servers.Report(server, e is SocketException { SocketErrorCode: SocketError.ConnectionRefused } ? ServerState.Gone : ServerState.Silent);
                LogLeft(_logger, server, e is SocketException ? e.Message : "it does not answer");
                continue;
            }

            var connection = new BalancedConnection(server, client, upstream);
            lock (_lock) _connections.Add(connection);
            if (_servers.Use(server)) LogUsing(_logger, server);
            return connection;
        }

        return null;
    }

    private void Cut(Func<BalancedConnection, bool> which)
    {
        BalancedConnection[] cut;
        lock (_lock) cut = [.. _connections.Where(which)];
        foreach (var connection in cut) connection.Cut();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The API server {Server} cannot be reached: {Reason}")]
    private static partial void LogLeft(ILogger logger, Uri server, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Using the API server {Server}")]
    private static partial void LogUsing(ILogger logger, Uri server);
}
