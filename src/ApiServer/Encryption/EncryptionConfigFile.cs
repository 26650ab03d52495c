using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.ApiServer.Kms;
using Tiphys.Client;

namespace Tiphys.ApiServer;

/// <summary>Reads and decodes the file; unknown fields are errors, as a misspelt provider must not mean plain storage.</summary>
internal static class EncryptionConfigFile
{
    private static readonly TimeSpan KmsTimeout = TimeSpan.FromSeconds(3);
    private const int KmsCacheSize = 1000;

    /// <summary>Hash of the file's bytes: whether it changed.</summary>
    /// <exception cref="EncryptionConfigException">It cannot be read.</exception>
    public static string HashOf(string path) => Hash(Read(path));

    /// <summary>Reads and decodes the file.</summary>
    /// <exception cref="EncryptionConfigException">It cannot be read, or is no EncryptionConfiguration.</exception>
    public static (EncryptionConfiguration Configuration, string Hash) Load(string path)
    {
        var bytes = Read(path);
        try
        {
            return (Decode(Encoding.UTF8.GetString(bytes)), Hash(bytes));
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            throw new EncryptionConfigException($"error while parsing file: error decoding encryption provider configuration file \"{path}\": {e.Message}");
        }
    }

    private static byte[] Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EncryptionConfigException($"error while parsing file: error while loading file: error reading encryption provider configuration file \"{path}\": {e.Message}");
        }

        return bytes.Length > 0 ? bytes : throw new EncryptionConfigException($"error while parsing file: error while loading file: encryption provider configuration file \"{path}\" is empty");
    }

    private static string Hash(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static EncryptionConfiguration Decode(string text)
    {
        using var reader = new StringReader(text);
        var documents = YamlJson.Convert(reader);
        if (documents.Count == 0 || JsonNode.Parse(documents[0]) is not JsonObject root) throw new FormatException("Object 'Kind' is missing");
        Known(root, "", "apiVersion", "kind", "resources");
        var (version, kind) = (Text(root["apiVersion"]), Text(root["kind"]));
        if (kind != "EncryptionConfiguration" || version != "apiserver.config.k8s.io/v1") throw new FormatException($"no kind \"{kind}\" is registered for version \"{version}\"");
        return new EncryptionConfiguration([.. Items(root["resources"]).Select((r, i) => Resources(r, $"resources[{i}]"))]);
    }

    private static EncryptedResources Resources(JsonObject item, string path)
    {
        Known(item, path, "resources", "providers");
        return new EncryptedResources(
            [.. (item["resources"] as JsonArray ?? []).Select(Text)],
            [.. Items(item["providers"]).Select((p, i) => Provider(p, $"{path}.providers[{i}]"))]);
    }

    private static EncryptionProvider Provider(JsonObject item, string path)
    {
        Known(item, path, EncryptionProvider.AesCbc, EncryptionProvider.AesGcm, EncryptionProvider.Secretbox, EncryptionProvider.Identity, EncryptionProvider.Kms);
        var names = item.Where(static p => p.Value is not null).Select(static p => p.Key).ToList();
        if (names is [EncryptionProvider.Kms]) return new EncryptionProvider(names, []) { Plugin = Kms(item[names[0]] as JsonObject ?? throw new FormatException($"{path}.kms is not an object"), $"{path}.kms") };
        if (names is not [EncryptionProvider.AesCbc or EncryptionProvider.AesGcm or EncryptionProvider.Secretbox]) return new EncryptionProvider(names, []);
        var body = item[names[0]] as JsonObject ?? throw new FormatException($"{path}.{names[0]} is not an object");
        Known(body, $"{path}.{names[0]}", "keys");
        return new EncryptionProvider(names, [.. Items(body["keys"]).Select((k, i) =>
        {
            Known(k, $"{path}.{names[0]}.keys[{i}]", "name", "secret");
            return new EncryptionKey(Text(k["name"]), Text(k["secret"]));
        })]);
    }

    private static KmsSettings Kms(JsonObject body, string path)
    {
        Known(body, path, "apiVersion", "name", "cachesize", "endpoint", "timeout");
        var version = Text(body["apiVersion"]) is { Length: > 0 } given ? given : KmsSettings.V1;
        var timeout = KmsTimeout;
        if (body["timeout"] is { } text && !GoDuration.TryParse(Text(text), out timeout)) throw new FormatException($"time: invalid duration \"{Text(text)}\"");
        var cache = body["cachesize"]?.GetValue<int>() ?? (version == KmsSettings.V1 ? KmsCacheSize : null);
        return new KmsSettings(version, Text(body["name"]), Text(body["endpoint"]), timeout, cache);
    }

    private static IEnumerable<JsonObject> Items(JsonNode? node) => node is null
        ? []
        : (node as JsonArray ?? throw new FormatException($"{node.GetPath()} is not a list")).Select(static n => n as JsonObject ?? throw new FormatException("an item of a list is not an object"));

    private static string Text(JsonNode? node) => node is null ? "" : node.GetValue<string>();

    private static void Known(JsonObject item, string path, params string[] names)
    {
        foreach (var (name, _) in item)
        {
            if (!names.Contains(name)) throw new FormatException($"strict decoding error: unknown field \"{(path.Length > 0 ? path + "." : "")}{name}\"");
        }
    }
}
