using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tiphys.ApiServer;

/// <summary>One thing that must be so for the server to be healthy.</summary>
/// <param name="Name">Its name in <c>/readyz/NAME</c>.</param>
/// <param name="Check">Says what is wrong, or null.</param>
public sealed record HealthCheck(string Name, Func<CancellationToken, ValueTask<string?>> Check)
{
    /// <summary>A check that knows at once.</summary>
    public HealthCheck(string name, Func<string?> check) : this(name, _ => ValueTask.FromResult(check()))
    {
    }

    /// <summary>Only readiness asks for it: not being ready is no reason to restart the server.</summary>
    public bool OnlyReadiness { get; init; }

    /// <summary><c>/livez</c> does not ask for it, the other two do.</summary>
    public bool NotLiveness { get; init; }
}

/// <summary><c>/healthz</c>, <c>/livez</c> and <c>/readyz</c>, whole or check by check, with <c>?verbose</c> and <c>?exclude</c>.</summary>
public sealed class HealthHandler(IReadOnlyList<HealthCheck> checks) : IPathHandler
{
    private static readonly string[] s_roots = ["/healthz", "/livez", "/readyz"];

    /// <inheritdoc/>
    public bool Handles(string path) => Array.Exists(s_roots, root => path == root || path.StartsWith(root + "/", StringComparison.Ordinal));

    /// <inheritdoc/>
    public async Task HandleAsync(ApiRequest request)
    {
        if (request.Http.Request.Method is not ("GET" or "HEAD")) throw ApiErrors.MethodNotAllowed();
        var path = request.Info.Path.TrimEnd('/');
        var root = path.Split('/')[1];
        var wanted = checks.Where(c => root == "readyz" || !(c.OnlyReadiness || (root == "livez" && c.NotLiveness))).ToList();
        if (path.Length > root.Length + 1)
        {
            var name = path[(root.Length + 2)..];
            wanted = wanted.FindAll(c => c.Name == name);
            if (wanted.Count == 0) throw ApiErrors.UnknownPath();
        }

        var excluded = request.Http.Request.Query["exclude"].ToHashSet();
        var text = new StringBuilder();
        var failed = false;
        foreach (var check in wanted)
        {
            if (excluded.Contains(check.Name))
            {
                text.Append("[+]").Append(check.Name).Append(" excluded: ok\n");
                continue;
            }

            var problem = await check.Check(request.Cancel);
            failed |= problem is not null;

            // Why a check fails is for the log, not for everyone who may ask.
            text.Append(problem is null ? $"[+]{check.Name} ok\n" : $"[-]{check.Name} failed: reason withheld\n");
        }

        request.Http.Response.ContentType = "text/plain; charset=utf-8";
        request.Http.Response.Headers.XContentTypeOptions = "nosniff";
        request.Http.Response.StatusCode = failed ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK;
        var answer = failed ? $"{text}{root} check failed\n" : request.Http.Request.Query.ContainsKey("verbose") ? $"{text}{root} check passed\n" : "ok";
        await request.Http.Response.WriteAsync(answer, request.Cancel);
    }
}
