using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tiphys.Storage;

namespace Tiphys.ApiServer;

/// <summary>
/// The API server: everything between the socket and the store (upstream's kube-apiserver). It keeps no state of its own
/// that the store does not hold.
/// </summary>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly ApiServerParts _parts;

    private ApiServer(WebApplication web, ApiServerParts parts)
    {
        _web = web;
        _parts = parts;
    }

    /// <summary>The resources, for parts of the server that live outside of requests (bootstrap data, say).</summary>
    public ApiResources Resources => _parts.Resources;

    /// <summary>Port the server listens on.</summary>
    public int Port => new Uri(_web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(static a => a.StartsWith("http", StringComparison.Ordinal) && !a.Contains("in-process", StringComparison.Ordinal))).Port;

    /// <summary>Starts serving.</summary>
    /// <param name="options">How.</param>
    /// <param name="store">The store; the caller disposes it after the server.</param>
    /// <param name="configure">Adds authenticators, authorizers, admission plugins and paths.</param>
    /// <param name="loggers">Where the server logs.</param>
    /// <param name="cancel">Ends the start.</param>
    public static async Task<ApiServer> StartAsync(ApiServerOptions options, IStore store, Action<ApiServerParts> configure, ILoggerFactory loggers, CancellationToken cancel)
    {
        var parts = new ApiServerParts(options, store, loggers);
        configure(parts);
        var pipeline = parts.Build();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "tiphys" });
        builder.Services.AddSingleton(loggers);
        builder.Services.AddLogging();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, options));

        // After Kestrel's own transport, which registers itself only where there is none yet.
        if (options.InProcess is { } transport) builder.Services.AddSingleton<IConnectionListenerFactory>(transport);
        var web = builder.Build();
        web.Run(pipeline.HandleAsync);
        await web.StartAsync(cancel);
        return new ApiServer(web, parts);
    }

    /// <summary>Stops taking requests, ends those under way, and stops the caches.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _parts.Resources.StopAsync();
        await _web.StopAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _web.DisposeAsync();
        await _parts.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions kestrel, ApiServerOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.UTF8; // warnings quote what clients send
        kestrel.AllowSynchronousIO = false;
        kestrel.Limits.MaxRequestBodySize = null; // the API has its own limit, with its own words
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null; // a quiet watch is no slow client
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(5);
        kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 1 << 20;
        kestrel.Limits.Http2.InitialStreamWindowSize = 1 << 20;
        kestrel.Listen(options.BindAddress, options.SecurePort, listen =>
        {
            listen.Protocols = options.ServingCertificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
            if (options.ServingCertificate is not { } certificate) return;
            listen.UseHttps(new ServingTls(certificate, options.AskForClientCertificates).Options());
        });
        if (options.InProcess is { } transport) kestrel.Listen(transport.EndPoint, static listen => listen.Protocols = HttpProtocols.Http1);
    }
}
