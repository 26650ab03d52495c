using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Client;
using Tiphys.Storage;

namespace Tiphys.ApiServer.Tests;

/// <summary>One of several API servers over one store, reached through pipes as the administrator.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly string _directory;
    private readonly KubeApiServer _server;
    private readonly InProcessTransport _transport;

    private TestServer(string directory, KubeApiServer server, InProcessTransport transport, string token)
    {
        _directory = directory;
        _server = server;
        _transport = transport;
        Token = token;
        Client = new KubernetesClient(new Uri("http://in-process/"), Handler(), "test", _ => ValueTask.FromResult<string?>(token));
    }

    public string Token { get; }

    public KubernetesClient Client { get; }

    public ApiResources Resources => _server.Resources;

    /// <summary>Starts a server that the cluster reaches at an address.</summary>
    public static async Task<TestServer> StartAsync(IStore store, string address, TimeProvider? time = null, Func<KubeApiServerOptions, KubeApiServerOptions>? change = null)
    {
        var directory = Directory.CreateTempSubdirectory("tiphys-test-").FullName;
        var components = new ComponentTokens();
        var transport = new InProcessTransport();
        var token = components.Issue("admin", UserInfo.Masters);
        var options = new KubeApiServerOptions
        {
            Server = new ApiServerOptions { BindAddress = IPAddress.Loopback, SecurePort = 0, InProcess = transport, Time = time ?? TimeProvider.System },
            Pki = ClusterPki.Open(directory, new(), TimeProvider.System),
            AdvertiseAddress = IPAddress.Parse(address),
            Components = components,
            SharedStore = true,
        };
        var server = await KubeApiServer.StartAsync(change?.Invoke(options) ?? options, store, NullLoggerFactory.Instance, CancellationToken.None);
        return new TestServer(directory, server, transport, token);
    }

    /// <summary>A way in of its own.</summary>
    public HttpMessageHandler Handler() => _transport.CreateHandler();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
