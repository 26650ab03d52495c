using System.Security.Cryptography;

namespace Tiphys.ApiServer;

/// <summary>
/// AES-GCM under a key of its own for every value, derived from a seed and 32 random bytes that stand in front of what is stored: so
/// one seed may encrypt any number of values, which AES-GCM's short nonces alone would not allow.
/// </summary>
internal sealed class ExtendedNonceCipher : IValueCipher
{
    /// <summary>Bytes a seed has at least.</summary>
    public const int SeedBytes = 32;

    private const int InfoBytes = 32;
    private const int KeyBytes = 32;

    private readonly byte[] _seed;

    public ExtendedNonceCipher(byte[] seed)
    {
        if (seed.Length < SeedBytes) throw new ValueTransformException($"invalid seed length {seed.Length} used for key generation");
        _seed = seed;
    }

    public byte[] Encrypt(ReadOnlySpan<byte> value, ReadOnlySpan<byte> key)
    {
        var info = RandomNumberGenerator.GetBytes(InfoBytes);
        return [.. info, .. Derived(info).Encrypt(value, key)];
    }

    public byte[] Decrypt(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> key) => stored.Length < InfoBytes
        ? throw new ValueTransformException("the stored data was shorter than the required size")
        : Derived(stored[..InfoBytes]).Decrypt(stored[InfoBytes..], key);

    // The seed is random already: HKDF's first half, which would make it so, is left out.
    private AesGcmCipher Derived(ReadOnlySpan<byte> info)
    {
        var key = new byte[KeyBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, _seed, key, info);
        return new AesGcmCipher(key);
    }
}
