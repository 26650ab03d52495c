using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Tiphys.Client;

/// <summary>A key that signs and verifies the tokens of service accounts: ECDSA P-256 (ES256) when made here, RSA (RS256) accepted.</summary>
public sealed class ServiceAccountKey : IDisposable
{
    private readonly ECDsa? _ec;
    private readonly RSA? _rsa;
    private readonly Lock _lock = new();

    private ServiceAccountKey(AsymmetricAlgorithm key)
    {
        _ec = key as ECDsa;
        _rsa = key as RSA;
        KeyId = Base64Url.EncodeToString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>JWS algorithm.</summary>
    public string Algorithm => _ec is not null ? "ES256" : "RS256";

    /// <summary>Key id, as upstream derives it: the hash of the public key.</summary>
    public string KeyId { get; }

    /// <summary>A key that is not kept.</summary>
    public static ServiceAccountKey Generate() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads a private or public key from PEM.</summary>
    /// <exception cref="CryptographicException">It is no such key.</exception>
    public static ServiceAccountKey Parse(string pem)
    {
        try
        {
            var ec = ECDsa.Create();
            ec.ImportFromPem(pem);
            return new ServiceAccountKey(ec);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return new ServiceAccountKey(rsa);
        }
    }

    /// <summary>Reads all keys of a text, private or public (<c>--service-account-key-file</c> may name files with several).</summary>
    /// <exception cref="CryptographicException">There is none, or one cannot be used.</exception>
    public static IReadOnlyList<ServiceAccountKey> ParseAll(string pem)
    {
        var keys = new List<ServiceAccountKey>();
        for (var rest = pem.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            if (rest[fields.Label].EndsWith("KEY", StringComparison.Ordinal)) keys.Add(Parse(rest[fields.Location].ToString()));
        }

        return keys.Count > 0 ? keys : throw new CryptographicException("the text holds no key in PEM");
    }

    /// <summary>Signs.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        // The algorithms of .NET hold native state that two threads must not use at once.
        lock (_lock) return _ec is not null ? _ec.SignData(data, HashAlgorithmName.SHA256) : _rsa!.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    /// <summary>Whether a signature is this key's.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        lock (_lock) return _ec is not null ? _ec.VerifyData(data, signature, HashAlgorithmName.SHA256) : _rsa!.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    /// <summary>The public key as a member of a JSON Web Key Set.</summary>
    public JsonObject ToJwk()
    {
        var key = new JsonObject { ["use"] = "sig", ["kty"] = _ec is not null ? "EC" : "RSA", ["kid"] = KeyId };
        if (_ec is not null)
        {
            var parameters = _ec.ExportParameters(false);
            key["crv"] = "P-256";
            key["alg"] = Algorithm;
            key["x"] = Base64Url.EncodeToString(parameters.Q.X!);
            key["y"] = Base64Url.EncodeToString(parameters.Q.Y!);
        }
        else
        {
            var parameters = _rsa!.ExportParameters(false);
            key["alg"] = Algorithm;
            key["n"] = Base64Url.EncodeToString(parameters.Modulus!);
            key["e"] = Base64Url.EncodeToString(parameters.Exponent!);
        }

        return key;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ec?.Dispose();
        _rsa?.Dispose();
    }

    /// <summary>The private key, PEM.</summary>
    public string PrivatePem() => _ec is not null ? _ec.ExportECPrivateKeyPem() : _rsa!.ExportRSAPrivateKeyPem();

    /// <summary>The public key, PEM.</summary>
    public string PublicPem() => ((AsymmetricAlgorithm?)_ec ?? _rsa!).ExportSubjectPublicKeyInfoPem();
}
