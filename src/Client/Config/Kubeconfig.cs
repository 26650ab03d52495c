using System.Security.Cryptography.X509Certificates;
using System.Text;
using YamlDotNet.RepresentationModel;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Client;

/// <summary>Reads kubeconfig files.</summary>
public static class Kubeconfig
{
    /// <summary>Where kubectl looks when no file is named: <c>$KUBECONFIG</c>, then <c>~/.kube/config</c>.</summary>
    public static string DefaultPath =>
        Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } path
            ? path.Split(Path.PathSeparator)[0]
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");

    /// <summary>Loads one context of a file.</summary>
    /// <param name="path">The file; relative paths in it are relative to its folder.</param>
    /// <param name="context">The context; null for the current one.</param>
    /// <exception cref="KubeconfigException">The file is missing or does not say what is needed.</exception>
    public static ClientConfig Load(string path, string? context = null)
    {
        if (!File.Exists(path)) throw new KubeconfigException($"stat {path}: no such file or directory");
        using var reader = File.OpenText(path);
        return Parse(reader, Path.GetDirectoryName(Path.GetFullPath(path))!, context);
    }

    /// <summary>Loads one context of kubeconfig text.</summary>
    public static ClientConfig Parse(TextReader text, string folder, string? context = null)
    {
        var root = Root(text);
        context ??= Scalar(root, "current-context") ?? throw new KubeconfigException("current-context is not set");
        var contextNode = Named(root, "contexts", "context", context) ?? throw new KubeconfigException($"context \"{context}\" does not exist");
        var clusterName = Scalar(contextNode, "cluster") ?? "";
        var cluster = Named(root, "clusters", "cluster", clusterName) ?? throw new KubeconfigException($"cluster \"{clusterName}\" does not exist");
        var user = Scalar(contextNode, "user") is { } userName ? Named(root, "users", "user", userName) : null;
        var authorities = Data(cluster, "certificate-authority", folder);
        return new ClientConfig
        {
            Server = new Uri(Scalar(cluster, "server") ?? throw new KubeconfigException($"cluster \"{clusterName}\" has no server")),
            TlsServerName = Scalar(cluster, "tls-server-name"),
            InsecureSkipTlsVerify = Scalar(cluster, "insecure-skip-tls-verify") == "true",
            Authorities = authorities is null ? null : PemCertificates.Parse(authorities),
            Certificate = user is null ? null : ClientCertificate(user, folder),
            Token = user is null ? null : Scalar(user, "token"),
            TokenFile = user is null || Scalar(user, "tokenFile") is not { } file ? null : Path.Combine(folder, file),
            Namespace = Scalar(contextNode, "namespace") ?? WellKnownNamespaces.Default,
        };
    }

    /// <summary>Writes a kubeconfig with one cluster, user and context, embedded data only.</summary>
    public static string Write(string name, Uri server, string authorityPem, string? certificatePem, string? keyPem, string? token)
    {
        var text = new StringBuilder();
        text.Append($"apiVersion: v1\nkind: Config\nclusters:\n- name: {name}\n  cluster:\n    server: {server.AbsoluteUri.TrimEnd('/')}\n    certificate-authority-data: {Base64(authorityPem)}\n");
        text.Append($"users:\n- name: {name}\n  user:\n");
        if (certificatePem is not null && keyPem is not null) text.Append($"    client-certificate-data: {Base64(certificatePem)}\n    client-key-data: {Base64(keyPem)}\n");
        if (token is not null) text.Append($"    token: {token}\n");
        return text.Append($"contexts:\n- name: {name}\n  context:\n    cluster: {name}\n    user: {name}\ncurrent-context: {name}\n").ToString();
    }

    /// <summary>Writes a kubeconfig whose user's certificate and key are in a file that changes.</summary>
    public static string WriteWithFile(string name, Uri server, string authorityPem, string certificateFile) =>
        $"apiVersion: v1\nkind: Config\nclusters:\n- name: {name}\n  cluster:\n    server: {server.AbsoluteUri.TrimEnd('/')}\n    certificate-authority-data: {Base64(authorityPem)}\n"
        + $"users:\n- name: {name}\n  user:\n    client-certificate: {certificateFile}\n    client-key: {certificateFile}\n"
        + $"contexts:\n- name: {name}\n  context:\n    cluster: {name}\n    user: {name}\ncurrent-context: {name}\n";

    /// <summary>Writes a kubeconfig that names a cluster and nobody (the one of ConfigMap cluster-info).</summary>
    public static string WriteCluster(Uri server, string authorityPem) =>
        $"apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: {Base64(authorityPem)}\n    server: {server.AbsoluteUri.TrimEnd('/')}\n  name: \"\"\ncontexts: null\ncurrent-context: \"\"\nkind: Config\nusers: null\n";

    /// <summary>The server and the authority (PEM) of the only cluster of a kubeconfig.</summary>
    /// <exception cref="KubeconfigException">The text is no such kubeconfig.</exception>
    public static (Uri Server, string AuthorityPem) ReadCluster(string text)
    {
        var root = Root(new StringReader(text));
        if (!root.Children.TryGetValue("clusters", out var clusters) || clusters is not YamlSequenceNode { Children: [YamlMappingNode item] } || !item.Children.TryGetValue("cluster", out var node) || node is not YamlMappingNode cluster)
            throw new KubeconfigException("the kubeconfig does not name one cluster");
        if (Scalar(cluster, "server") is not { } server || !Uri.TryCreate(server, UriKind.Absolute, out var address)) throw new KubeconfigException("the cluster has no server");
        try
        {
            // The text may come from anybody: it must not name files of this machine.
            var authority = Scalar(cluster, "certificate-authority-data") ?? throw new KubeconfigException("the cluster has no certificate-authority-data");
            return (address, Encoding.UTF8.GetString(Convert.FromBase64String(authority)));
        }
        catch (FormatException)
        {
            throw new KubeconfigException("certificate-authority-data is not base64");
        }
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static YamlMappingNode Root(TextReader text)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(text);
        }
        catch (YamlDotNet.Core.YamlException e)
        {
            throw new KubeconfigException($"error loading config file: {e.Message}");
        }

        return yaml.Documents.Count > 0 && yaml.Documents[0].RootNode is YamlMappingNode root ? root : throw new KubeconfigException("invalid configuration: no configuration has been provided");
    }

    private static X509Certificate2? ClientCertificate(YamlMappingNode user, string folder)
    {
        if (Data(user, "client-certificate", folder) is not { } certificate || Data(user, "client-key", folder) is not { } key) return null;
        return X509Certificate2.CreateFromPem(certificate, key);
    }

    /// <summary>A value given inline as base64 (<c>x-data</c>) or as a file (<c>x</c>).</summary>
    private static string? Data(YamlMappingNode node, string key, string folder)
    {
        if (Scalar(node, key + "-data") is { } inline) return Encoding.UTF8.GetString(Convert.FromBase64String(inline));
        return Scalar(node, key) is { } file ? File.ReadAllText(Path.Combine(folder, file)) : null;
    }

    private static YamlMappingNode? Named(YamlMappingNode root, string list, string value, string name) =>
        root.Children.TryGetValue(list, out var node) && node is YamlSequenceNode items
            ? items.OfType<YamlMappingNode>().Where(i => Scalar(i, "name") == name).Select(i => i.Children.TryGetValue(value, out var child) ? child : null).OfType<YamlMappingNode>().FirstOrDefault()
            : null;

    private static string? Scalar(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) && value is YamlScalarNode { Value: { Length: > 0 } text } ? text : null;
}

/// <summary>A kubeconfig that cannot be used; the message is for the user.</summary>
public sealed class KubeconfigException(string message) : Exception(message)
{
    /// <summary>The files contradict themselves (upstream's <c>IsConfigurationInvalid</c>), rather than being missing or unreadable.</summary>
    public bool IsInvalidConfiguration { get; init; }
}
