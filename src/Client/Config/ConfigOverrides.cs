namespace Tiphys.Client;

/// <summary>What a command line says over a kubeconfig; null where it says nothing.</summary>
public sealed record ConfigOverrides
{
    /// <summary>Name of the context to use.</summary>
    public string? Context { get; init; }

    /// <summary>Name of the cluster to use.</summary>
    public string? Cluster { get; init; }

    /// <summary>Name of the user to use.</summary>
    public string? User { get; init; }

    /// <summary>Namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Address of the API server, with or without a scheme.</summary>
    public string? Server { get; init; }

    /// <summary>Bearer token.</summary>
    public string? Token { get; init; }

    /// <summary>Name to expect in the server's certificate.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Accept any server certificate.</summary>
    public bool InsecureSkipTlsVerify { get; init; }

    /// <summary>File of the authority of the server's certificate.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>File of the client certificate.</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>File of its key.</summary>
    public string? ClientKey { get; init; }
}
