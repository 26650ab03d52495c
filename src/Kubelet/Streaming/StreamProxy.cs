using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Tiphys.Kubelet.Streaming;

/// <summary>Joins a client's upgraded connection with the runtime's, byte for byte, whatever protocol they speak.</summary>
internal static class StreamProxy
{
    private static readonly HashSet<string> NotPassedOn = new(StringComparer.OrdinalIgnoreCase) { "Host", "Authorization", "Content-Length", "Transfer-Encoding" };

    /// <summary>Passes the request on and joins the connections until either side ends.</summary>
    public static async Task RunAsync(HttpContext context, Uri target, CancellationToken cancel)
    {
        var headers = context.Request.Headers.Where(h => !NotPassedOn.Contains(h.Key)).SelectMany(h => h.Value.Select(v => (h.Key, v ?? "")));
        var backend = await UpgradedConnection.OpenAsync(target, context.Request.Method, headers, cancel).ConfigureAwait(false);
        await using var backendStream = backend.Stream.ConfigureAwait(false);
        foreach (var (name, value) in backend.Headers)
        {
            if (!NotPassedOn.Contains(name)) context.Response.Headers.Append(name, value);
        }
        if (backend.Status != StatusCodes.Status101SwitchingProtocols)
        {
            context.Response.StatusCode = backend.Status;
            await backend.Stream.CopyToAsync(context.Response.Body, cancel).ConfigureAwait(false);
            return;
        }
        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        if (upgrade is not { IsUpgradableRequest: true })
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("Upgrade request required", cancel).ConfigureAwait(false);
            return;
        }
        context.Response.Headers.Remove("Connection");
        var client = await upgrade.UpgradeAsync().ConfigureAwait(false);
        await using (client.ConfigureAwait(false)) await JoinAsync(client, backend.Stream, cancel).ConfigureAwait(false);
    }

    /// <summary>Copies both ways until one side ends, and then no longer.</summary>
    public static async Task JoinAsync(Stream a, Stream b, CancellationToken cancel)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var there = a.CopyToAsync(b, done.Token);
        var back = b.CopyToAsync(a, done.Token);
        await Task.WhenAny(there, back).ConfigureAwait(false);
        await done.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(there, back).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
