using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Tiphys.Api.Core.V1;
using Tiphys.Client;
using Tiphys.Server;

namespace Tiphys.Joining;

/// <summary>
/// The identity of a node that has joined: the API server, its authority, and the node's certificate. It lies in the data
/// directory, so that a node joins once and needs no token afterwards.
/// </summary>
internal sealed partial class NodeIdentity
{
    private const string Signer = "kubernetes.io/kube-apiserver-client-kubelet";

    /// <summary>How long approval may take while a person waits; afterwards a new start goes on with the same request.</summary>
    private static readonly TimeSpan ApprovalPatience = TimeSpan.FromMinutes(5);

    private readonly ClientConfig _config;

    private NodeIdentity(ClientConfig config, CertificateKeeper certificate) => (_config, Certificate) = (config, certificate);

    /// <summary>The node's client certificate.</summary>
    public CertificateKeeper Certificate { get; }

    /// <summary>The cluster's authorities.</summary>
    public X509Certificate2Collection Authorities => _config.Authorities!;

    /// <summary>The API server joined with.</summary>
    public Uri Server => _config.Server;

    /// <summary>The same identity, shown at another address.</summary>
    public NodeIdentity At(Uri server) => new(_config with { Server = server }, Certificate);

    /// <summary>A client that acts with a certificate, also after it was replaced.</summary>
    public KubernetesClient Client(string userAgent, CertificateKeeper certificate)
    {
        var transport = new RotatingHandler(() => (_config with { Certificate = certificate.Last }).CreateHandler());
        certificate.Changed += transport.Renew;
        return new KubernetesClient(_config.Server, transport, userAgent);
    }

    /// <summary>Loads the identity, or joins.</summary>
    /// <exception cref="StartException">The node cannot join; the message says why.</exception>
    public static async Task<NodeIdentity> OpenAsync(AgentOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel)
    {
        var user = $"system:node:{options.Kubelet.NodeName}";
        var template = CertificateTemplate.Client(Signer, user, "system:nodes");
        var certificate = new CertificateKeeper(new(options.DataDir.AgentCertificates, "kubelet-client"), () => template, time, loggers.CreateLogger("Tiphys.Agent"));
        if (Joined(options, certificate, template) is { } known) return known;
        return await JoinAsync(options, certificate, time, loggers.CreateLogger("Tiphys.Agent"), cancel);
    }

    private static NodeIdentity? Joined(AgentOptions options, CertificateKeeper certificate, CertificateTemplate template)
    {
        if (!File.Exists(options.DataDir.AgentKubeconfig) || certificate.Last is not { } last) return null;
        if (!template.IsMetBy(last))
            throw new StartException($"{options.DataDir.Root} holds the identity of another node ({last.Subject}), not of {options.Kubelet.NodeName}: give its name with --node-name, or use another --data-dir.");
        if (certificate.Current is null)
        {
            if (options.Token is not null) return null;
            throw new StartException($"the node's certificate expired on {last.NotAfter.ToUniversalTime():u}: join again with --server and a new --token.");
        }

        var config = Kubeconfig.Load(options.DataDir.AgentKubeconfig);
        if (config.Authorities is not { Count: > 0 }) throw new StartException($"{options.DataDir.AgentKubeconfig} names no certificate authority; remove it and join again.");
        if (options.Server is { } server && server != config.Server)
        {
            config = config with { Server = server };
            Remember(options, config, certificate);
        }

        return new NodeIdentity(config, certificate);
    }

    private static async Task<NodeIdentity> JoinAsync(AgentOptions options, CertificateKeeper certificate, TimeProvider time, ILogger logger, CancellationToken cancel)
    {
        if (options.Server is not { } server) throw new StartException("this node has not joined a cluster yet: name its API server with --server https://HOST:PORT, and give a --token from `tiphys token create` (or run with a --kubeconfig).");
        if (options.Token is null) throw new StartException("this node has not joined a cluster yet: give a --token from `tiphys token create`.");
        var token = BootstrapToken.Parse(options.Token) ?? throw new StartException($"the bootstrap token is not of the form \"{BootstrapToken.Pattern}\".");
        ClusterDiscovery.CheckHashes(options.AuthorityHashes);
        if (options.AuthorityHashes.Count == 0 && !options.SkipAuthorityVerification)
            throw new StartException("the cluster's authority must be verified: give --discovery-token-ca-cert-hash as `tiphys token create --print-join-command` prints it (or --discovery-token-unsafe-skip-ca-verification to trust whoever answers).");

        var pem = await new ClusterDiscovery(server, "tiphys token create", time, logger).AuthorityAsync(token, options.AuthorityHashes, cancel);
        var config = new ClientConfig { Server = server, Authorities = PemCertificates.Parse(pem) };
        using var client = (config with { Token = token.Text }).CreateClient("tiphys-agent");
        try
        {
            await RefuseTakenNameAsync(client, options.Kubelet.NodeName, cancel);
            using var patience = new CancellationTokenSource(ApprovalPatience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
            await certificate.EnsureAsync(new SigningRequestIssuer(client), either.Token);
        }
        catch (ApiException e) when (e.Status.Code == 401)
        {
            throw new StartException($"{server} does not accept the token \"{token.Id}\": it has expired, was revoked, or is not for authentication.");
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or CertificateRefusedException)
        {
            throw new StartException($"the node could not join {server}: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new StartException($"the node's certificate was not approved within {ApprovalPatience.TotalMinutes} minutes; see `kubectl get csr`, and start again when it is.");
        }

        Remember(options, config, certificate);
        LogJoined(logger, options.Kubelet.NodeName, server);
        return new NodeIdentity(config, certificate);
    }

    /// <summary>Two machines with one name would take each other's pods.</summary>
    internal static async Task RefuseTakenNameAsync(KubernetesClient client, string name, CancellationToken cancel)
    {
        var node = await client.Resource<Node>().FindAsync(null, name, cancel);
        if (node?.Status.Conditions?.Exists(static c => c is { Type: "Ready", Status: "True" }) == true)
            throw new StartException($"a Node with name \"{name}\" and status \"Ready\" already exists in the cluster. You must delete the existing Node or change the name of this new joining Node.");
    }

    private static void Remember(AgentOptions options, ClientConfig config, CertificateKeeper certificate) => WholeFile.WritePrivate(
        options.DataDir.AgentKubeconfig,
        Kubeconfig.WriteWithFile("tiphys", config.Server, string.Concat(config.Authorities!.Select(static a => a.ExportCertificatePem() + "\n")), certificate.File));

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} has joined the cluster at {Server}")]
    private static partial void LogJoined(ILogger logger, string node, Uri server);
}
