using Tiphys.ApiServer.Kms;

namespace Tiphys.ApiServer;

/// <summary>The file of <c>--encryption-provider-config</c> (apiserver.config.k8s.io/v1, EncryptionConfiguration).</summary>
internal sealed record EncryptionConfiguration(IReadOnlyList<EncryptedResources> Resources);

/// <summary>Resources and the providers they are stored with: the first writes, all read.</summary>
internal sealed record EncryptedResources(IReadOnlyList<string> Resources, IReadOnlyList<EncryptionProvider> Providers);

/// <summary>One provider, by the names the file gives; a valid one has exactly one name.</summary>
internal sealed record EncryptionProvider(IReadOnlyList<string> Names, IReadOnlyList<EncryptionKey> Keys)
{
    public const string AesCbc = "aescbc";
    public const string AesGcm = "aesgcm";
    public const string Secretbox = "secretbox";
    public const string Identity = "identity";
    public const string Kms = "kms";

    /// <summary>The settings of a provider <c>kms</c>; null for others.</summary>
    public KmsSettings? Plugin { get; init; }
}

/// <summary>A named key, in base64 as the file has it.</summary>
internal sealed record EncryptionKey(string Name, string Secret);

/// <summary>The file cannot be used; the message is upstream's.</summary>
public sealed class EncryptionConfigException(string message) : Exception(message);
