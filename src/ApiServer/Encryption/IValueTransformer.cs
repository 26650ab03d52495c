namespace Tiphys.ApiServer;

/// <summary>Turns values into what is stored and back (upstream's <c>value.Transformer</c>). Thread-safe.</summary>
internal interface IValueTransformer
{
    /// <summary>What is stored for a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="key">Its store key, which some providers bind the result to.</param>
    byte[] ToStorage(ReadOnlySpan<byte> value, ReadOnlySpan<byte> key);

    /// <summary>
    /// The value of what is stored, and whether it should be written again because it is not stored as it would be now.
    /// </summary>
    /// <exception cref="ValueTransformException">It cannot be read with the keys there are.</exception>
    (byte[] Value, bool Stale) FromStorage(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> key);
}

/// <summary>What is stored cannot be read with the keys there are.</summary>
internal sealed class ValueTransformException(string message, Exception? inner = null) : Storage.StoreException(message, inner);
