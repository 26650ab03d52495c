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

/// <summary>
/// <c>/healthz</c>, <c>/livez</c> and <c>/readyz</c>, whole or check by check, with <c>?verbose</c> and <c>?exclude</c>. Every method
/// asks: probes are not to fail over theirs.
/// </summary>
public sealed class HealthHandler(IReadOnlyList<HealthCheck> checks) : IPathHandler
{
    private static readonly string[] s_roots = ["/healthz", "/livez", "/readyz"];

    /// <inheritdoc/>
    public bool Handles(string path) => Array.Exists(s_roots, root => path == root || path.StartsWith(root + "/", StringComparison.Ordinal));

    /// <inheritdoc/>
    public async Task HandleAsync(ApiRequest request)
    {
        var path = request.Info.Path;
        var root = path.Split('/')[1];
        var wanted = checks.Where(c => root == "readyz" || !(c.OnlyReadiness || (root == "livez" && c.NotLiveness))).ToList();
        if (path.Length == root.Length + 1)
        {
            await WholeAsync(request, root, wanted);
            return;
        }

        var name = path[(root.Length + 2)..];
        await OneAsync(request, wanted.Find(c => c.Name == name) ?? throw ApiErrors.UnknownPage());
    }

    private static async Task WholeAsync(ApiRequest request, string root, List<HealthCheck> wanted)
    {
        var excluded = request.Http.Request.Query["exclude"].Select(static e => e ?? "").ToHashSet(StringComparer.Ordinal);
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

            // Why a check fails is for those who may ask for the check itself, not for everyone.
            text.Append(problem is null ? $"[+]{check.Name} ok\n" : $"[-]{check.Name} failed: reason withheld\n");
        }

        excluded.ExceptWith(wanted.Select(static c => c.Name));
        if (excluded.Count > 0)
            text.Append("warn: some health checks cannot be excluded: no matches for ").AppendJoin(',', excluded.Order(StringComparer.Ordinal).Select(GoText.Quote)).Append('\n');
        var answer = failed ? $"{text}{root} check failed\n" : request.Http.Request.Query.ContainsKey("verbose") ? $"{text}{root} check passed\n" : "ok";
        await AnswerAsync(request, failed, answer, plain: true);
    }

    private static async Task OneAsync(ApiRequest request, HealthCheck check)
    {
        var problem = await check.Check(request.Cancel);
        await AnswerAsync(request, problem is not null, problem is null ? "ok" : $"internal server error: {problem}\n", plain: problem is not null);
    }

    private static async Task AnswerAsync(ApiRequest request, bool failed, string answer, bool plain)
    {
        var response = request.Http.Response;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.CacheControl = "no-cache, private";
        if (plain) response.Headers.XContentTypeOptions = "nosniff";
        response.StatusCode = failed ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK;
        await response.WriteAsync(answer, request.Cancel);
    }
}
