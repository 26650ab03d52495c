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
        ServiceNodePortRange = Range(options.ServiceNodePortRange),
        Etcd = options.Etcd is { } etcd ? EtcdRecord.Of(etcd) : null,
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

    public static string Range((int First, int Last) ports) => $"{ports.First}-{ports.Last}";

    internal static string? Absolute(string? path) => path is null ? null : Path.GetFullPath(path);
}

/// <summary>How to reach a store in etcd.</summary>
internal sealed record EtcdRecord
{
    public required IReadOnlyList<Uri> Servers { get; init; }

    public required string Prefix { get; init; }

    public string? AuthorityFile { get; init; }

    public string? CertificateFile { get; init; }

    public string? KeyFile { get; init; }

    public static EtcdRecord Of(EtcdSettings etcd) => new()
    {
        Servers = etcd.Servers,
        Prefix = etcd.Prefix,
        AuthorityFile = ServerRecord.Absolute(etcd.AuthorityFile),
        CertificateFile = ServerRecord.Absolute(etcd.CertificateFile),
        KeyFile = ServerRecord.Absolute(etcd.KeyFile),
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(ServerRecord))]
internal sealed partial class ServerRecordJson : JsonSerializerContext;
