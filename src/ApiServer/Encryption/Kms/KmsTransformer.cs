using Google.Protobuf;
using Tiphys.Grpc;

namespace Tiphys.ApiServer.Kms;

/// <summary>
/// Encrypts values with data keys, and has a KMS plugin encrypt those (provider <c>kms</c>, version 2). The plugin is not asked when
/// something is written, and when something is read only if its data key has not been seen before.
/// </summary>
internal sealed class KmsTransformer(KmsProvider provider, TimeProvider time) : IValueTransformer
{
    private readonly DataKeyCache _cache = new(time);

    public byte[] ToStorage(ReadOnlySpan<byte> value, ReadOnlySpan<byte> key)
    {
        var current = Current;
        var now = time.GetUtcNow();
        if (now > current.Expires)
        {
            throw new ValueTransformException(
                $"encryptedDEKSource with keyID hash \"{EncryptedObjects.Hash(current.Key.Stored.KeyID)}\" expired at {WriteKey.Show(current.Expires)} (current time is {WriteKey.Show(now)})");
        }

        // What is written can be read without the plugin, too.
        if (_cache.Find(current.Key.SourceIdentity) is null) _cache.Add(current.Key.SourceIdentity, current.Key.Cipher);
        return current.Key.Encrypt(value, key);
    }

    public async ValueTask<PlainValue> FromStorageAsync(ReadOnlyMemory<byte> stored, ReadOnlyMemory<byte> key, CancellationToken cancel)
    {
        var sealedValue = Parse(stored);
        var current = Current;
        var identity = EncryptedObjects.SourceIdentity(sealedValue);
        var cipher = _cache.Find(identity) ?? await AskAsync(sealedValue, identity, cancel);
        var stale = sealedValue.KeyID != current.Key.Stored.KeyID || sealedValue.EncryptedDEKSourceType != current.Key.Stored.EncryptedDEKSourceType;
        return new PlainValue(cipher.Decrypt(sealedValue.EncryptedData.Span, key.Span), stale);
    }

    private WriteKey Current => provider.Current ?? throw new ValueTransformException("got unexpected nil transformer");

    private async Task<IValueCipher> AskAsync(EncryptedObject sealedValue, string identity, CancellationToken cancel)
    {
        byte[] source;
        try
        {
            source = await provider.Plugin.DecryptAsync(sealedValue, Guid.NewGuid().ToString(), cancel);
        }
        catch (GrpcException e)
        {
            throw new ValueTransformException($"failed to decrypt DEK, error: {e.Message}", e);
        }

        var cipher = DataKey.Open(sealedValue.EncryptedDEKSourceType, source);
        _cache.Add(identity, cipher);
        return cipher;
    }

    private static EncryptedObject Parse(ReadOnlyMemory<byte> stored)
    {
        EncryptedObject sealedValue;
        try
        {
            sealedValue = EncryptedObject.Parser.ParseFrom(stored.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ValueTransformException($"proto: cannot parse invalid wire-format data: {e.Message}", e);
        }

        if (sealedValue.EncryptedData.Length == 0) throw new ValueTransformException("encrypted data is empty");
        return EncryptedObjects.Problem(sealedValue) is { } problem ? throw new ValueTransformException(problem) : sealedValue;
    }
}
