using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Tiphys.ApiServer;
using Tiphys.Client;
using Tiphys.Storage;
using Tiphys.Storage.Embedded;
using Tiphys.Storage.Maintenance;

namespace Tiphys.Server;

/// <summary>Store and API server of one process, and the way in for the components beside them.</summary>
internal sealed class ControlPlane : IAsyncDisposable
{
    private readonly IStore _store;
    private readonly MaintenanceSocket? _maintenance;
    private readonly InProcessTransport _transport;
    private readonly ComponentTokens _components;
    private readonly KubeApiServer _server;

    private ControlPlane(IStore store, MaintenanceSocket? maintenance, KubeApiServer server, ClusterPki pki, InProcessTransport transport, ComponentTokens components)
    {
        _store = store;
        _maintenance = maintenance;
        _server = server;
        Pki = pki;
        _transport = transport;
        _components = components;
    }

    /// <summary>The cluster's certificates and keys.</summary>
    public ClusterPki Pki { get; }

    /// <summary>Port of the API server.</summary>
    public int Port => _server.Port;

    /// <summary>Encryption at rest, if it was asked for.</summary>
    public EncryptionAtRest? Encryption { get; private init; }

    /// <summary>The store's way of handing out copies of itself; null for a store in etcd, which has its own.</summary>
    public ISnapshotSource? Snapshots => _store as ISnapshotSource;

    /// <summary>Opens the store and starts the API server.</summary>
    /// <exception cref="StartException">The port or the data directory is taken.</exception>
    public static async Task<ControlPlane> StartAsync(ServerOptions options, DataDirectory data, ILoggerFactory loggers, CancellationToken cancel)
    {
        PortCheck.Free(options.BindAddress, options.SecurePort, "--secure-port");
        var addresses = new ServiceNetwork(options.ServiceClusterIpRange);
        var pki = ClusterPki.Open(data.Pki, new()
        {
            ServiceDomain = options.ClusterDomain,
            ServiceAddress = addresses.First,
            AdvertiseAddress = options.Advertised,
            ExtraNames = [options.NodeName, HostOf(options.BindAddress).ToString(), .. options.TlsSans], // the kubeconfig names that host
        }, TimeProvider.System);
        var encryption = await LoadEncryptionAsync(options, loggers, cancel);
        var (store, maintenance) = await OpenStoreAsync(options.Etcd, data.Store, loggers, cancel);
        var components = new ComponentTokens();
        var transport = new InProcessTransport();
        var settings = new KubeApiServerOptions
        {
            Server = new ApiServerOptions
            {
                BindAddress = options.BindAddress,
                SecurePort = options.SecurePort,
                ServingCertificate = () => pki.ApiServer,
                AskForClientCertificates = true,
                ServiceClusterIpRange = options.ServiceClusterIpRange,
                ServiceNodePortRange = (options.ServiceNodePortRange.First, options.ServiceNodePortRange.Last),
                InProcess = transport,
            },
            Pki = pki,
            AdvertiseAddress = options.Advertised,
            Components = components,
            Encryption = encryption,
            SharedStore = options.Etcd is not null,
            ClusterId = options.ClusterId,
            EndpointReconciler = options.EndpointReconciler,
            ApiServerCount = options.ApiServerCount,
            AuthorizationModes = options.AuthorizationModes,
            TokenAuthFile = options.TokenAuthFile,
            ServiceAccountKeys = [.. options.ServiceAccountKeyFiles.SelectMany(LoadKeys)],
            ServiceAccountIssuer = $"https://kubernetes.default.svc.{options.ClusterDomain}",
        };
        try
        {
            var server = await KubeApiServer.StartAsync(settings, store, loggers, cancel);
            return new ControlPlane(store, maintenance, server, pki, transport, components) { Encryption = encryption };
        }
        catch (StoreException e) when (e is not StoreUnavailableException)
        {
            // What the server needs to start is there and cannot be read: encrypted, say, with a key it was not given.
            await store.DisposeAsync();
            throw new StartException(e.Message);
        }
        catch (OtherClusterException)
        {
            // A second cluster under the first one's authorities would begin there.
            await store.DisposeAsync();
            throw new StartException($"the etcd at {string.Join(", ", options.Etcd!.Servers)} holds another cluster than the one this server joined: check --etcd-servers.");
        }
    }

    /// <summary>A client with a component's own identity, through the in-process transport.</summary>
    /// <param name="userAgent">Name of the component.</param>
    /// <param name="user">Its user, for example <c>system:kube-scheduler</c>.</param>
    /// <param name="groups">Its groups.</param>
    public KubernetesClient Client(string userAgent, string user, params string[] groups)
    {
        var token = _components.Issue(user, groups);
        return new KubernetesClient(new Uri("http://in-process/"), _transport.CreateHandler(), userAgent, _ => ValueTask.FromResult<string?>(token));
    }

    /// <summary>Writes a kubeconfig for the administrator.</summary>
    public void WriteKubeconfig(string path, IPAddress address)
    {
        var admin = Pki.Admin();
        var text = Kubeconfig.Write("tiphys", new Uri($"https://{HostOf(address)}:{Port}"), Pki.Authority.Pem, admin.ExportCertificatePem() + "\n", ClusterPki.KeyPem(admin) + "\n", null);
        WholeFile.WritePrivate(path, text);
    }

    /// <summary>Where this machine reaches a server that listens on an address.</summary>
    private static IPAddress HostOf(IPAddress address) => address.Equals(IPAddress.Any) ? IPAddress.Loopback : address;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        if (Encryption is not null) await Encryption.DisposeAsync();
        if (_maintenance is not null) await _maintenance.DisposeAsync();
        await _store.DisposeAsync();
        Pki.Dispose();
    }

    private static async Task<EncryptionAtRest?> LoadEncryptionAsync(ServerOptions options, ILoggerFactory loggers, CancellationToken cancel)
    {
        if (options.EncryptionProviderConfig is not { } path) return null;
        try
        {
            return await EncryptionAtRest.LoadAsync(path, options.EncryptionReload, TimeProvider.System, loggers.CreateLogger("Tiphys.ApiServer.Encryption"), cancel);
        }
        catch (EncryptionConfigException e)
        {
            throw new StartException(e.Message);
        }
    }

    private static IReadOnlyList<ServiceAccountKey> LoadKeys(string path)
    {
        try
        {
            return ServiceAccountKey.ParseAll(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new StartException($"--service-account-key-file {path}: {e.Message}");
        }
    }

    private static async Task<(IStore Store, MaintenanceSocket? Maintenance)> OpenStoreAsync(EtcdSettings? etcd, string path, ILoggerFactory loggers, CancellationToken cancel)
    {
        if (etcd is not null) return (await etcd.OpenAsync(loggers.CreateLogger("Tiphys.Storage.Etcd"), cancel), null);
        try
        {
            var store = EmbeddedStore.Open(new EmbeddedStoreOptions { DataDirectory = path, Logger = loggers.CreateLogger("Tiphys.Storage") });
            return (store, MaintenanceSocket.Listen(path, store, loggers.CreateLogger("Tiphys.Storage.Maintenance")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StoreException)
        {
            throw new StartException(e.Message);
        }
    }
}
