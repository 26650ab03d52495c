using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Tiphys.ApiServer;

/// <summary>How an API server runs; flags are named after kube-apiserver's.</summary>
public sealed record ApiServerOptions
{
    /// <summary>Address to listen on (<c>--bind-address</c>).</summary>
    public IPAddress BindAddress { get; init; } = IPAddress.Any;

    /// <summary>Port to listen on (<c>--secure-port</c>); 0 lets the system choose.</summary>
    public int SecurePort { get; init; } = 6443;

    /// <summary>Gives the serving certificate of the moment, with its key; null serves plain HTTP, for tests only.</summary>
    public Func<X509Certificate2>? ServingCertificate { get; init; }

    /// <summary>Asks clients for a certificate, without insisting on one.</summary>
    public bool AskForClientCertificates { get; init; }

    /// <summary>Requests without credentials are let through to authorization (<c>--anonymous-auth</c>).</summary>
    public bool AnonymousAuth { get; init; } = true;

    /// <summary>Service addresses (<c>--service-cluster-ip-range</c>).</summary>
    public IPNetwork ServiceClusterIpRange { get; init; } = IPNetwork.Parse("10.43.0.0/16");

    /// <summary>First and last node port (<c>--service-node-port-range</c>).</summary>
    public (int First, int Last) ServiceNodePortRange { get; init; } = (30000, 32767);

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Also accept connections without sockets, for components in the same process.</summary>
    public InProcessTransport? InProcess { get; init; }
}
