using System.Security.Cryptography;

namespace Tiphys.Client;

/// <summary>
/// The key under which a cluster's secrets travel to a server that joins (kubeadm's certificate key): AES-256 in GCM, the nonce
/// before the sealed bytes. It is part of the token a person carries from one server to the next, and is stored nowhere.
/// </summary>
public sealed class CertificateKey
{
    private const int Size = 32;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private readonly byte[] _key;

    private CertificateKey(byte[] key) => _key = key;

    /// <summary>The key as users write it: 64 hexadecimal digits.</summary>
    public string Text => Convert.ToHexStringLower(_key);

    /// <summary>A new random key.</summary>
    public static CertificateKey Generate() => new(RandomNumberGenerator.GetBytes(Size));

    /// <summary>Reads a key; null when the text is none.</summary>
    public static CertificateKey? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length != 2 * Size) return null;
        var key = new byte[Size];
        return Convert.FromHexString(text, key, out _, out _) == System.Buffers.OperationStatus.Done ? new(key) : null;
    }

    /// <summary>Encrypts.</summary>
    public byte[] Seal(ReadOnlySpan<byte> plain)
    {
        var @sealed = new byte[NonceSize + plain.Length + TagSize];
        var nonce = @sealed.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagSize);
        aes.Encrypt(nonce, plain, @sealed.AsSpan(NonceSize, plain.Length), @sealed.AsSpan(NonceSize + plain.Length));
        return @sealed;
    }

    /// <summary>Decrypts; null when the bytes were sealed with another key, or changed.</summary>
    public byte[]? Open(ReadOnlySpan<byte> @sealed)
    {
        if (@sealed.Length < NonceSize + TagSize) return null;
        var plain = new byte[@sealed.Length - NonceSize - TagSize];
        using var aes = new AesGcm(_key, TagSize);
        try
        {
            aes.Decrypt(@sealed[..NonceSize], @sealed[NonceSize..^TagSize], @sealed[^TagSize..], plain);
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
