using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tiphys.ApiServer.Kms;

/// <summary>The rules for what a plugin returns and the store holds, in upstream's words.</summary>
internal static class EncryptedObjects
{
    private const int MostKeyIdBytes = 1024;
    private const int MostSourceBytes = 1024;
    private const int MostAnnotationBytes = 32 * 1024;

    /// <summary>What is wrong with an object, its data aside; null for nothing.</summary>
    public static string? Problem(EncryptedObject value)
    {
        if (!Enum.IsDefined(value.EncryptedDEKSourceType)) return string.Create(CultureInfo.InvariantCulture, $"unknown encryptedDEKSourceType: {(int)value.EncryptedDEKSourceType}");
        if (value.EncryptedDEKSource.Length == 0) return "failed to validate encrypted DEK source: encrypted DEK source is empty";
        if (value.EncryptedDEKSource.Length > MostSourceBytes)
            return string.Create(CultureInfo.InvariantCulture, $"failed to validate encrypted DEK source: encrypted DEK source is {value.EncryptedDEKSource.Length} bytes, which exceeds the max size of {MostSourceBytes}");
        if (KeyIdProblem(value.KeyID) is { } problem) return $"failed to validate key id: {problem}";
        return AnnotationProblem(value) is { } errors ? $"failed to validate annotations: {errors}" : null;
    }

    /// <summary>What is wrong with the id of a key; null for nothing.</summary>
    public static string? KeyIdProblem(string keyId)
    {
        var bytes = Encoding.UTF8.GetByteCount(keyId);
        if (bytes == 0) return "keyID is empty";
        return bytes > MostKeyIdBytes ? string.Create(CultureInfo.InvariantCulture, $"keyID is {bytes} bytes, which exceeds the max size of {MostKeyIdBytes}") : null;
    }

    /// <summary>What a plugin's key may be called in messages: the id may say more than messages should.</summary>
    public static string Hash(string keyId) => keyId.Length == 0 ? "" : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(keyId)));

    /// <summary>Equal for objects whose source of data keys is the same, and for no others.</summary>
    public static string SourceIdentity(EncryptedObject value)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(int)];
        Append((int)value.EncryptedDEKSourceType, number);
        AppendField(value.EncryptedDEKSource.Span, number);
        AppendField(Encoding.UTF8.GetBytes(value.KeyID), number);
        foreach (var (name, annotation) in value.Annotations.OrderBy(static a => a.Key, StringComparer.Ordinal))
        {
            AppendField(Encoding.UTF8.GetBytes(name), number);
            AppendField(annotation.Span, number);
        }

        return Convert.ToBase64String(hash.GetHashAndReset());

        void Append(int value, Span<byte> number)
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, value);
            hash.AppendData(number);
        }

        void AppendField(ReadOnlySpan<byte> field, Span<byte> number)
        {
            Append(field.Length, number);
            hash.AppendData(field);
        }
    }

    private static string? AnnotationProblem(EncryptedObject value)
    {
        var (errors, path, total) = (new FieldErrors(), FieldPath.Of("annotations"), 0);
        foreach (var (name, annotation) in value.Annotations)
        {
            total += Encoding.UTF8.GetByteCount(name) + annotation.Length;
            FieldRules.DomainName(name, path, errors);
        }

        var messages = errors.Select(static e => e.ToString()).ToList();
        if (total > MostAnnotationBytes) messages.Add(string.Create(CultureInfo.InvariantCulture, $"total size of annotations is {total}, which exceeds the max size of {MostAnnotationBytes}"));
        return messages.Count == 0 ? null : Aggregate.Text(messages);
    }
}
