using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Tiphys.Storage.Etcd.Client;

/// <summary>How to reach an etcd cluster, and how to use it (the API server's <c>--etcd-*</c> flags).</summary>
public sealed record EtcdStoreOptions
{
    /// <summary>The prefix under which the API server's own keys lie.</summary>
    public const string OwnPrefix = "/registry";

    /// <summary>URLs of the members: <c>https://host:port</c>, <c>http://host:port</c> or <c>unix:///path</c>.</summary>
    public required IReadOnlyList<Uri> Servers { get; init; }

    /// <summary>Who signed the members' certificates; null for the system's authorities.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The certificate to show to the members, with its key and what lies between it and its authority; null for none.</summary>
    public (X509Certificate2 Certificate, X509Certificate2Collection Intermediates)? ClientCertificate { get; init; }

    /// <summary>What stands in etcd where the API server says <c>/registry</c>.</summary>
    public string Prefix { get; init; } = OwnPrefix;

    /// <summary>How often history is cut, keeping at least as much; null when somebody else compacts.</summary>
    public TimeSpan? CompactionInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a member may take to tell that it is well before another one is used.</summary>
    public TimeSpan HealthCheckTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the member in use is asked whether it is well.</summary>
    public TimeSpan HealthCheckInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long making a connection may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a write may take, and how long a request is tried again that no member has taken.</summary>
    public TimeSpan OperationTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The most records to ask for at once.</summary>
    public int PageSize { get; init; } = 5000;

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where to report.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
