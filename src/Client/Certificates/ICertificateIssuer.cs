using System.Security.Cryptography;

namespace Tiphys.Client;

/// <summary>Gets certificates signed.</summary>
public interface ICertificateIssuer
{
    /// <summary>Has a certificate made for a key. It may take until a person approves.</summary>
    /// <param name="template">What it is to say.</param>
    /// <param name="key">The key; it does not leave the machine.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The certificate, PEM.</returns>
    /// <exception cref="CertificateRefusedException">It was refused; asking again with the same key is of no use.</exception>
    Task<string> IssueAsync(CertificateTemplate template, ECDsa key, CancellationToken cancel);
}

/// <summary>A certificate that will not be issued; the message says why.</summary>
public sealed class CertificateRefusedException(string message) : Exception(message);
