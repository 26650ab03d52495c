namespace Tiphys.ApiServer;

/// <summary>Turns values into what is stored and back (upstream's <c>value.Transformer</c>). Thread-safe.</summary>
internal interface IValueTransformer
{
    /// <summary>What is stored for a value. It needs nobody's help: whatever takes time has been made ready before.</summary>
    /// <param name="value">The value.</param>
    /// <param name="key">Its store key, which some providers bind the result to.</param>
    /// <exception cref="ValueTransformException">There is no key to write with.</exception>
    byte[] ToStorage(ReadOnlySpan<byte> value, ReadOnlySpan<byte> key);

    /// <summary>The value of what is stored.</summary>
    /// <exception cref="ValueTransformException">It cannot be read with the keys there are.</exception>
    ValueTask<PlainValue> FromStorageAsync(ReadOnlyMemory<byte> stored, ReadOnlyMemory<byte> key, CancellationToken cancel);
}

/// <summary>A value as it was before it was stored.</summary>
/// <param name="Value">The value.</param>
/// <param name="IsStale">It should be written again, because it is not stored as it would be now.</param>
internal readonly record struct PlainValue(ReadOnlyMemory<byte> Value, bool IsStale);

/// <summary>What is stored cannot be read, or a value not be stored, with the keys there are.</summary>
internal sealed class ValueTransformException(string message, Exception? inner = null) : Storage.StoreException(message, inner);
