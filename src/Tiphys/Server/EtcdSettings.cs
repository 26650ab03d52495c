using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Tiphys.Client;
using Tiphys.Storage;
using Tiphys.Storage.Etcd.Client;

namespace Tiphys.Server;

/// <summary>The etcd cluster that holds the cluster's objects instead of the embedded store.</summary>
internal sealed record EtcdSettings
{
    public required IReadOnlyList<Uri> Servers { get; init; }

    public string? AuthorityFile { get; init; }

    public string? CertificateFile { get; init; }

    public string? KeyFile { get; init; }

    public string Prefix { get; init; } = EtcdStoreOptions.OwnPrefix;

    public TimeSpan? CompactionInterval { get; init; }

    public TimeSpan HealthCheckTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Opens the store.</summary>
    /// <exception cref="StartException">A file cannot be used, or no member answers.</exception>
    public async Task<EtcdStore> OpenAsync(ILogger logger, CancellationToken cancel)
    {
        try
        {
            return await EtcdStore.OpenAsync(
                new EtcdStoreOptions
                {
                    Servers = Servers,
                    Authorities = AuthorityFile is null ? null : PemCertificates.Load(AuthorityFile),
                    ClientCertificate = CertificateFile is null ? null : (X509Certificate2.CreateFromPemFile(CertificateFile, KeyFile), PemCertificates.Load(CertificateFile)),
                    Prefix = Prefix,
                    CompactionInterval = CompactionInterval,
                    HealthCheckTimeout = HealthCheckTimeout,
                    Logger = logger,
                },
                cancel);
        }
        catch (Exception e) when (e is StoreException or IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StartException(e.Message);
        }
    }
}
