using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tiphys.Api.Core.V1;
using NodeKind = Tiphys.Api.Core.V1.Node;

namespace Tiphys.ApiServer;

/// <summary>How the API server reaches kubelets (flags <c>--kubelet-client-certificate</c>, <c>--kubelet-certificate-authority</c>).</summary>
/// <param name="Certificate">Gives the client certificate of the moment, with its key; null for none.</param>
/// <param name="Authorities">Authorities that sign kubelets' serving certificates; null trusts any, as upstream does without the flag.</param>
public sealed record KubeletClientOptions(Func<X509Certificate2>? Certificate, X509Certificate2Collection? Authorities)
{
    /// <summary>Node address types in order of preference (<c>--kubelet-preferred-address-types</c>).</summary>
    public IReadOnlyList<string> PreferredAddressTypes { get; init; } = ["Hostname", "InternalDNS", "InternalIP", "ExternalDNS", "ExternalIP"];
}

/// <summary>Opens connections to kubelets.</summary>
public sealed class KubeletConnector(ApiResources resources, KubeletClientOptions options)
{
    /// <summary>Host and port of a node's kubelet.</summary>
    /// <exception cref="StatusException">404: there is no such node; 500: it has no address.</exception>
    public async Task<(string Host, int Port)> AddressAsync(string nodeName, CancellationToken cancel)
    {
        var nodes = resources.Of<NodeKind>();
        var node = (NodeKind)nodes.Decode(await nodes.GetAsync("", nodeName, cancel));
        var port = node.Status.DaemonEndpoints.KubeletEndpoint.Port;
        foreach (var type in options.PreferredAddressTypes)
        {
            // A host name helps only where names of nodes resolve; the address behind it always does.
            var address = node.Status.Addresses?.Find(a => a.Type == type)?.Address;
            if (address is { Length: > 0 } && (type is "InternalIP" or "ExternalIP")) return (address, port == 0 ? 10250 : port);
        }

        throw ApiErrors.InternalError($"no preferred addresses found; known addresses: [{string.Join(" ", (node.Status.Addresses ?? []).Select(static a => a.Address))}]");
    }

    /// <summary>Opens a TLS connection to a node's kubelet.</summary>
    /// <param name="nodeName">The node.</param>
    /// <param name="request">Method and path of what will be asked there, for the message when it cannot be.</param>
    /// <param name="upgrades">Whether that is an upgrade: upstream calls its failure an internal error, and passes on others as they are.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="StatusException">500: it cannot be reached.</exception>
    public async Task<Stream> ConnectAsync(string nodeName, (string Method, string Path) request, bool upgrades, CancellationToken cancel)
    {
        var (host, port) = await AddressAsync(nodeName, cancel);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(TimeSpan.FromSeconds(30));
            await socket.ConnectAsync(host, port, patience.Token);
            var tls = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
            await tls.AuthenticateAsClientAsync(TlsOptions(host), patience.Token);
            return tls;
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            socket.Dispose();
            var fault = $"{request.Method} \"https://{host}:{port}{request.Path}\": dial tcp {host}:{port}: {Reason(e)}";
            throw upgrades ? ApiErrors.InternalError($"error sending request: {fault}") : ApiErrors.Plain(fault);
        }
    }

    private SslClientAuthenticationOptions TlsOptions(string host)
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = host, CertificateRevocationCheckMode = X509RevocationMode.NoCheck };
        if (options.Certificate?.Invoke() is { } certificate)
        {
            tls.ClientCertificates = [certificate];
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }

        if (options.Authorities is { } authorities)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        else
        {
#pragma warning disable CA5359 // upstream's default: kubelets sign their own serving certificates unless an authority is named
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        return tls;
    }

    private static string Reason(Exception e) => e switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "connect: connection refused",
        OperationCanceledException => "i/o timeout",
        _ => e.Message,
    };
}
