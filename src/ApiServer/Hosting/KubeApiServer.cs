using System.Net;
using Microsoft.Extensions.Logging;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Api.Rbac.V1;
using Tiphys.Client;
using Tiphys.Storage;

namespace Tiphys.ApiServer;

/// <summary>What distinguishes one cluster's API server from another's; flags are named after kube-apiserver's.</summary>
public sealed record KubeApiServerOptions
{
    /// <summary>Sockets, ranges and clock.</summary>
    public required ApiServerOptions Server { get; init; }

    /// <summary>The cluster's certificates and keys.</summary>
    public required ClusterPki Pki { get; init; }

    /// <summary>Address at which members of the cluster reach this server (<c>--advertise-address</c>).</summary>
    public required IPAddress AdvertiseAddress { get; init; }

    /// <summary>Identities of components in the same process.</summary>
    public required ComponentTokens Components { get; init; }

    /// <summary>Authorizers in order: Node, RBAC, AlwaysAllow, AlwaysDeny (<c>--authorization-mode</c>).</summary>
    public IReadOnlyList<string> AuthorizationModes { get; init; } = ["Node", "RBAC"];

    /// <summary>Admission plugins to leave out (<c>--disable-admission-plugins</c>).</summary>
    public IReadOnlyCollection<string> DisabledAdmissionPlugins { get; init; } = [];

    /// <summary>File of static tokens (<c>--token-auth-file</c>), or null.</summary>
    public string? TokenAuthFile { get; init; }

    /// <summary>How resources are encrypted in the store (<c>--encryption-provider-config</c>); null for plain storage.</summary>
    public EncryptionAtRest? Encryption { get; init; }

    /// <summary>Other API servers write to the same store.</summary>
    public bool SharedStore { get; init; }

    /// <summary>Identity that the cluster in the store must have, which is its namespace kube-system's; null to take whatever is there.</summary>
    public string? ClusterId { get; init; }

    /// <summary>Who keeps the endpoints of the <c>kubernetes</c> Service (<c>--endpoint-reconciler-type</c>).</summary>
    public EndpointReconcilerType EndpointReconciler { get; init; } = EndpointReconcilerType.Lease;

    /// <summary>How many API servers there are, for <see cref="EndpointReconcilerType.MasterCount"/> (<c>--apiserver-count</c>).</summary>
    public int ApiServerCount { get; init; } = 1;

    /// <summary>Keys whose service account tokens are accepted besides the one that signs (<c>--service-account-key-file</c>).</summary>
    public IReadOnlyList<ServiceAccountKey> ServiceAccountKeys { get; init; } = [];

    /// <summary>Issuer of service account tokens (<c>--service-account-issuer</c>).</summary>
    public string ServiceAccountIssuer { get; init; } = "https://kubernetes.default.svc.cluster.local";
}

/// <summary>
/// An API server with everything a cluster expects of one: authentication, authorization, admission, discovery, and the
/// objects that must exist from the first moment.
/// </summary>
public sealed class KubeApiServer : IAsyncDisposable
{
    private readonly ApiServer _server;
    private readonly Startup _startup;
    private readonly KubernetesServiceController _self;
    private readonly ServiceUpkeep _services;

    private KubeApiServer(ApiServer server, Startup startup, KubernetesServiceController self, ServiceUpkeep services)
    {
        _server = server;
        _startup = startup;
        _self = self;
        _services = services;
    }

    /// <summary>Port the server listens on.</summary>
    public int Port => _server.Port;

    /// <summary>The resources.</summary>
    public ApiResources Resources => _server.Resources;

    /// <summary>Starts serving, and makes the objects that must exist. Requests are taken from the start; <c>/readyz</c> waits for the objects.</summary>
    /// <exception cref="OtherClusterException">The store holds another cluster than the one expected; nothing was written to it.</exception>
    public static async Task<KubeApiServer> StartAsync(KubeApiServerOptions options, IStore store, ILoggerFactory loggers, CancellationToken cancel)
    {
        var startup = new Startup();
        ApiServerParts? built = null;
        var server = await ApiServer.StartAsync(options.Server, store, parts => Configure(built = parts, options, store, startup), loggers, cancel);
        await server.Resources.ReadyAsync(cancel);
        if (options.ClusterId is { } id && (await server.Resources.FindAsync<Namespace>("", WellKnownNamespaces.System, cancel))?.Metadata.Uid != id)
        {
            await server.DisposeAsync();
            throw new OtherClusterException(id);
        }

        var self = await SelfAsync(options, store, server, built!.ServiceNetwork.First, loggers, cancel);
        var services = new ServiceUpkeep(server.Resources, built.Services!, built.ServiceNetwork, options.Server.Time, loggers.CreateLogger("Tiphys.ApiServer.Services"));
        var upkeep = startup.RunAsync(Startup.ServiceAddresses, services.StartAsync(cancel));

        // The namespaces first: the rest lies in them.
        await startup.RunAsync(Startup.Namespaces, new ClusterObjects(server.Resources).EnsureAsync(cancel));
        await Task.WhenAll(
            upkeep,
            startup.RunAsync(Startup.Roles, RolesAsync(server.Resources, cancel)),
            startup.RunAsync(Startup.PriorityClasses, SystemPriorityClasses.EnsureAsync(server.Resources, cancel)),
            startup.RunAsync(Startup.AuthenticationInfo, AuthenticationConfig.EnsureAsync(server.Resources, options.Pki, cancel)));

        // Only a server that is ready is an endpoint.
        await self.StartAsync(cancel);
        return new KubeApiServer(server, startup, self, services);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _startup.IsStopping = true;
        await _self.DisposeAsync();
        await _services.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>Rights are decided from the caches: who is told that the server is ready has those just made.</summary>
    private static async Task RolesAsync(ApiResources resources, CancellationToken cancel)
    {
        await new BootstrapPolicy(resources).ReconcileAsync(cancel);
        await Task.WhenAll(
            resources.CatchUpAsync<ClusterRole>(cancel), resources.CatchUpAsync<ClusterRoleBinding>(cancel), resources.CatchUpAsync<Role>(cancel), resources.CatchUpAsync<RoleBinding>(cancel));
    }

    private static async Task<KubernetesServiceController> SelfAsync(KubeApiServerOptions options, IStore store, ApiServer server, IPAddress serviceAddress, ILoggerFactory loggers, CancellationToken cancel)
    {
        var endpoints = new KubernetesEndpoints(server.Resources);
        var leases = new ServerLeases(options.Encryption?.Protect(store, new("", "apiserveripinfo")) ?? store, KubernetesServiceController.TimeToLive);

        // Nobody else can have written to a store of our own: what is there is this server at its former address.
        if (!options.SharedStore) await leases.RemoveOthersAsync(options.AdvertiseAddress, cancel);
        IEndpointReconciler reconciler = options.EndpointReconciler switch
        {
            EndpointReconcilerType.None => new NoEndpointReconciler(),
            EndpointReconcilerType.MasterCount => new CountEndpointReconciler(endpoints, options.AdvertiseAddress, server.Port, options.ApiServerCount),
            _ => new LeaseEndpointReconciler(endpoints, leases, options.AdvertiseAddress, server.Port),
        };
        return new KubernetesServiceController(server.Resources, reconciler, serviceAddress, server.Port, options.Server.Time, loggers.CreateLogger("Tiphys.ApiServer.Endpoints"));
    }

    private static void Configure(ApiServerParts parts, KubeApiServerOptions options, IStore store, Startup startup)
    {
        var time = options.Server.Time;
        var resources = parts.Resources;
        string[] audiences = [options.ServiceAccountIssuer];
        ServiceAccountKey[] keys = [options.Pki.ServiceAccountKey, .. options.ServiceAccountKeys.Where(k => k.KeyId != options.Pki.ServiceAccountKey.KeyId)];
        var accountTokens = new ServiceAccountTokens(options.ServiceAccountIssuer, keys, resources, time);
        List<ITokenAuthenticator> tokens = [options.Components, accountTokens, new LegacyServiceAccountTokens(keys, resources, time), new BootstrapTokens(resources, time)];
        if (options.TokenAuthFile is { } file) tokens.Insert(1, StaticTokens.Load(file));
        var bearer = new BearerTokenAuthenticator(tokens, audiences, time);
        parts.Authenticators.Add(new FrontProxyAuthenticator(options.Pki.FrontProxyAuthority.VerifiesClient, "front-proxy-client"));
        parts.Authenticators.Add(new ClientCertificateAuthenticator(options.Pki.Authority.VerifiesClient));
        parts.Authenticators.Add(bearer);

        var (authorizer, rbac) = Authorizer(parts, options);
        parts.Admission.AddRange(DefaultAdmission.Create(resources, rbac, authorizer, time, disabled: options.DisabledAdmissionPlugins));
        parts.Authorizers.Add(authorizer);
        parts.Impersonation = new Impersonation(authorizer);
        parts.Reviews.AddRange(
        [
            new TokenReviewResource(bearer), new SelfSubjectReviewResource(time), new SubjectAccessReviewResource(authorizer), new LocalSubjectAccessReviewResource(authorizer),
            new SelfSubjectAccessReviewResource(authorizer), new SelfSubjectRulesReviewResource(authorizer), new BindingResource(resources),
        ]);
        parts.Paths.Add(new HealthHandler([.. Checks(resources, store, startup, options.Encryption?.HealthChecks ?? [])]));
        parts.Paths.Add(new OpenIdHandler(accountTokens, $"https://{options.AdvertiseAddress}:{options.Server.SecurePort}/openid/v1/jwks"));
        Subresources(parts, options, accountTokens, audiences, time);
        StandardParts.Add(parts, options);
        parts.Encryption = options.Encryption;
        parts.AddResources();
    }

    private static void Subresources(ApiServerParts parts, KubeApiServerOptions options, ServiceAccountTokens tokens, string[] audiences, TimeProvider time)
    {
        var kubelets = new KubeletConnector(parts.Resources, new KubeletClientOptions(() => options.Pki.KubeletClient, [options.Pki.Authority.Certificate]));
        string[] connect = ["create", "get"];
        parts.Subresources[new("", "pods")] = new()
        {
            ["binding"] = BindingSubresource.Instance,
            ["eviction"] = EvictionSubresource.Create(parts.Resources, time),
            ["log"] = new PodLogSubresource(kubelets) { Kind = Pod.Info, Verbs = ["get"], Options = PodLogOptions.Info },
            ["exec"] = new StreamingSubresource(kubelets, "exec") { Kind = PodExecOptions.Info, Verbs = connect, Options = PodExecOptions.Info },
            ["attach"] = new StreamingSubresource(kubelets, "attach") { Kind = PodAttachOptions.Info, Verbs = connect, Options = PodAttachOptions.Info },
            ["portforward"] = new StreamingSubresource(kubelets, "portForward") { Kind = PodPortForwardOptions.Info, Verbs = connect, Options = PodPortForwardOptions.Info },
        };
        parts.Subresources[new("", "serviceaccounts")] = new()
        {
            ["token"] = TokenRequestSubresource.Create(tokens, audiences, parts.Resources, () => parts.AdmissionChain, time),
        };
    }

    private static (UnionAuthorizer Authorizer, RbacAuthorizer? Rbac) Authorizer(ApiServerParts parts, KubeApiServerOptions options)
    {
        List<IAuthorizer> authorizers = [FixedAuthorizers.Masters];
        RbacAuthorizer? rbac = null;
        foreach (var mode in options.AuthorizationModes)
        {
            authorizers.Add(mode switch
            {
                "Node" => new NodeAuthorizer(parts.Resources),
                "RBAC" => rbac ??= new RbacAuthorizer(parts.Resources),
                "AlwaysAllow" => FixedAuthorizers.AlwaysAllow,
                "AlwaysDeny" => FixedAuthorizers.AlwaysDeny,
                _ => throw new ArgumentException($"authorization mode \"{mode}\" is not known; use Node, RBAC, AlwaysAllow or AlwaysDeny", nameof(options)),
            });
        }

        return (new UnionAuthorizer(authorizers), rbac);
    }

    private static IEnumerable<HealthCheck> Checks(ApiResources resources, IStore store, Startup startup, IEnumerable<HealthCheck> encryption) =>
    [
        new("ping", static () => null),
        new("log", static () => null), // nothing here can block a log
        new("etcd", () => store.Health is { Condition: StoreCondition.Unreachable } away ? away.Reason : IsRead(resources) ? null : "the store has not been read yet"),

        // A read-only store still serves: that is no reason to restart the server, but one to look elsewhere for writes.
        new("etcd-readiness", () => store.Health.Reason) { OnlyReadiness = true },
        .. encryption,
        new("informer-sync", () => IsRead(resources) ? null : "caches are being filled") { OnlyReadiness = true },
        .. startup.Checks,
        new("autoregister-completion", static () => null), // no request is taken before the groups are registered
        new("shutdown", () => startup.IsStopping ? "process is shutting down" : null) { OnlyReadiness = true },
    ];

    private static bool IsRead(ApiResources resources) => resources.All.All(static s => s.Cache.Ready.IsCompletedSuccessfully);
}
