using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tiphys.Client;

/// <summary>How an authority of the cluster signs, wherever its key is held.</summary>
public static class AuthoritySigning
{
    /// <summary>
    /// Signs a request, under a random serial number. What is issued ends no later than the authority. Our authorities have elliptic
    /// keys, kubeadm's have RSA keys; either signs any key.
    /// </summary>
    /// <param name="authority">Certificate of the authority, with its key.</param>
    /// <param name="request">What to sign.</param>
    /// <param name="from">Since when it is valid.</param>
    /// <param name="to">Until when at most.</param>
    /// <returns>The certificate, without a private key.</returns>
    /// <exception cref="CryptographicException">The authority has no key that can sign.</exception>
    public static X509Certificate2 Sign(this X509Certificate2 authority, CertificateRequest request, DateTimeOffset from, DateTimeOffset to)
    {
        var last = new DateTimeOffset(authority.NotAfter);
        Span<byte> serial = stackalloc byte[16];
        RandomNumberGenerator.Fill(serial);
        serial[0] &= 0x7f; // a positive number
        using var elliptic = authority.GetECDsaPrivateKey();
        using var rsa = authority.GetRSAPrivateKey();
        var generator = elliptic is not null
            ? X509SignatureGenerator.CreateForECDsa(elliptic)
            : X509SignatureGenerator.CreateForRSA(rsa ?? throw new CryptographicException("the signing authority has no private key"), RSASignaturePadding.Pkcs1);
        return request.Create(authority.SubjectName, generator, from, to < last ? to : last, serial);
    }
}
