using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tiphys.Client;

namespace Tiphys.ApiServer;

/// <summary>What the API server's serving certificate must name.</summary>
public sealed record ClusterPkiOptions
{
    /// <summary>DNS domain of the cluster.</summary>
    public string ServiceDomain { get; init; } = "cluster.local";

    /// <summary>First address of the service network: where pods reach the API server.</summary>
    public IPAddress? ServiceAddress { get; init; }

    /// <summary>Address the API server tells others to use.</summary>
    public IPAddress? AdvertiseAddress { get; init; }

    /// <summary>Further names and addresses of the server, as text: the node's name, its addresses.</summary>
    public IReadOnlyList<string> ExtraNames { get; init; } = [];
}

/// <summary>
/// The cluster's keys and certificates, in one directory under the names kubeadm gives them. What is missing is made, what is
/// about to expire or names the wrong hosts is issued anew, everything else is used as it is. <see cref="CertificateRotation"/> goes on
/// with that while the server runs.
/// </summary>
public sealed class ClusterPki : IDisposable
{
    private const string ApiServerName = "apiserver";
    private const string KubeletClientName = "apiserver-kubelet-client";
    private const string FrontProxyClientName = "front-proxy-client";

    /// <summary>Name of the administrator's certificate.</summary>
    public const string AdminName = "admin";

    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, LeafCertificate> _leaves = new(StringComparer.Ordinal);
    private readonly LeafCertificate _apiServer;
    private readonly LeafCertificate _kubeletClient;
    private readonly LeafCertificate _frontProxyClient;

    private ClusterPki(string directory, ClusterPkiOptions options, TimeProvider time)
    {
        Directory = directory;
        _time = time;
        Authority = CertificateAuthority.Open(At("ca.crt"), At("ca.key"), "kubernetes", time);
        FrontProxyAuthority = CertificateAuthority.Open(At("front-proxy-ca.crt"), At("front-proxy-ca.key"), "front-proxy-ca", time);
        ServiceAccountKey = ServiceAccountKeyFiles.Open(At("sa.key"), At("sa.pub"));
        _apiServer = Leaf(ApiServerName, Authority, ServerSubject(options));
        _kubeletClient = Leaf(KubeletClientName, Authority, new() { CommonName = "kube-apiserver-kubelet-client", Organizations = [UserInfo.Masters], Client = true });
        _frontProxyClient = Leaf(FrontProxyClientName, FrontProxyAuthority, new() { CommonName = FrontProxyClientName, Client = true });
    }

    /// <summary>Where the files are.</summary>
    public string Directory { get; }

    /// <summary>Signs the certificates of servers and clients in the cluster.</summary>
    public CertificateAuthority Authority { get; }

    /// <summary>Signs the certificate with which the API server calls aggregated API servers.</summary>
    public CertificateAuthority FrontProxyAuthority { get; }

    /// <summary>Signs tokens of service accounts.</summary>
    public ServiceAccountKey ServiceAccountKey { get; }

    /// <summary>Certificates every server has.</summary>
    public static IReadOnlyList<string> LeafNames { get; } = [AdminName, ApiServerName, KubeletClientName, FrontProxyClientName];

    /// <summary>The certificates that are kept; they change while the server runs.</summary>
    public IReadOnlyCollection<LeafCertificate> Leaves => [.. _leaves.Values];

    /// <summary>The API server's serving certificate of the moment, with its key.</summary>
    public X509Certificate2 ApiServer => _apiServer.Current;

    /// <summary>With this the API server calls kubelets.</summary>
    public X509Certificate2 KubeletClient => _kubeletClient.Current;

    /// <summary>With this the API server calls aggregated API servers.</summary>
    public X509Certificate2 FrontProxyClient => _frontProxyClient.Current;

    /// <summary>Opens the PKI of a directory, making what is missing.</summary>
    /// <param name="directory">Usually <c>pki</c> in the data directory.</param>
    /// <param name="options">What the serving certificate must name.</param>
    /// <param name="time">Clock.</param>
    public static ClusterPki Open(string directory, ClusterPkiOptions options, TimeProvider time) => new(directory, options, time);

    /// <summary>A client certificate kept in the directory as <c>NAME.crt</c> and <c>NAME.key</c>.</summary>
    /// <param name="name">Base name of the files, for example <c>admin</c>.</param>
    /// <param name="user">User name, for example <c>system:kube-scheduler</c>.</param>
    /// <param name="groups">Groups, for example <c>system:masters</c>.</param>
    public X509Certificate2 EnsureClient(string name, string user, params string[] groups) =>
        Leaf(name, Authority, new() { CommonName = user, Organizations = groups, Client = true }).Current;

    /// <summary>A client certificate that is not kept.</summary>
    public X509Certificate2 IssueClient(string user, params string[] groups) =>
        Authority.Issue(new() { CommonName = user, Organizations = groups, Client = true });

    /// <summary>The administrator's certificate: a member of <c>system:masters</c>.</summary>
    public X509Certificate2 Admin() => EnsureClient(AdminName, "kubernetes-admin", UserInfo.Masters);

    /// <summary>A kubelet's client certificate: user <c>system:node:NAME</c> of group <c>system:nodes</c>.</summary>
    public X509Certificate2 NodeClient(string node) => EnsureClient($"kubelet-client-{node}", $"system:node:{node}", "system:nodes");

    /// <summary>A kubelet's serving certificate.</summary>
    /// <param name="node">Name of the node.</param>
    /// <param name="addresses">Addresses the kubelet is reached at.</param>
    public LeafCertificate KubeletServing(string node, params IReadOnlyList<IPAddress> addresses) => Leaf($"kubelet-{node}", Authority, new()
    {
        CommonName = $"system:node:{node}",
        Organizations = ["system:nodes"],
        DnsNames = [node],
        Addresses = addresses,
        Server = true,
    });

    /// <summary>
    /// For Kestrel's <c>ClientCertificateValidation</c>: lets every certificate through the handshake whose chain this cluster's
    /// authority signed. Others fail the handshake, as upstream refuses them with 401 only after it.
    /// </summary>
    public bool ValidateClientCertificate(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors) => Authority.VerifiesClient(certificate);

    /// <summary>PEM of a certificate's key.</summary>
    public static string KeyPem(X509Certificate2 certificate)
    {
        using var ec = certificate.GetECDsaPrivateKey();
        if (ec is not null) return ec.ExportECPrivateKeyPem() + "\n";
        using var rsa = certificate.GetRSAPrivateKey() ?? throw new CryptographicException("the certificate has no private key");
        return rsa.ExportRSAPrivateKeyPem() + "\n";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Authority.Dispose();
        FrontProxyAuthority.Dispose();
        ServiceAccountKey.Dispose();
        foreach (var leaf in _leaves.Values) leaf.Current.Dispose();
    }

    private LeafCertificate Leaf(string name, CertificateAuthority authority, CertificateSubject subject) => _leaves.GetOrAdd(name, n => LeafCertificate.Open(Directory, n, authority, subject, _time));

    private static CertificateSubject ServerSubject(ClusterPkiOptions options)
    {
        var names = new List<string> { "kubernetes", "kubernetes.default", "kubernetes.default.svc", $"kubernetes.default.svc.{options.ServiceDomain}", "localhost" };
        var addresses = new List<IPAddress> { IPAddress.Loopback, IPAddress.IPv6Loopback };
        if (options.ServiceAddress is { } service) addresses.Add(service);
        if (options.AdvertiseAddress is { } advertised) addresses.Add(advertised);
        foreach (var extra in options.ExtraNames)
        {
            if (IPAddress.TryParse(extra, out var address)) addresses.Add(address);
            else names.Add(extra);
        }

        return new() { CommonName = "kube-apiserver", DnsNames = [.. names.Distinct(StringComparer.Ordinal)], Addresses = [.. addresses.Distinct()], Server = true };
    }

    private string At(string file) => Path.Combine(Directory, file);
}
