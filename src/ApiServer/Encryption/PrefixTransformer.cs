using System.Text;
using Tiphys.Storage;

namespace Tiphys.ApiServer;

/// <summary>
/// Several transformers, told apart by what their values begin with: the first writes, all read. What another than the first has
/// written is stale.
/// </summary>
internal sealed class PrefixTransformer(string noMatch, IReadOnlyList<(byte[] Prefix, IValueTransformer Transformer)> transformers) : IValueTransformer
{
    public byte[] ToStorage(ReadOnlySpan<byte> value, ReadOnlySpan<byte> key)
    {
        var (prefix, transformer) = transformers[0];
        var stored = transformer.ToStorage(value, key);
        return prefix.Length == 0 ? stored : [.. prefix, .. stored];
    }

    public async ValueTask<PlainValue> FromStorageAsync(ReadOnlyMemory<byte> stored, ReadOnlyMemory<byte> key, CancellationToken cancel)
    {
        ValueTransformException? failed = null;
        for (var i = 0; i < transformers.Count; i++)
        {
            var (prefix, transformer) = transformers[i];
            if (!stored.Span.StartsWith(prefix)) continue;
            try
            {
                var plain = await transformer.FromStorageAsync(stored[prefix.Length..], key, cancel);
                return plain with { IsStale = plain.IsStale || i > 0 };
            }
            catch (ValueTransformException e)
            {
                // The same provider may come twice while its keys are being changed: a later one may have the key. What plain
                // storage says of encrypted data matters only if nobody else has an opinion.
                if (prefix.Length > 0 || failed is null) failed = e;
            }
        }

        throw failed ?? new ValueTransformException(noMatch);
    }
}

/// <summary>Stores values as they are.</summary>
internal sealed class IdentityTransformer : IValueTransformer
{
    private const string Encrypted = "identity transformer tried to read encrypted data";

    public static readonly IdentityTransformer Instance = new();

    /// <summary>
    /// Refuses a record that was encrypted, to a server that was told nothing of encryption: left out of a list it would be taken for
    /// deleted, and its namespace be deleted over it.
    /// </summary>
    /// <exception cref="ValueTransformException">It is encrypted.</exception>
    public static void Refuse(StoreRecord record)
    {
        if (IsEncrypted(record.Value.Span)) throw new ValueTransformException($"unable to transform key \"{Encoding.UTF8.GetString(record.Key.Span)}\": {Encrypted}");
    }

    public byte[] ToStorage(ReadOnlySpan<byte> value, ReadOnlySpan<byte> key) => value.ToArray();

    public ValueTask<PlainValue> FromStorageAsync(ReadOnlyMemory<byte> stored, ReadOnlyMemory<byte> key, CancellationToken cancel) => IsEncrypted(stored.Span)
        ? throw new ValueTransformException(Encrypted)
        : ValueTask.FromResult(new PlainValue(stored, IsStale: false));

    private static bool IsEncrypted(ReadOnlySpan<byte> stored) => stored.StartsWith("k8s:enc:"u8);
}
