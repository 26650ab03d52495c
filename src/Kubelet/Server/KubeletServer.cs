using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tiphys.Kubelet.Nodes;

namespace Tiphys.Kubelet.Server;

/// <summary>The node's HTTPS server, which the API server calls for logs, exec and the like, and its plain health check.</summary>
internal sealed class KubeletServer(KubeletOptions options, KubeletAuth auth, KubeletRoutes routes, ILoggerFactory loggers, TimeProvider time)
{
    /// <summary>Serves until cancelled.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        if (options.Port == 0 && options.HealthPort == 0) return;
        var certificate = options.ServingCertificateSource is null
            ? options.ServingCertificate ?? ServingCertificate.LoadOrCreate(Path.Combine(options.RootDirectory, "pki"), options.NodeName, MachineInfo.Addresses(options), time)
            : null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "tiphys" });
        builder.Services.AddSingleton(loggers);
        builder.Services.AddLogging();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null; // a log that is followed may be quiet for long
            if (options.HealthPort > 0) kestrel.Listen(IPAddress.Loopback, options.HealthPort);
            if (options.Port == 0) return;
            kestrel.Listen(IPAddress.Parse(options.Address), options.Port, listen =>
            {
                // Upgrades exist in HTTP/1.1 alone.
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    if (options.ServingCertificateSource is { } source) https.ServerCertificateSelector = (_, _) => source();
                    https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                    // Whether the certificate counts is decided with the request, so that others get an answer and not a broken handshake.
                    https.ClientCertificateValidation = (_, _, _) => true;
                });
            });
        });
        await using var app = builder.Build();
        app.Run(HandleAsync);
        await app.StartAsync(cancel).ConfigureAwait(false);
        await Task.Delay(Timeout.InfiniteTimeSpan, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        if (!context.Request.IsHttps)
        {
            if (path == "/healthz") await context.Response.WriteAsync("ok").ConfigureAwait(false);
            else context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        try
        {
            if (await auth.AuthenticateAsync(context).ConfigureAwait(false) is not { } who)
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                await context.Response.WriteAsync("Unauthorized").ConfigureAwait(false);
                return;
            }
            if (await auth.AuthorizeAsync(who, context.Request.Method, path, context.RequestAborted).ConfigureAwait(false) is { } lacking)
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                var verb = context.Request.Method switch { "POST" => "create", "PUT" => "update", "PATCH" => "patch", "DELETE" => "delete", _ => "get" };
                await context.Response.WriteAsync(
                    $"Forbidden (user={who.Name}, verb={verb}, resource=nodes, subresource(s)=[{lacking}])\n").ConfigureAwait(false);
                return;
            }
        }
        catch (Client.ApiException e)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsync($"Authorization error: {e.Message}").ConfigureAwait(false);
            return;
        }
        try
        {
            await routes.HandleAsync(context, path).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or System.Net.WebSockets.WebSocketException)
        {
            // The client left.
        }
        catch (Grpc.GrpcException e) when (!context.Response.HasStarted)
        {
            // containerd restarts, for example: every route says so.
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsync(e.Message).ConfigureAwait(false);
        }
    }
}
