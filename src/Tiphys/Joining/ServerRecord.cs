using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tiphys.Client;
using Tiphys.Server;

namespace Tiphys.Joining;

/// <summary>
/// What a server runs with and every other server of its cluster must share. Each server leaves it in its data directory, where
/// <c>tiphys token create --server</c> finds it; a server that joined has it among its keys, and starts with it again.
/// </summary>
internal sealed record ServerRecord
{
    /// <summary>Where others reach the server; null in what is sent to others.</summary>
    public Uri? Server { get; init; }

    /// <summary>Identity of the cluster, which is its namespace kube-system's, as is the custom; null in what a server leaves for itself.</summary>
    public string? ClusterId { get; init; }

    /// <summary>Port of all servers: the endpoints of the Service <c>kubernetes</c> have one for all.</summary>
    public required int SecurePort { get; init; }

    public required string ClusterCidr { get; init; }

    public required string ServiceClusterIpRange { get; init; }

    public required string ClusterDomain { get; init; }

    public required string ServiceNodePortRange { get; init; }

    /// <summary>The shared store; null for the embedded one, which cannot be shared.</summary>
    public EtcdRecord? Etcd { get; init; }

    /// <summary>Whether that is the way the cluster shares, which a server that joined has among its keys, and not one of the server's own.</summary>
    public bool EtcdIsShared { get; init; }

    /// <summary>File with the configuration of encryption at rest.</summary>
    public string? EncryptionProviderConfig { get; init; }

    /// <summary>Whether that file is read again when it changes.</summary>
    public bool EncryptionReload { get; init; }

    public static ServerRecord Of(ServerOptions options, Uri server) => new()
    {
        Server = server,
        SecurePort = server.Port,
        ClusterCidr = options.ClusterCidr.ToString(),
        ServiceClusterIpRange = options.ServiceClusterIpRange.ToString(),
        ClusterDomain = options.ClusterDomain,
        ServiceNodePortRange = options.ServiceNodePortRange.ToString(),
        Etcd = options.Etcd is { } etcd ? EtcdRecord.Of(etcd) : null,
        EtcdIsShared = options.EtcdIsShared,
        EncryptionProviderConfig = Absolute(options.EncryptionProviderConfig),
        EncryptionReload = options.EncryptionReload,
    };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ServerRecordJson.Default.ServerRecord);

    /// <exception cref="JsonException">The bytes are no record.</exception>
    public static ServerRecord Parse(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, ServerRecordJson.Default.ServerRecord) ?? throw new JsonException("null");

    /// <summary>The record in a file; null when there is no such file.</summary>
    /// <exception cref="StartException">The file is damaged.</exception>
    public static ServerRecord? TryRead(string path)
    {
        try
        {
            return File.Exists(path) ? Parse(File.ReadAllBytes(path)) : null;
        }
        catch (JsonException e)
        {
            throw new StartException($"{path} cannot be read: {e.Message}");
        }
    }

    private static string? Absolute(string? path) => path is null ? null : Path.GetFullPath(path);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(ServerRecord))]
internal sealed partial class ServerRecordJson : JsonSerializerContext;
