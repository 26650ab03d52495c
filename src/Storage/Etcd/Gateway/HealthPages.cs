using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tiphys.Storage.Etcd.Gateway;

/// <summary>What etcd shows beside its API: /health, /livez, /readyz, /version and /metrics.</summary>
internal sealed class HealthPages(EtcdApi api)
{
    /// <summary>The type of texts.</summary>
    public const string PlainText = "text/plain; charset=utf-8";

    private const string MetricsType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly HealthChecks _checks = new(api);

    /// <summary>Shows the page of a path; false when there is none.</summary>
    public async ValueTask<bool> TryShowAsync(HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case "/health":
                await HealthAsync(context);
                return true;
            case "/version":
                await TextAsync(
                    context, StatusCodes.Status200OK, "application/json", $$"""{"etcdserver":"{{EtcdOptions.Version}}","etcdcluster":"{{EtcdOptions.Version}}"}""");
                return true;
            case "/metrics":
                await TextAsync(context, StatusCodes.Status200OK, MetricsType, await MetricsAsync(context.RequestAborted));
                return true;
            default:
                return await _checks.TryShowAsync(context);
        }
    }

    private Task HealthAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
            return NotAllowedAsync(context);
        var reason = Reason(context);
        return TextAsync(
            context, reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, PlainText,
            $$"""{"health":"{{(reason is null ? "true" : "false")}}","reason":"{{reason}}"}""");
    }

    // An alarm makes the member unhealthy unless the one who asks knows of it.
    private string? Reason(HttpContext context)
    {
        var excluded = context.Request.Query["exclude"];
        return api.Alarms.List().Select(static a => a.Alarm.ToString().ToUpperInvariant())
            .Where(name => !excluded.Contains(name)).Select(static name => "ALARM " + name).FirstOrDefault();
    }

    private async Task<string> MetricsAsync(CancellationToken cancel)
    {
        var status = await api.Store.GetStatusAsync(cancel);
        var text = new StringBuilder();
        Gauge("etcd_server_has_leader", "Whether or not a leader exists. 1 is existence, 0 is not.", 1);
        Gauge("etcd_server_is_leader", "Whether or not this member is a leader. 1 if is, 0 otherwise.", 1);
        Gauge("etcd_server_quota_backend_bytes", "Current backend storage quota size in bytes.", api.Alarms.QuotaBytes);
        Gauge("etcd_mvcc_db_total_size_in_bytes", "Total size of the underlying database physically allocated in bytes.", status.DiskBytes);
        Gauge("etcd_debugging_mvcc_keys_total", "Total number of keys.", status.Keys);
        Gauge("etcd_debugging_mvcc_current_revision", "The current revision of store.", status.Revision);
        Gauge("etcd_debugging_mvcc_compact_revision", "The revision of the last compaction in store.", api.Store.CompactedRevision);
        Gauge("etcd_debugging_mvcc_watcher_total", "Total number of watchers.", status.Watches);
        ProcessMetrics.Append(text);
        return text.ToString();

        void Gauge(string name, string help, long value) =>
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n");
    }

    /// <summary>Refuses all but GET.</summary>
    public static Task NotAllowedAsync(HttpContext context)
    {
        context.Response.Headers.Allow = HttpMethods.Get;
        return TextAsync(context, StatusCodes.Status405MethodNotAllowed, PlainText, "Method Not Allowed\n");
    }

    /// <summary>Answers with a text.</summary>
    public static Task TextAsync(HttpContext context, int status, string type, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
