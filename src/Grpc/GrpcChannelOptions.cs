using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Tiphys.Grpc;

/// <summary>Where a channel leads, and how.</summary>
/// <param name="Server">The server's address: a Unix socket, an IP address or a name.</param>
public sealed record GrpcChannelOptions(EndPoint Server)
{
    /// <summary>How the connection is secured; null for cleartext.</summary>
    public GrpcTls? Tls { get; init; }

    /// <summary>How long making a connection may take, handshake included.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a connection with calls on it may be silent before the server is asked for a sign of life; null for never. gRPC
    /// servers commonly hang up on clients that ask more often than every five seconds.
    /// </summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>How long that sign of life may take before the connection is given up.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The largest reply to take, in bytes.</summary>
    public int MaxMessageBytes { get; init; } = 16 * 1024 * 1024;
}

/// <summary>How a client secures its connection.</summary>
/// <param name="ServerName">The name the server's certificate must be for.</param>
public sealed record GrpcTls(string ServerName)
{
    /// <summary>Who may have signed the server's certificate; null for the system's authorities.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The client's own certificate with its key, and the certificates between it and its authority; null for none.</summary>
    public (X509Certificate2 Certificate, X509Certificate2Collection Intermediates)? Client { get; init; }
}
