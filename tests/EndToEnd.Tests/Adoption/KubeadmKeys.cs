using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Tiphys.EndToEnd.Tests.Adoption;

/// <summary>The keys of a cluster as kubeadm makes them, which are RSA keys, and what was given out under them before Tiphys came.</summary>
internal sealed class KubeadmKeys : IDisposable
{
    private static readonly DateTimeOffset s_from = DateTimeOffset.UtcNow.AddDays(-1);
    private static readonly DateTimeOffset s_to = DateTimeOffset.UtcNow.AddDays(100);
    private readonly X509Certificate2 _authority;
    private readonly RSA _tokens = RSA.Create(2048);

    /// <summary>Writes them below a directory that is <c>/etc/kubernetes/pki</c> elsewhere.</summary>
    public KubeadmKeys(string directory)
    {
        Directory.CreateDirectory(directory);
        _authority = Authority(directory, "ca", "kubernetes");
        Authority(directory, "front-proxy-ca", "front-proxy-ca").Dispose();
        File.WriteAllText(Path.Combine(directory, "sa.key"), _tokens.ExportRSAPrivateKeyPem());
        File.WriteAllText(Path.Combine(directory, "sa.pub"), _tokens.ExportSubjectPublicKeyInfoPem());
    }

    /// <summary>A client of the cluster: trusts its authority, and is the administrator when it shows no token.</summary>
    public HttpClient Client(Uri server, string? token = null)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new()
            {
                CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { _authority } },
                ClientCertificates = token is null ? [Administrator()] : null,
            },
        };
        return new HttpClient(handler) { BaseAddress = server, DefaultRequestHeaders = { Authorization = token is null ? null : new("Bearer", token) } };
    }

    /// <summary>A token as upstream signs it for a service account.</summary>
    public string Token(string ns, string name, string uid)
    {
        var id = Text(SHA256.HashData(_tokens.ExportSubjectPublicKeyInfo()));
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["iss"] = "https://kubernetes.default.svc.cluster.local",
            ["aud"] = new JsonArray("https://kubernetes.default.svc.cluster.local"),
            ["sub"] = $"system:serviceaccount:{ns}:{name}",
            ["iat"] = now,
            ["nbf"] = now,
            ["exp"] = now + 3600,
            ["kubernetes.io"] = new JsonObject { ["namespace"] = ns, ["serviceaccount"] = new JsonObject { ["name"] = name, ["uid"] = uid } },
        };
        var signed = $"{Text(Encoding.UTF8.GetBytes($$"""{"alg":"RS256","kid":"{{id}}"}"""))}.{Text(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        return $"{signed}.{Text(_tokens.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    public void Dispose()
    {
        _authority.Dispose();
        _tokens.Dispose();
    }

    private static string Text(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static X509Certificate2 Authority(string directory, string file, string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var made = request.CreateSelfSigned(s_from, s_to.AddDays(1));
        File.WriteAllText(Path.Combine(directory, file + ".crt"), made.ExportCertificatePem());
        File.WriteAllText(Path.Combine(directory, file + ".key"), key.ExportRSAPrivateKeyPem());
        return made;
    }

    private X509Certificate2 Administrator()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("O=system:masters, CN=kubernetes-admin", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        using var issued = request.Create(_authority, s_from, s_to, RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
