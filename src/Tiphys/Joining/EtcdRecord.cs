using Tiphys.Server;

namespace Tiphys.Joining;

/// <summary>How to reach a store in etcd.</summary>
internal sealed record EtcdRecord
{
    public required IReadOnlyList<Uri> Servers { get; init; }

    public required string Prefix { get; init; }

    public string? AuthorityFile { get; init; }

    public string? CertificateFile { get; init; }

    public string? KeyFile { get; init; }

    public static EtcdRecord Of(EtcdSettings etcd) => new EtcdRecord
    {
        Servers = etcd.Servers,
        Prefix = etcd.Prefix,
        AuthorityFile = etcd.AuthorityFile,
        CertificateFile = etcd.CertificateFile,
        KeyFile = etcd.KeyFile,
    }.Below(Environment.CurrentDirectory);

    /// <summary>The same with its files where they lie, which are named relative to a directory.</summary>
    public EtcdRecord Below(string directory)
    {
        return this with { AuthorityFile = At(AuthorityFile), CertificateFile = At(CertificateFile), KeyFile = At(KeyFile) };

        string? At(string? file) => file is null ? null : Path.GetFullPath(file, directory);
    }

    /// <summary>What a server's flags say of its etcd, and this where they say nothing.</summary>
    public EtcdSettings Under(ServerOptions options)
    {
        var flags = options.Etcd ?? options.EtcdDefaults;
        var servers = flags.Servers.Count > 0 ? flags.Servers : Servers;

        // Without TLS these files are not needed, and may be gone.
        var secured = servers.Any(static s => s.Scheme == Uri.UriSchemeHttps);
        return flags with
        {
            Servers = servers,
            Prefix = options.Given.Contains("--etcd-prefix") ? flags.Prefix : Prefix,
            AuthorityFile = flags.AuthorityFile ?? (secured ? AuthorityFile : null),
            CertificateFile = flags.CertificateFile ?? (secured ? CertificateFile : null),
            KeyFile = flags.KeyFile ?? (secured ? KeyFile : null),
        };
    }
}
