using Tiphys.Client;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Access;

/// <summary>The API server a command talks to: configuration, connection and discovery, each made when first asked for.</summary>
internal sealed class Cluster : IDisposable
{
    private readonly GlobalFlags _flags;
    private readonly KubectlStreams _streams;
    private readonly Func<ClientConfig, HttpMessageHandler>? _transport;
    private readonly string _command;
    private ClientConfig? _config;
    private KubernetesClient? _client;
    private Warnings? _warnings;
    private Task<ResourceMapper>? _mapper;

    /// <param name="flags">The global flags of the command line.</param>
    /// <param name="streams">Where warnings go.</param>
    /// <param name="command">Name of the command, which the server may log.</param>
    /// <param name="transport">Makes the transport; null for what the configuration asks for.</param>
    public Cluster(GlobalFlags flags, KubectlStreams streams, string command, Func<ClientConfig, HttpMessageHandler>? transport)
    {
        _flags = flags;
        _streams = streams;
        _command = command;
        _transport = transport;
    }

    public ClientConfig Config => _config ??= _flags.Resolve();

    public string Namespace => Config.Namespace;

    /// <summary>Whether the command line named the namespace.</summary>
    public bool NamespaceGiven => _flags.NamespaceGiven;

    public KubernetesClient Client => _client ??= CreateClient();

    /// <summary>How many warnings the server gave, when the command line makes them errors; 0 otherwise.</summary>
    public int FatalWarnings => _flags.WarningsAsErrors.Value ? _warnings?.Count ?? 0 : 0;

    /// <summary>Headers that every request carries, upgrades to other protocols included.</summary>
    public IEnumerable<(string Name, string Value)> Headers
    {
        get
        {
            if (_flags.As.Value.Length > 0) yield return ("Impersonate-User", _flags.As.Value);
            if (_flags.AsUid.Value.Length > 0) yield return ("Impersonate-Uid", _flags.AsUid.Value);
            foreach (var group in _flags.AsGroup.Value) yield return ("Impersonate-Group", group);
            foreach (var extra in _flags.AsExtra.Value)
            {
                var parts = extra.Split('=', 2);
                if (parts.Length == 2) yield return ("Impersonate-Extra-" + Uri.EscapeDataString(parts[0]), parts[1]);
            }
        }
    }

    /// <summary>What the server serves.</summary>
    /// <exception cref="HttpRequestException">It could not be reached.</exception>
    public Task<ResourceMapper> MapperAsync(CancellationToken cancel) => _mapper ??= FetchAsync(cancel);

    /// <summary>The resource that a word on the command line means.</summary>
    /// <exception cref="KubectlException">There is none.</exception>
    public async Task<DiscoveredResource> ResourceAsync(string name, CancellationToken cancel) =>
        (await MapperAsync(cancel)).Find(name) ?? throw new KubectlException($"the server doesn't have a resource type {Quoting.Quote(name.Split('.')[0])}");

    public void Dispose() => _client?.Dispose();

    private async Task<ResourceMapper> FetchAsync(CancellationToken cancel) => new(await DiscoveryClient.FetchAsync(Client, cancel));

    private KubernetesClient CreateClient()
    {
        var config = Config;
        if (_flags.IsImpersonatingNobody) throw new KubectlException($"requesting uid, groups or user-extra for {config.User} without impersonating a user");
        if (config.Authorities is not null) SystemRoots.Skip();
        _warnings = new Warnings(_streams);
        var handler = new RequestHandler(_transport?.Invoke(config) ?? config.CreateHandler(), _flags.Timeout, [.. Headers, ("Kubectl-Command", "kubectl " + _command)], _warnings, _flags.Verbosity.Value >= 6 ? _streams.Error : null);
        return new KubernetesClient(config.Server, handler, "kubectl/" + KubectlVersion.Text, config.Bearer(TimeProvider.System));
    }
}
