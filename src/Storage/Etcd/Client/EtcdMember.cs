using System.Net;
using System.Net.Sockets;
using Tiphys.Grpc;

namespace Tiphys.Storage.Etcd.Client;

/// <summary>One member of the cluster, and the connection to it. The connection is replaced when the member is given up.</summary>
internal sealed class EtcdMember : IDisposable
{
    private readonly GrpcChannelOptions _options;
    private GrpcChannel _channel;

    public EtcdMember(Uri server, EtcdStoreOptions options)
    {
        Name = server.IsUnixScheme() ? server.ToString() : server.GetLeftPart(UriPartial.Authority);
        _options = new GrpcChannelOptions(EndPointOf(server))
        {
            ConnectTimeout = options.ConnectTimeout,
            MaxMessageBytes = int.MaxValue,
            KeepAlive = TimeSpan.FromSeconds(10), // the monitor's own question comes first; this is for connections it left
            Tls = server.Scheme == Uri.UriSchemeHttps
                ? new GrpcTls(server.IdnHost) { Authorities = options.Authorities, Client = options.ClientCertificate }
                : null,
        };
        _channel = new GrpcChannel(_options);
    }

    public string Name { get; }

    public GrpcChannel Channel => Volatile.Read(ref _channel);

    /// <summary>Ends every call on the connection and makes a new one for the calls to come.</summary>
    public void Reset() => Interlocked.Exchange(ref _channel, new GrpcChannel(_options)).Dispose();

    public void Dispose() => Channel.Dispose();

    private static EndPoint EndPointOf(Uri server)
    {
        if (server.IsUnixScheme()) return new UnixDomainSocketEndPoint(server.AbsolutePath);
        var port = server.IsDefaultPort ? 2379 : server.Port;
        return IPAddress.TryParse(server.IdnHost, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(server.IdnHost, port, AddressFamily.Unspecified);
    }
}

internal static class EtcdUris
{
    public static bool IsUnixScheme(this Uri uri) => uri.Scheme is "unix" or "unixs";
}
