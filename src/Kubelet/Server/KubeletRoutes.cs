using Microsoft.AspNetCore.Http;
using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Pods;

namespace Tiphys.Kubelet.Server;

/// <summary>Finds the handler of a request; the paths are upstream's.</summary>
internal sealed class KubeletRoutes(PodManager pods, StreamHandler streams, LogHandler logs, StatsHandler stats, MetricsHandler metrics)
{
    private const string SystemLogs = "/var/log";

    public Task HandleAsync(HttpContext context, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var method = context.Request.Method;
        return parts switch
        {
            ["healthz"] or ["healthz", "ping" or "log" or "syncloop"] => context.Response.WriteAsync("ok"),
            ["pods"] => PodsAsync(context, pods.Pods.Select(p => (p.Pod, p.Status))),
            ["runningpods"] => PodsAsync(context, pods.Pods.Where(p => p.Status.Phase == PodPhase.Running).Select(p => (p.Pod, p.Status))),
            ["exec", var ns, var pod, var container] => streams.ExecAsync(context, ns, pod, null, container),
            ["exec", var ns, var pod, var uid, var container] => streams.ExecAsync(context, ns, pod, uid, container),
            ["attach", var ns, var pod, var container] => streams.AttachAsync(context, ns, pod, null, container),
            ["attach", var ns, var pod, var uid, var container] => streams.AttachAsync(context, ns, pod, uid, container),
            ["portForward", var ns, var pod] => streams.PortForwardAsync(context, ns, pod, null),
            ["portForward", var ns, var pod, var uid] => streams.PortForwardAsync(context, ns, pod, uid),
            ["run", var ns, var pod, var container] when method == "POST" => streams.RunAsync(context, ns, pod, null, container),
            ["run", var ns, var pod, var uid, var container] when method == "POST" => streams.RunAsync(context, ns, pod, uid, container),
            ["containerLogs", var ns, var pod, var container] => logs.HandleAsync(context, ns, pod, container),
            ["stats", "summary"] => stats.SummaryAsync(context),
            ["metrics"] => metrics.KubeletAsync(context),
            ["metrics", "resource"] => metrics.ResourceAsync(context),
            ["metrics", "cadvisor"] => metrics.CadvisorAsync(context),
            ["metrics", "probes"] => MetricsHandler.EmptyAsync(context),
            ["logs", ..] => SystemLogAsync(context, parts[1..]),
            _ => NotFound(context),
        };
    }

    private static async Task PodsAsync(HttpContext context, IEnumerable<(Pod Pod, PodStatus Status)> all)
    {
        var list = new KubernetesList<Pod>();
        foreach (var (pod, status) in all)
        {
            var copy = pod.DeepCopy();
            copy.Status = status;
            list.Items.Add(copy);
        }
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(ApiJson.Encode(list), context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task SystemLogAsync(HttpContext context, string[] parts)
    {
        var path = Path.GetFullPath(Path.Combine([SystemLogs, .. parts]));
        if (path != SystemLogs && !path.StartsWith(SystemLogs + "/", StringComparison.Ordinal))
        {
            await NotFound(context).ConfigureAwait(false);
        }
        else if (Directory.Exists(path))
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            var names = Directory.EnumerateFileSystemEntries(path).Select(e => Path.GetFileName(e) + (Directory.Exists(e) ? "/" : "")).Order(StringComparer.Ordinal);
            var links = names.Select(n => $"<a href=\"{Uri.EscapeDataString(n)}\">{WebUtility(n)}</a>\n");
            await context.Response.WriteAsync("<!doctype html>\n<pre>\n" + string.Concat(links) + "</pre>\n", context.RequestAborted).ConfigureAwait(false);
        }
        else if (File.Exists(path))
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            await using var file = File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            await file.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
        }
        else
        {
            await NotFound(context).ConfigureAwait(false);
        }
    }

    private static string WebUtility(string text) => System.Net.WebUtility.HtmlEncode(text);

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("404 page not found\n");
    }
}
