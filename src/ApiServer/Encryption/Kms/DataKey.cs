using System.Security.Cryptography;
using Google.Protobuf;

namespace Tiphys.ApiServer.Kms;

/// <summary>A data key that values are encrypted with, and what of it goes into the store.</summary>
/// <param name="Cipher">Encrypts values.</param>
/// <param name="Stored">Its encrypted form; the data is still missing in it.</param>
/// <param name="SourceIdentity">Of the encrypted form, see <see cref="EncryptedObjects.SourceIdentity"/>.</param>
internal sealed record DataKey(IValueCipher Cipher, EncryptedObject Stored, string SourceIdentity)
{
    private static readonly int[] s_aesKeyBytes = [16, 24, 32];

    /// <summary>Makes a new one, and has a plugin encrypt it.</summary>
    /// <exception cref="ValueTransformException">What the plugin returned cannot be stored.</exception>
    /// <exception cref="Grpc.GrpcException">The plugin failed.</exception>
    public static async Task<DataKey> NewAsync(KmsPlugin plugin, string uid, CancellationToken cancel)
    {
        var seed = RandomNumberGenerator.GetBytes(ExtendedNonceCipher.SeedBytes);
        var encrypted = await plugin.EncryptAsync(seed, uid, cancel);
        var stored = new EncryptedObject
        {
            KeyID = encrypted.KeyId,
            EncryptedDEKSource = encrypted.Ciphertext,
            EncryptedDEKSourceType = EncryptedDEKSourceType.HkdfSha256XnonceAesGcmSeed,
        };
        stored.Annotations.Add(encrypted.Annotations);
        if (EncryptedObjects.Problem(stored) is { } problem) throw new ValueTransformException(problem);
        return new DataKey(new ExtendedNonceCipher(seed), stored, EncryptedObjects.SourceIdentity(stored));
    }

    /// <summary>The cipher of a decrypted source of either type.</summary>
    public static IValueCipher Open(EncryptedDEKSourceType type, byte[] source)
    {
        if (type == EncryptedDEKSourceType.HkdfSha256XnonceAesGcmSeed) return new ExtendedNonceCipher(source);
        return s_aesKeyBytes.Contains(source.Length) ? new AesGcmCipher(source) : throw new ValueTransformException($"crypto/aes: invalid key size {source.Length}");
    }

    /// <summary>What is stored for a value.</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> value, ReadOnlySpan<byte> key)
    {
        var stored = Stored.Clone();
        stored.EncryptedData = UnsafeByteOperations.UnsafeWrap(Cipher.Encrypt(value, key));
        return stored.ToByteArray();
    }
}
