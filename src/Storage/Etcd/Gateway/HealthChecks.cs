using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tiphys.Storage.Etcd.Gateway;

/// <summary>
/// The checks behind /livez and /readyz, each also under a path of its own: <c>?verbose</c> lists them, <c>?exclude=</c> passes one over.
/// </summary>
internal sealed class HealthChecks(EtcdApi api)
{
    private const string Corruption = "data_corruption";
    private const string SerializableRead = "serializable_read";
    private const string LinearizableRead = "linearizable_read";

    private static readonly ReadOnlyMemory<byte> s_anyKey = "a"u8.ToArray();

    /// <summary>Shows the page of a path; false when there is none.</summary>
    public async ValueTask<bool> TryShowAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        var root = path.StartsWith("/readyz", StringComparison.Ordinal) ? "/readyz" : path.StartsWith("/livez", StringComparison.Ordinal) ? "/livez" : null;
        if (root is null) return false;
        string[] all = root == "/readyz" ? [Corruption, SerializableRead, LinearizableRead] : [SerializableRead];
        var asked = path.Length == root.Length ? all : path[root.Length] == '/' ? Array.FindAll(all, c => c == path[(root.Length + 1)..]) : [];
        if (asked.Length == 0) return false;
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            await HealthPages.NotAllowedAsync(context);
            return true;
        }
        await ShowAsync(context, asked, ownPage: asked != all);
        return true;
    }

    private async Task ShowAsync(HttpContext context, string[] asked, bool ownPage)
    {
        var (lines, failed) = (new StringBuilder(), false);
        var excluded = context.Request.Query["exclude"];
        foreach (var check in asked.Where(c => ownPage || !excluded.Contains(c)))
        {
            var error = await ErrorAsync(check, context.RequestAborted);
            failed |= error is not null;
            lines.Append(error is null ? $"[+]{check} ok\n" : $"[-]{check} failed: {error}\n");
        }
        // Whoever must act on a failure is told of all checks.
        var text = failed || context.Request.Query.ContainsKey("verbose") ? lines.Append(failed ? "" : "ok\n").ToString() : "ok\n";
        await HealthPages.TextAsync(context, failed ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK, HealthPages.PlainText, text);
    }

    private async Task<string?> ErrorAsync(string check, CancellationToken cancel)
    {
        if (check == Corruption)
            return api.Alarms.List().Any(static a => a.Alarm == V3.AlarmType.Corrupt) ? "alarm activated: CORRUPT" : null;
        try
        {
            // Every read of one member's is linearizable.
            _ = await api.Store.GetAsync(s_anyKey, cancellationToken: cancel);
            return null;
        }
        catch (Exception e) when (e is StoreException or ObjectDisposedException)
        {
            return e.Message;
        }
    }
}
