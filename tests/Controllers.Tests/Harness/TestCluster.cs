using System.Net;
using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.ApiServer;
using Tiphys.Client;
using Tiphys.Storage.Embedded;

[assembly: AssemblyFixture(typeof(Tiphys.Controllers.Tests.TestCluster))]

namespace Tiphys.Controllers.Tests;

/// <summary>
/// A real API server in memory, with its policy, and all controllers, each as its own service account. What nodes do is
/// done by <see cref="FakeNodes"/>. Tests keep to namespaces of their own.
/// </summary>
public sealed class TestCluster : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("tiphys-controllers-").FullName;
    private readonly InProcessTransport _transport = new();
    private readonly ComponentTokens _components = new();
    private EmbeddedStore? _store;
    private ClusterPki? _pki;
    private KubeApiServer? _server;
    private Task _running = Task.CompletedTask;
    private int _namespaces;
    private readonly Func<ControllerManagerOptions, ControllerManagerOptions> _change = static o => o;
    private readonly TimeProvider _controllersTime = TimeProvider.System;

    /// <summary>The cluster all tests share.</summary>
    public TestCluster() { }

    /// <summary>A cluster of a test's own, with other settings and another clock of its controllers.</summary>
    internal TestCluster(Func<ControllerManagerOptions, ControllerManagerOptions> change, TimeProvider? time = null)
    {
        _change = change;
        _controllersTime = time ?? _controllersTime;
    }

    /// <summary>A client that may do everything.</summary>
    public KubernetesClient Client { get; private set; } = null!;

    /// <summary>The nodes.</summary>
    internal FakeNodes Nodes { get; private set; } = null!;

    /// <summary>Warnings and errors the controllers logged.</summary>
    internal ListLoggers Loggers { get; } = new();

    /// <summary>Authority of the cluster.</summary>
    internal ClusterPki Pki => _pki!;

    public async ValueTask InitializeAsync()
    {
        _pki = ClusterPki.Open(_directory, new() { ServiceDomain = "cluster.local", ServiceAddress = IPAddress.Parse("10.43.0.1"), AdvertiseAddress = IPAddress.Loopback, ExtraNames = [] }, TimeProvider.System);
        _store = EmbeddedStore.InMemory();
        _server = await KubeApiServer.StartAsync(
            new() { Server = new() { BindAddress = IPAddress.Loopback, SecurePort = 0, ServingCertificate = () => _pki.ApiServer, InProcess = _transport }, Pki = _pki, AdvertiseAddress = IPAddress.Parse("192.0.2.1"), Components = _components },
            _store,
            Loggers,
            CancellationToken.None);
        Client = ClientFor("test", "admin", UserInfo.Masters);
        Nodes = new FakeNodes(Client, Loggers);
        var options = new ControllerManagerOptions
        {
            Controllers = ["*", "bootstrap-signer-controller", "token-cleaner-controller"],
            LeaderElect = true,

            // The only candidate must not lose, nor a node be taken for silent (none of them ever says that it lives), because the machine stood still.
            LeaderElection = new(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(20), TimeSpan.FromSeconds(2)),
            NodeMonitorGracePeriod = TimeSpan.FromHours(1),
            AllocateNodeCidrs = true,
            ClusterCidrs = [IPNetwork.Parse("10.42.0.0/16")],
            RootCertificates = _pki.Authority.Pem,
            ClusterSigningCertificate = _pki.Authority.Certificate,
            ServiceAccountKey = _pki.ServiceAccountKey,
            ClientFor = static account => throw new InvalidOperationException(account),
        };
        options = options with { ClientFor = account => ClientFor("kube-controller-manager", $"system:serviceaccount:kube-system:{account}", "system:serviceaccounts", "system:serviceaccounts:kube-system", UserInfo.Authenticated) };
        options = _change(options);
        _running = Task.WhenAll(
            ControllerManager.RunAsync(options, ClientFor("kube-controller-manager", "system:kube-controller-manager", UserInfo.Authenticated), _controllersTime, Loggers, _stop.Token),
            Nodes.RunAsync(_stop.Token));
    }

    /// <summary>A namespace of a test's own, ready for pods.</summary>
    public async Task<string> NamespaceAsync()
    {
        var name = $"test-{Interlocked.Increment(ref _namespaces)}";
        await Client.Resource<Namespace>().CreateAsync(new() { Metadata = new() { Name = name } }, CancellationToken.None);
        await WaitAsync<ServiceAccount>(name, "default", static account => account is not null);
        return name;
    }

    /// <summary>Waits until an object is as it should be (null: it does not exist).</summary>
    public async Task<T> WaitAsync<T>(string? ns, string name, Func<T?, bool> when) where T : class, IKubernetesObject<T>
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        T? last = null;
        try
        {
            while (true)
            {
                var list = await Client.Resource<T>().ListAsync(ns, new() { FieldSelector = "metadata.name=" + name }, patience.Token);
                last = list.Items.FirstOrDefault();
                if (when(last)) return last!;
                await foreach (var change in Client.Resource<T>().WatchAsync(ns, new() { FieldSelector = "metadata.name=" + name, ResourceVersion = list.Metadata.ResourceVersion }, patience.Token))
                {
                    last = change.Type == "DELETED" ? null : change.Object;
                    if (when(last)) return last!;
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{T.Info.Kind} {ns}/{name} did not become as expected. It is: {(last is null ? "absent" : System.Text.Encoding.UTF8.GetString(ApiJson.Encode(last)))}\nLog:\n{Loggers}");
        }
    }

    /// <summary>Waits until the objects of a namespace are as they should be.</summary>
    public async Task<List<T>> WaitAllAsync<T>(string? ns, string? labels, Func<List<T>, bool> when) where T : class, IKubernetesObject<T>
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        var last = new Dictionary<string, T>();
        try
        {
            while (true)
            {
                var list = await Client.Resource<T>().ListAsync(ns, new() { LabelSelector = labels }, patience.Token);
                last = list.Items.ToDictionary(static i => i.Metadata.Uid);
                if (when([.. last.Values])) return [.. last.Values];
                await foreach (var change in Client.Resource<T>().WatchAsync(ns, new() { LabelSelector = labels, ResourceVersion = list.Metadata.ResourceVersion }, patience.Token))
                {
                    if (change.Type == "DELETED") last.Remove(change.Object.Metadata.Uid);
                    else last[change.Object.Metadata.Uid] = change.Object;
                    if (when([.. last.Values])) return [.. last.Values];
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{T.Info.Resource} of {ns} did not become as expected: {string.Join('\n', last.Values.Select(static i => System.Text.Encoding.UTF8.GetString(ApiJson.Encode(i))))}\nLog:\n{Loggers}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_server is not null) await _server.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
        _pki?.Dispose();
        Directory.Delete(_directory, recursive: true);
        if (Environment.GetEnvironmentVariable("SHOW_LOG") is not null) Console.Error.WriteLine(Loggers);
    }

    /// <summary>A client with a bearer token.</summary>
    internal KubernetesClient ClientWith(string token) => new(new Uri("http://in-process/"), _transport.CreateHandler(), "test", _ => ValueTask.FromResult<string?>(token));

    internal KubernetesClient ClientFor(string agent, string user, params string[] groups)
    {
        var token = _components.Issue(user, groups);
        return new KubernetesClient(new Uri("http://in-process/"), _transport.CreateHandler(), agent, _ => ValueTask.FromResult<string?>(token));
    }
}

/// <summary>Keeps what is logged as trouble.</summary>
internal sealed class ListLoggers : ILoggerFactory, ILogger
{
    private readonly List<string> _lines = [];

    public override string ToString()
    {
        lock (_lines) return string.Join('\n', _lines.TakeLast(30));
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) { }

    public void Dispose() { }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        lock (_lines) _lines.Add($"{logLevel}: {formatter(state, exception)} {exception}");
    }
}
