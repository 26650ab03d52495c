using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Tiphys.Client;

/// <summary>
/// The cluster's public description, ConfigMap kube-public/cluster-info, and its signatures: detached JWS (HS256) with each
/// bootstrap token, by which the holder of a token knows that the description is this cluster's.
/// </summary>
public static class ClusterInfo
{
    /// <summary>Name of the ConfigMap, in kube-public.</summary>
    public const string Name = "cluster-info";

    /// <summary>Key of the description: a kubeconfig with the cluster and nobody's credentials.</summary>
    public const string KubeconfigKey = "kubeconfig";

    /// <summary>Keys of signatures are this and the token's id.</summary>
    public const string SignaturePrefix = "jws-kubeconfig-";

    /// <summary>The signature of a description with a token.</summary>
    public static string Sign(string content, BootstrapToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        var header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{{\"alg\":\"HS256\",\"kid\":\"{token.Id}\"}}"));
        return Sign(header, content, token);
    }

    /// <summary>Whether a signature was made with a token.</summary>
    public static bool IsSignedBy(string content, string signature, BootstrapToken token)
    {
        ArgumentNullException.ThrowIfNull(signature);
        ArgumentNullException.ThrowIfNull(token);

        // The header is taken as it is: another writer may order its fields differently. The algorithm is not taken from it.
        if (signature.Split('.') is not [var header, "", _]) return false;
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Sign(header, content, token)), Encoding.ASCII.GetBytes(signature));
    }

    private static string Sign(string header, string content, BootstrapToken token)
    {
        var signed = Encoding.ASCII.GetBytes($"{header}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(content))}");
        return $"{header}..{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(token.Text), signed))}";
    }

    /// <summary>
    /// The hash by which users pin an authority (kubeadm's <c>--discovery-token-ca-cert-hash</c>): <c>sha256:</c> and the digest
    /// of its public key.
    /// </summary>
    public static string HashOf(X509Certificate2 authority)
    {
        ArgumentNullException.ThrowIfNull(authority);
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(authority.PublicKey.ExportSubjectPublicKeyInfo()));
    }
}
