using System.Security.Cryptography;

namespace Tiphys.ApiServer;

/// <summary>XSalsa20-Poly1305 with a random nonce (provider <c>secretbox</c>).</summary>
internal sealed class SecretboxCipher(byte[] secret) : IValueCipher
{
    public byte[] Encrypt(ReadOnlySpan<byte> value, ReadOnlySpan<byte> key)
    {
        var nonce = RandomNumberGenerator.GetBytes(Secretbox.NonceBytes);
        return [.. nonce, .. Secretbox.Seal(value, nonce, secret)];
    }

    public byte[] Decrypt(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> key)
    {
        if (stored.Length < Secretbox.NonceBytes) throw new ValueTransformException("the stored data was shorter than the required size");
        return Secretbox.TryOpen(stored[Secretbox.NonceBytes..], stored[..Secretbox.NonceBytes], secret, out var value)
            ? value
            : throw new ValueTransformException("output array was not large enough for encryption");
    }
}
