using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Server;

namespace Tiphys.Joining;

/// <summary>
/// Finds out with nothing but a token and a hash which authority is the cluster's (kubeadm's token discovery): the public
/// description is read over a connection that proves nothing, its signature checked with the token and its authority with the
/// hash; then it is read again over a connection that this authority vouches for.
/// </summary>
/// <param name="server">Who is asked.</param>
/// <param name="newToken">The command that makes tokens of the kind used here.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Where waiting is told.</param>
internal sealed partial class ClusterDiscovery(Uri server, string newToken, TimeProvider time, ILogger logger)
{
    private const string Hex = "0123456789abcdefABCDEF";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long the server may be out of reach.</summary>
    private static readonly TimeSpan ServerPatience = TimeSpan.FromMinutes(1);

    /// <summary>How long a token may be unknown: its signature is made after it.</summary>
    private static readonly TimeSpan TokenPatience = TimeSpan.FromSeconds(5);

    /// <summary>The authorities of the cluster, PEM.</summary>
    /// <param name="token">The token.</param>
    /// <param name="hashes">Accepted hashes; none accepts any authority.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="StartException">The server cannot be reached or not be trusted.</exception>
    public async Task<string> AuthorityAsync(BootstrapToken token, IReadOnlyList<string> hashes, CancellationToken cancel)
    {
        var content = await DescriptionAsync(new ClientConfig { Server = server, InsecureSkipTlsVerify = true }, token, cancel);
        var pem = AuthorityOf(content);
        var authorities = Certificates(pem);
        if (hashes.Count > 0 && !authorities.Any(a => hashes.Contains(ClusterInfo.HashOf(a), StringComparer.OrdinalIgnoreCase)))
            throw new StartException($"the cluster CA at {server} is not the one expected: none of the public keys \"{string.Join(", ", authorities.Select(ClusterInfo.HashOf))}\" are pinned by the token or --discovery-token-ca-cert-hash. Do not join unless you know why it differs.");
        var again = await DescriptionAsync(new ClientConfig { Server = server, Authorities = authorities }, token, cancel);
        return again == content ? pem : throw new StartException("the cluster-info ConfigMap was different when read over a verified connection; somebody may be in between.");
    }

    /// <summary>Checks the form of hashes.</summary>
    /// <exception cref="StartException">One is malformed.</exception>
    public static void CheckHashes(IEnumerable<string> hashes)
    {
        foreach (var hash in hashes)
        {
            if (!hash.StartsWith("sha256:", StringComparison.OrdinalIgnoreCase) || hash.Length != 71 || hash.AsSpan(7).ContainsAnyExcept(Hex))
                throw new StartException($"--discovery-token-ca-cert-hash \"{hash}\" is not sha256: and 64 hexadecimal digits.");
        }
    }

    private async Task<string> DescriptionAsync(ClientConfig config, BootstrapToken token, CancellationToken cancel)
    {
        using var client = config.CreateClient("tiphys-join");
        var started = time.GetTimestamp();
        while (true)
        {
            StartException refusal;
            var patience = TokenPatience;
            try
            {
                var data = (await client.Resource<ConfigMap>().GetAsync(WellKnownNamespaces.Public, ClusterInfo.Name, cancel)).Data ?? [];
                if (data.GetValueOrDefault(ClusterInfo.KubeconfigKey) is not { Length: > 0 } content)
                    throw new StartException("there is no kubeconfig key in the cluster-info ConfigMap; this API server is not set up for nodes that join.");
                if (data.GetValueOrDefault(ClusterInfo.SignaturePrefix + token.Id) is { Length: > 0 } signature)
                    return ClusterInfo.IsSignedBy(content, signature, token) ? content : throw new StartException("failed to verify the JWS signature of the cluster-info ConfigMap with the token: the token's secret is wrong, or this is not its cluster.");
                refusal = new StartException($"token id \"{token.Id}\" is invalid for this cluster or it has expired. Use \"{newToken}\" on the server to create a new valid token.");
            }
            catch (HttpRequestException e)
            {
                if (e.HttpRequestError == HttpRequestError.SecureConnectionError && config.Authorities is not null)
                    throw new StartException($"the certificate of {server} cannot be verified with the cluster's CA: {e.InnerException?.Message ?? e.Message}");
                patience = ServerPatience;
                refusal = new StartException($"the API server {server} cannot be reached: {e.Message}");
            }
            catch (ApiException e)
            {
                refusal = new StartException($"failed to request the cluster-info ConfigMap from {server}: {e.Message}");
            }

            if (time.GetElapsedTime(started) > patience) throw refusal;
            LogWaiting(logger, refusal.Message);
            await Task.Delay(Interval, time, cancel);
        }
    }

    private static string AuthorityOf(string content)
    {
        try
        {
            return Kubeconfig.ReadCluster(content).AuthorityPem;
        }
        catch (KubeconfigException e)
        {
            throw new StartException($"the cluster-info ConfigMap is malformed: {e.Message}.");
        }
    }

    private static X509Certificate2Collection Certificates(string pem)
    {
        try
        {
            return PemCertificates.Parse(pem) is { Count: > 0 } certificates ? certificates : throw new StartException("there is no CA in the cluster-info ConfigMap.");
        }
        catch (CryptographicException e)
        {
            throw new StartException($"failed to parse the cluster CA from the cluster-info ConfigMap: {e.Message}");
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Waiting: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string reason);
}
