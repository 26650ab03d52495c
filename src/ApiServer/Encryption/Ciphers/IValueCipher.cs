namespace Tiphys.ApiServer;

/// <summary>Encrypts values with one secret that is at hand. Thread-safe.</summary>
internal interface IValueCipher
{
    /// <summary>What is stored for a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="key">Its store key, which some ciphers bind the result to.</param>
    byte[] Encrypt(ReadOnlySpan<byte> value, ReadOnlySpan<byte> key);

    /// <summary>The value of what is stored.</summary>
    /// <exception cref="ValueTransformException">It was not encrypted with this secret, or was changed.</exception>
    byte[] Decrypt(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> key);
}

/// <summary>A cipher as a transformer.</summary>
internal sealed class CipherTransformer(IValueCipher cipher) : IValueTransformer
{
    public byte[] ToStorage(ReadOnlySpan<byte> value, ReadOnlySpan<byte> key) => cipher.Encrypt(value, key);

    public ValueTask<PlainValue> FromStorageAsync(ReadOnlyMemory<byte> stored, ReadOnlyMemory<byte> key, CancellationToken cancel) =>
        ValueTask.FromResult(new PlainValue(cipher.Decrypt(stored.Span, key.Span), IsStale: false));
}
