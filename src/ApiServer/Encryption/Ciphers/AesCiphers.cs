using System.Security.Cryptography;

namespace Tiphys.ApiServer;

/// <summary>AES-CBC with PKCS#7 padding behind a random initialization vector (provider <c>aescbc</c>). It does not notice changes.</summary>
internal sealed class AesCbcCipher(byte[] secret) : IValueCipher
{
    private const int BlockBytes = 16;

    public byte[] Encrypt(ReadOnlySpan<byte> value, ReadOnlySpan<byte> key)
    {
        using var aes = Aes.Create();
        aes.Key = secret;
        var vector = RandomNumberGenerator.GetBytes(BlockBytes);
        return [.. vector, .. aes.EncryptCbc(value, vector)];
    }

    public byte[] Decrypt(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> key)
    {
        if (stored.Length < BlockBytes) throw new ValueTransformException("the stored data was shorter than the required size");
        if (stored.Length % BlockBytes != 0) throw new ValueTransformException("the stored data is not a multiple of the block size");
        if (stored.Length == BlockBytes) throw new ValueTransformException("invalid PKCS7 data (empty or not padded)");
        using var aes = Aes.Create();
        aes.Key = secret;
        try
        {
            return aes.DecryptCbc(stored[BlockBytes..], stored[..BlockBytes]);
        }
        catch (CryptographicException e)
        {
            throw new ValueTransformException("invalid padding on input", e);
        }
    }
}

/// <summary>AES-GCM with a random nonce, bound to the store key (provider <c>aesgcm</c>).</summary>
internal sealed class AesGcmCipher(byte[] secret) : IValueCipher
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public byte[] Encrypt(ReadOnlySpan<byte> value, ReadOnlySpan<byte> key)
    {
        using var aes = new AesGcm(secret, TagBytes);
        var stored = new byte[NonceBytes + value.Length + TagBytes];
        var nonce = stored.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        aes.Encrypt(nonce, value, stored.AsSpan(NonceBytes, value.Length), stored.AsSpan(NonceBytes + value.Length), key);
        return stored;
    }

    public byte[] Decrypt(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> key)
    {
        if (stored.Length < NonceBytes + TagBytes) throw new ValueTransformException("the stored data was shorter than the required size");
        using var aes = new AesGcm(secret, TagBytes);
        var value = new byte[stored.Length - NonceBytes - TagBytes];
        try
        {
            aes.Decrypt(stored[..NonceBytes], stored[NonceBytes..^TagBytes], stored[^TagBytes..], value, key);
            return value;
        }
        catch (CryptographicException e)
        {
            throw new ValueTransformException("cipher: message authentication failed", e);
        }
    }
}
