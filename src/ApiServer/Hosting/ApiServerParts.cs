using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;
using Tiphys.Storage;

namespace Tiphys.ApiServer;

/// <summary>
/// What an API server is put together from. <see cref="ApiServer.StartAsync"/> hands it to the caller to add to, then builds.
/// </summary>
public sealed class ApiServerParts : IAsyncDisposable
{
    private readonly ApiServerOptions _options;
    private readonly IStore _store;
    private readonly ILoggerFactory _loggers;
    private readonly List<ResourceHandler> _handlers = [];
    private bool _built;
    private IReadOnlyList<ServedResource>? _served;

    internal ApiServerParts(ApiServerOptions options, IStore store, ILoggerFactory loggers)
    {
        _options = options;
        _store = store;
        _loggers = loggers;
        Resources = new ApiResources();
        ServiceNetwork = new ServiceNetwork(options.ServiceClusterIpRange);
    }

    /// <summary>The resources; filled once <see cref="ApiServer.StartAsync"/> has returned from its configure callback's <see cref="AddResources"/>.</summary>
    public ApiResources Resources { get; }

    /// <summary>Allocator of service addresses and node ports; there is none before <see cref="AddResources"/>.</summary>
    public ServiceAllocator? Services { get; private set; }

    /// <summary>The network of <c>--service-cluster-ip-range</c>.</summary>
    public ServiceNetwork ServiceNetwork { get; }

    /// <summary>Who is asked, in order, who makes a request.</summary>
    public List<IAuthenticator> Authenticators { get; } = [];

    /// <summary>Who is asked, in order, whether a request is allowed.</summary>
    public List<IAuthorizer> Authorizers { get; } = [];

    /// <summary>Admission plugins in order.</summary>
    public List<IAdmissionPlugin> Admission { get; } = [];

    /// <summary>The admission plugins as a chain, once <see cref="AddResources"/> has run.</summary>
    public AdmissionChain AdmissionChain { get; private set; } = AdmissionChain.Empty;

    /// <summary>Resources that answer and store nothing.</summary>
    public List<ReviewResource> Reviews { get; } = [];

    /// <summary>Lets callers act as others; null ignores that they ask for it.</summary>
    public Impersonation? Impersonation { get; set; }

    /// <summary>Paths that are no resources.</summary>
    public List<IPathHandler> Paths { get; } = [];

    /// <summary>Subresources other than the catalog's own, by resource.</summary>
    public Dictionary<GroupResource, Dictionary<string, Subresource>> Subresources { get; } = [];

    /// <summary>Printers by kind; other kinds get Name and Age.</summary>
    public Func<KindInfo, ITablePrinter>? Printers { get; set; }

    /// <summary>How resources are encrypted in the store; null for plain storage of all.</summary>
    public EncryptionAtRest? Encryption { get; set; }

    /// <summary>Keeper of managedFields.</summary>
    public IFieldManager? FieldManager { get; set; }

    /// <summary>
    /// Makes the resources. Call it in the configure callback once admission, printers, subresources and the field manager
    /// are set, and before parts that need <see cref="Resources"/>; it is called at the end if not.
    /// </summary>
    public void AddResources()
    {
        if (_built) return;
        _built = true;
        var admission = AdmissionChain = new AdmissionChain(Admission);
        var fields = FieldManager ?? throw new InvalidOperationException("an API server needs a field manager");
        foreach (var review in Reviews) review.RecordFields = (item, context) => fields.Created(item, context, _options.Time.GetUtcNow().ToWholeSeconds());
        var printers = Printers ?? throw new InvalidOperationException("an API server needs table printers");
        var logger = _loggers.CreateLogger("Tiphys.ApiServer.WatchCache");
        var ports = Encryption?.Protect(_store, new("", "servicenodeportallocations")) ?? _store;
        Services = new ServiceAllocator(
            ServiceNetwork, new ServiceAddresses(Resources, new ServiceNetworks(Resources)), new NodePortRegistry(ports, _options.ServiceNodePortRange), _loggers.CreateLogger("Tiphys.ApiServer.Services"));
        var extras = Subresources.ToDictionary(static s => s.Key, static s => (IReadOnlyDictionary<string, Subresource>)s.Value);
        foreach (var definition in ResourceCatalog.All(Services, extras))
        {
            var inner = Encryption?.Protect(_store, definition.Schema.GroupResource) ?? _store;
            var cache = new WatchCache(definition.Schema, inner, _options.Time, logger);
            var store = new ResourceStore(definition, inner, cache, admission, fields, _options.Time);
            Resources.Add(store);
            _handlers.Add(new ResourceHandler(store, new ResourceView(definition.Kind, definition.Schema.Layout, printers(definition.Kind), _options.Time, null, Resources.Stopping), null, _options.Time));
            foreach (var version in definition.Versions?.Others ?? [])
                _handlers.Add(new ResourceHandler(store, new ResourceView(version.Kind, definition.Schema.Layout, printers(definition.Kind), _options.Time, version.Converter.FromStored, Resources.Stopping), version, _options.Time));
        }
    }

    /// <summary>What discovery and OpenAPI describe; the same list as long as nothing changes.</summary>
    public IReadOnlyList<ServedResource> Served() => _served ??= ServedResource.Of(_handlers, Reviews);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var store in Resources.All) await store.Cache.DisposeAsync();
    }

    internal RequestPipeline Build()
    {
        AddResources();
        return new RequestPipeline(Authenticators, Authorizers, new ResourceRouter(_handlers, Reviews), Paths, Impersonation, _options.AnonymousAuth, _loggers.CreateLogger("Tiphys.ApiServer"));
    }
}
