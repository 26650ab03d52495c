using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tiphys.Grpc.Server;
using Tiphys.Storage.Etcd.Gateway;
using Tiphys.Storage.Etcd.Services;

namespace Tiphys.Storage.Etcd.Hosting;

/// <summary>Serves a store over etcd's v3 API: gRPC, its JSON form, and the pages beside it, all on each of its ports.</summary>
public sealed class EtcdServer : IAsyncDisposable
{
    // What etcd adds to the limit of a request for what frames it.
    private const int MessageOverhead = 512 * 1024;
    private const int WindowBytes = 1 << 20;
    private const int MostStreams = 100_000;
    private static readonly TimeSpan IdleConnections = TimeSpan.FromHours(1);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private readonly WebApplication _web;

    private EtcdServer(WebApplication web) => _web = web;

    /// <summary>Where the server listens, with the ports the system chose.</summary>
    public IReadOnlyList<Uri> Urls => [.. _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(static a => new Uri(a))];

    /// <summary>Starts serving. Throws <see cref="EtcdStartException"/> when it cannot listen.</summary>
    /// <param name="store">The store; the caller disposes it after the server.</param>
    /// <param name="listeners">Where to listen.</param>
    /// <param name="tls">The certificates for listeners with TLS.</param>
    /// <param name="options">How the API behaves.</param>
    /// <param name="loggers">Where the server logs.</param>
    /// <param name="cancel">Ends the start.</param>
    public static async Task<EtcdServer> StartAsync(
        IStore store, IReadOnlyList<EtcdListener> listeners, EtcdTls? tls, EtcdOptions options, ILoggerFactory loggers, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        // As with etcd the same address may be named twice.
        listeners = [.. listeners.Distinct()];
        if (listeners.GroupBy(static l => l.EndPoint).FirstOrDefault(static g => g.Key.Port != 0 && g.Count() > 1) is { } both)
            throw new EtcdStartException($"{both.Key} cannot be both http and https");
        var logger = loggers.CreateLogger("Tiphys.Etcd");
        var api = new EtcdApi(store, options);
        var mostBytes = options.MaxRequestBytes + MessageOverhead;
        var grpc = new GrpcDispatcher(
            api.Methods, new GrpcServerOptions { MaxMessageBytes = mostBytes, TimeProvider = options.TimeProvider, Translate = EtcdErrors.Translate }, logger);
        var gateway = new JsonGateway(api.Methods, new GrpcFailures(EtcdErrors.Translate, logger), mostBytes * 2, options.TimeProvider);
        var pages = new HealthPages(api);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "tiphys" });
        builder.Services.AddSingleton(loggers);
        builder.Services.AddLogging();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, listeners, tls));
        var web = builder.Build();
        web.Run(context => GrpcDispatcher.IsCall(context.Request) ? grpc.HandleAsync(context) : PlainAsync(context));
        try
        {
            await web.StartAsync(cancel);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await web.DisposeAsync();
            var taken = e is AddressInUseException || e.InnerException is AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse };
            throw new EtcdStartException(taken ? $"a port is taken by another program: {e.Message}" : $"cannot listen: {e.Message}", e);
        }
        return new EtcdServer(web);

        async Task PlainAsync(HttpContext context)
        {
            var headers = context.Response.Headers;
            headers.AccessControlAllowOrigin = "*";
            headers.AccessControlAllowMethods = "POST, GET, OPTIONS, PUT, DELETE";
            headers.AccessControlAllowHeaders = "accept, content-type, authorization";
            // A browser asks first; the answer is in the headers.
            if (HttpMethods.IsOptions(context.Request.Method)) return;
            if (await pages.TryShowAsync(context)) return;
            if (context.Request.Path.StartsWithSegments("/v3"))
            {
                await gateway.HandleAsync(context);
                return;
            }
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await context.Response.WriteAsync("404 page not found\n", context.RequestAborted);
        }
    }

    /// <summary>Stops taking calls and ends those under way.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopPatience);
        await _web.StopAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _web.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions kestrel, IReadOnlyList<EtcdListener> listeners, EtcdTls? tls)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null; // messages have their own limit; a stream has none
        kestrel.Limits.MinRequestBodyDataRate = null; // a quiet watch is no slow client
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.KeepAliveTimeout = IdleConnections;
        kestrel.Limits.Http2.MaxStreamsPerConnection = MostStreams;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 4 * WindowBytes;
        kestrel.Limits.Http2.InitialStreamWindowSize = WindowBytes;
        foreach (var listener in listeners)
        {
            kestrel.Listen(listener.EndPoint, listen =>
            {
                if (!listener.IsTls)
                {
                    listen.UseHttp1AndHttp2WithoutTls();
                    return;
                }
                if (tls is null)
                    throw new EtcdStartException($"--cert-file and --key-file are needed to listen on https://{listener.EndPoint}");
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(tls.Options());
            });
        }
    }
}
