using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Server;

namespace Tiphys.Joining;

/// <summary>
/// What all servers of a cluster share, as files by name: the authorities and keys of <c>DATA/server/pki</c>, the way to etcd, the
/// configuration of encryption at rest, and the record that ties them together. Between servers they travel in the Secret
/// kubeadm-certs, each sealed with the certificate key, under the names kubeadm gives them.
/// </summary>
internal sealed class ClusterSecrets
{
    /// <summary>The Secret, in kube-system.</summary>
    public const string SecretName = "kubeadm-certs";

    /// <summary>The record among the files; that a directory of keys has it means that its server joined.</summary>
    public const string RecordFile = "cluster.json";

    private const string EtcdAuthority = "external-etcd-ca.crt";
    private const string EtcdCertificate = "external-etcd.crt";
    private const string EtcdKey = "external-etcd.key";
    private const string Encryption = "encryption-provider-config.yaml";
    private const string AuthorityFile = "ca.crt";

    /// <summary>Files every cluster has.</summary>
    private static readonly string[] s_keys = [AuthorityFile, "ca.key", "front-proxy-ca.crt", "front-proxy-ca.key", "sa.key", "sa.pub"];

    private readonly IReadOnlyDictionary<string, byte[]> _files;

    private ClusterSecrets(IReadOnlyDictionary<string, byte[]> files, ServerRecord record) => (_files, Record) = (files, record);

    /// <summary>What the servers agree on; its files are among these.</summary>
    public ServerRecord Record { get; }

    /// <summary>The cluster's authorities, PEM.</summary>
    public string AuthorityPem => System.Text.Encoding.ASCII.GetString(_files[AuthorityFile]);

    /// <summary>Gathers the secrets of a server.</summary>
    /// <param name="pki">Its directory of keys.</param>
    /// <param name="record">What it runs with.</param>
    /// <exception cref="StartException">A file cannot be read.</exception>
    public static ClusterSecrets Gather(string pki, ServerRecord record)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in s_keys) Take(name, Path.Combine(pki, name));
        var shared = record with
        {
            Server = null,
            EncryptionProviderConfig = Take(Encryption, record.EncryptionProviderConfig),
            Etcd = record.Etcd is { } etcd ? etcd with { AuthorityFile = Take(EtcdAuthority, etcd.AuthorityFile), CertificateFile = Take(EtcdCertificate, etcd.CertificateFile), KeyFile = Take(EtcdKey, etcd.KeyFile) } : null,
        };
        files[RecordFile] = shared.ToJson();
        return new(files, shared);

        string? Take(string name, string? path)
        {
            if (path is null) return null;
            try
            {
                files[name] = File.ReadAllBytes(path);
                return name;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new StartException($"what the servers of the cluster share cannot be read: {e.Message}");
            }
        }
    }

    /// <summary>The Secret that carries them; it goes when its token goes.</summary>
    public Secret Seal(CertificateKey key, Secret token) => new()
    {
        Metadata = new()
        {
            Name = SecretName,
            Namespace = WellKnownNamespaces.System,
            OwnerReferences = [new OwnerReference { ApiVersion = "v1", Kind = "Secret", Name = token.Metadata.Name, Uid = token.Metadata.Uid, Controller = true, BlockOwnerDeletion = true }],
        },
        Type = "Opaque",
        Data = _files.ToDictionary(static f => f.Key, f => key.Seal(f.Value), StringComparer.Ordinal),
    };

    /// <summary>Opens the Secret, and checks that nothing is missing and that the keys fit.</summary>
    /// <exception cref="StartException">The key is another's, or something is missing.</exception>
    public static ClusterSecrets Open(Secret secret, CertificateKey key)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (name, content) in secret.Data ?? [])
        {
            if (name != Path.GetFileName(name)) throw new StartException($"the Secret {SecretName} holds a file of the impossible name \"{name}\".");
            files[name] = key.Open(content) ?? throw new StartException("the token does not open the cluster's keys: another server token was made after it, and the newest counts; run `tiphys token create --server` on the first server and use the token it prints.");
        }

        if (s_keys.Append(RecordFile).FirstOrDefault(n => !files.ContainsKey(n)) is { } missing)
            throw new StartException($"the Secret {SecretName} lacks {missing}: run `tiphys token create --server` on a server of this version and use the token it prints.");
        try
        {
            var record = ServerRecord.Parse(files[RecordFile]);
            string?[] named = [record.EncryptionProviderConfig, record.Etcd?.AuthorityFile, record.Etcd?.CertificateFile, record.Etcd?.KeyFile];
            if (named.FirstOrDefault(n => n is not null && !files.ContainsKey(n)) is { } lost) throw new StartException($"the Secret {SecretName} lacks {lost}.");
            foreach (var authority in (string[])["ca", "front-proxy-ca"]) CheckPair(Text(authority + ".crt"), Text(authority + ".key"));
            _ = ServiceAccountKey.Parse(Text("sa.key"));
            return new(files, record);
        }
        catch (Exception e) when (e is JsonException or CryptographicException or ArgumentException)
        {
            throw new StartException($"the Secret {SecretName} holds keys that cannot be used: {e.Message}");
        }

        string Text(string name) => System.Text.Encoding.ASCII.GetString(files[name]);
    }

    /// <summary>Writes the files into a directory that does not exist yet: all of them or, whatever happens, none.</summary>
    public void WriteTo(string directory)
    {
        var parent = Path.GetDirectoryName(Path.GetFullPath(directory))!;
        Directory.CreateDirectory(parent);
        var unfinished = Path.Combine(parent, $".joining-{Guid.NewGuid():N}");
        try
        {
            foreach (var (name, content) in _files)
            {
                var text = System.Text.Encoding.UTF8.GetString(content);
                if (name.EndsWith(".crt", StringComparison.Ordinal) || name.EndsWith(".pub", StringComparison.Ordinal)) WholeFile.WritePublic(Path.Combine(unfinished, name), text);
                else WholeFile.WritePrivate(Path.Combine(unfinished, name), text);
            }

            Directory.Move(unfinished, directory);
        }
        finally
        {
            if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        }
    }

    /// <exception cref="CryptographicException">The key is not the certificate's.</exception>
    private static void CheckPair(string certificate, string key) => X509Certificate2.CreateFromPem(certificate, key).Dispose();
}
