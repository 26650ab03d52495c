using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tiphys.Dns.Source;

namespace Tiphys.Dns.Server;

/// <summary>
/// The probes of CoreDNS: /health tells that the process answers, /ready that the cluster has been seen and names can be told
/// to be missing.
/// </summary>
internal sealed class HealthServer(IPEndPoint? health, IPEndPoint? ready, IServiceSource source) : IAsyncDisposable
{
    private readonly List<WebApplication> _servers = [];

    public IReadOnlyList<string> Urls => [.. _servers.SelectMany(s => s.Urls)];

    public async Task StartAsync(CancellationToken cancel)
    {
        if (health is not null)
            await ServeAsync(health, "/health", static context => context.Response.WriteAsync("OK"), cancel).ConfigureAwait(false);
        if (ready is not null)
            await ServeAsync(ready, "/ready", ReadyAsync, cancel).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync().ConfigureAwait(false);
        _servers.Clear();
    }

    private Task ReadyAsync(HttpContext context)
    {
        if (source.HasSynced)
            return context.Response.WriteAsync("OK");
        // The body names what is not ready, as CoreDNS names its plugins.
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsync("kubernetes");
    }

    private async Task ServeAsync(IPEndPoint address, string path, RequestDelegate answer, CancellationToken cancel)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(address));
        var app = builder.Build();
        app.Run(context =>
        {
            if (context.Request.Path == path)
                return answer(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        await app.StartAsync(cancel).ConfigureAwait(false);
        _servers.Add(app);
    }
}
