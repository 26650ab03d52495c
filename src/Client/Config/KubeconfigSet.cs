using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Client;

/// <summary>
/// Several kubeconfig files taken as one: of entries with the same name, the one in the first file counts (upstream's loading
/// rules). With no file at all, a process in a pod uses its service account, and any other the address of an unsecured local server.
/// </summary>
public sealed class KubeconfigSet
{
    private const string ServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
    private readonly List<(JsonObject Root, string Folder)> _files = [];

    private KubeconfigSet()
    {
    }

    /// <summary>Loads one file that must be there, or, when null, what <c>$KUBECONFIG</c> lists, or <c>~/.kube/config</c>; of these, missing files are passed over.</summary>
    /// <exception cref="KubeconfigException">A file is missing, or is no kubeconfig.</exception>
    public static KubeconfigSet Load(string? path)
    {
        var set = new KubeconfigSet();
        if (path is not null)
        {
            if (!File.Exists(path)) throw new KubeconfigException($"stat {path}: no such file or directory");
            set.Add(path);
            return set;
        }

        var list = Environment.GetEnvironmentVariable("KUBECONFIG");
        var paths = string.IsNullOrEmpty(list) ? [Path.Combine(Home(), ".kube", "config")] : list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        foreach (var file in paths.Distinct().Where(File.Exists)) set.Add(file);
        return set;
    }

    /// <summary>The configuration that the files and the overrides make together.</summary>
    /// <exception cref="KubeconfigException">They name what is not there.</exception>
    public ClientConfig Resolve(ConfigOverrides overrides)
    {
        if (_files.Count == 0 && overrides is { Server: null, Context: null, Cluster: null, User: null } && InCluster(overrides) is { } pod) return pod;
        var contextName = overrides.Context ?? _files.Select(static f => Value(f.Root, "current-context")).FirstOrDefault(static c => c is not null);
        var context = contextName is null ? null : Find("contexts", "context", contextName)?.Node ?? throw new KubeconfigException($"context was not found for specified context: {contextName}") { IsInvalidConfiguration = true };
        var clusterName = overrides.Cluster ?? Value(context, "cluster");
        var cluster = clusterName is null ? null : Find("clusters", "cluster", clusterName);
        if (overrides.Cluster is not null && cluster is null) throw new KubeconfigException($"no server found for cluster \"{clusterName}\"");
        if (clusterName is not null && cluster is null && overrides.Server is null) throw new KubeconfigException($"cluster \"{clusterName}\" does not exist") { IsInvalidConfiguration = true };
        var userName = overrides.User ?? Value(context, "user");
        var user = userName is null ? null : Find("users", "user", userName);
        if (overrides.User is not null && user is null) throw new KubeconfigException($"auth info \"{userName}\" does not exist");
        if (user?.Node.ContainsKey("exec") == true) throw new KubeconfigException($"user \"{userName}\" gets its credentials from a program (exec), which is not supported yet");
        var authorities = overrides.CertificateAuthority is { } file ? Read(file, "certificate-authority", clusterName ?? "") : cluster is { } found ? Data(found.Node, "certificate-authority", found.Folder) : null;
        var insecure = overrides.InsecureSkipTlsVerify || Value(cluster?.Node, "insecure-skip-tls-verify") == "true";
        return new ClientConfig
        {
            Server = Address(overrides.Server ?? Value(cluster?.Node, "server") ?? "http://localhost:8080", authorities is not null || insecure || user is not null),
            TlsServerName = overrides.TlsServerName ?? Value(cluster?.Node, "tls-server-name"),
            InsecureSkipTlsVerify = insecure,
            Authorities = authorities is null ? null : PemCertificates.Parse(authorities),
            Certificate = Certificate(overrides, user, userName ?? ""),
            User = userName ?? "",
            Token = overrides.Token ?? Value(user?.Node, "token"),
            TokenFile = overrides.Token is null && Value(user?.Node, "tokenFile") is { } tokenFile ? Path.Combine(user!.Value.Folder, tokenFile) : null,
            Namespace = overrides.Namespace ?? Value(context, "namespace") ?? WellKnownNamespaces.Default,
        };
    }

    private static string Home() => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static ClientConfig? InCluster(ConfigOverrides overrides)
    {
        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT");
        var token = Path.Combine(ServiceAccountFolder, "token");
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port) || !File.Exists(token)) return null;
        var authority = Path.Combine(ServiceAccountFolder, "ca.crt");
        var ns = Path.Combine(ServiceAccountFolder, "namespace");
        return new ClientConfig
        {
            Server = new Uri($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}"),
            Authorities = File.Exists(authority) ? PemCertificates.Load(authority) : null,
            InsecureSkipTlsVerify = overrides.InsecureSkipTlsVerify,
            Token = overrides.Token,
            TokenFile = overrides.Token is null ? token : null,
            Namespace = overrides.Namespace ?? (File.Exists(ns) ? File.ReadAllText(ns).Trim() : WellKnownNamespaces.Default),
        };
    }

    /// <summary>An address without a scheme is one of TLS when anything about TLS or identity is configured.</summary>
    private static Uri Address(string server, bool secured) =>
        new(server.Contains("://", StringComparison.Ordinal) ? server : (secured ? "https://" : "http://") + server);

    private static X509Certificate2? Certificate(ConfigOverrides overrides, (JsonObject Node, string Folder)? user, string userName)
    {
        if (overrides.ClientCertificate is { } certificate)
        {
            var text = Read(certificate, "client-cert", userName);
            if (overrides.ClientKey is { } key) return X509Certificate2.CreateFromPem(text, Read(key, "client-key", userName));
        }

        if (user is not { } found || Data(found.Node, "client-certificate", found.Folder) is not { } pem || Data(found.Node, "client-key", found.Folder) is not { } keyPem) return null;
        return X509Certificate2.CreateFromPem(pem, keyPem);
    }

    private static string Read(string file, string what, string whose)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubeconfigException($"unable to read {what} {file} for {whose} due to open {file}: {(e is UnauthorizedAccessException ? "permission denied" : "no such file or directory")}");
        }
    }

    private static string? Value(JsonObject? node, string key) => node?[key] is JsonValue value && value.ToString() is { Length: > 0 } text ? text : null;

    /// <summary>A value given inline as base64 (<c>x-data</c>) or as a file (<c>x</c>).</summary>
    private static string? Data(JsonObject node, string key, string folder)
    {
        if (Value(node, key + "-data") is { } inline) return Encoding.UTF8.GetString(Convert.FromBase64String(inline));
        return Value(node, key) is { } file ? File.ReadAllText(Path.Combine(folder, file)) : null;
    }

    private (JsonObject Node, string Folder)? Find(string list, string value, string name)
    {
        foreach (var (root, folder) in _files)
            if ((root[list] as JsonArray)?.FirstOrDefault(i => i is JsonObject o && Value(o, "name") == name)?[value] is JsonObject node) return (node, folder);
        return null;
    }

    private void Add(string path)
    {
        var text = File.ReadAllText(path);
        JsonNode? root;
        try
        {
            root = BlockYaml.TryParse(text) ?? JsonNode.Parse(YamlJson.ConvertOne(new StringReader(text)));
        }
        catch (FormatException e)
        {
            throw new KubeconfigException($"error loading config file \"{path}\": {e.Message}");
        }

        if (root is JsonObject map) _files.Add((map, Path.GetDirectoryName(Path.GetFullPath(path))!));
    }
}
