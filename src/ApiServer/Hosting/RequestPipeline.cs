using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// The way of every request: what is it about, who makes it, may they, and then to the resource or path that answers.
/// Whatever goes wrong becomes a Status.
/// </summary>
internal sealed partial class RequestPipeline(
    IReadOnlyList<IAuthenticator> authenticators, IReadOnlyList<IAuthorizer> authorizers, ResourceRouter resources, IReadOnlyList<IPathHandler> paths, Impersonation? impersonation, bool anonymous, ILogger logger)
{
    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await RouteAsync(http);
        }
        catch (StatusException e)
        {
            await RefuseAsync(http, e.Status);
        }
        catch (PageNotFoundException e)
        {
            http.Response.StatusCode = 404;
            http.Response.ContentType = "text/plain; charset=utf-8";
            http.Response.Headers.CacheControl = "no-cache, private";
            http.Response.Headers.XContentTypeOptions = "nosniff";
            await http.Response.WriteAsync(e.Message + "\n", http.RequestAborted);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; there is nobody to answer.
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(http, ApiErrors.BadRequest(e.Message).Status);
        }
        catch (Storage.StoreUnavailableException e)
        {
            await RefuseAsync(http, ApiErrors.Store(e).Status);
        }
        catch (Exception e)
        {
            LogFailed(logger, e, http.Request.Method, http.Request.Path);
            await RefuseAsync(http, ApiErrors.InternalError(e.Message).Status);
        }
    }

    private async Task RouteAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var watch = query.TryGetValue("watch", out var flag) && flag is [null or "" or "1" or "true" or "True" or "TRUE" or "t" or "T"];
        var info = RequestInfo.Parse(http.Request.Method, http.Request.Path.Value ?? "/", watch, PinnedName(query));
        if (query.TryGetValue("fieldSelector", out var selector)) info = info with { FieldSelector = selector.ToString() };
        var user = await AuthenticateAsync(http);
        if (impersonation is not null) user = await impersonation.ApplyAsync(http, user);
        await AuthorizeAsync(user, info, http.RequestAborted);
        var request = new ApiRequest(http, info, user);
        if (info.IsResourceRequest)
        {
            await resources.HandleAsync(request);
            return;
        }

        foreach (var handler in paths)
        {
            if (!handler.Handles(info.Path)) continue;
            await handler.HandleAsync(request);
            return;
        }

        throw ApiErrors.UnknownPage();
    }

    private async ValueTask<UserInfo> AuthenticateAsync(HttpContext http)
    {
        foreach (var authenticator in authenticators)
        {
            if (await authenticator.AuthenticateAsync(http) is not { } user) continue;

            // The credential must not travel on to whatever the request is proxied to.
            http.Request.Headers.Authorization = default;
            return user;
        }

        if (http.Request.Headers.Authorization.Count > 0 || !anonymous) throw ApiErrors.Unauthorized();
        return UserInfo.Anonymous;
    }

    private async ValueTask AuthorizeAsync(UserInfo user, RequestInfo info, CancellationToken cancel)
    {
        var reasons = new List<string>();
        foreach (var authorizer in authorizers)
        {
            var decision = await authorizer.AuthorizeAsync(user, info, cancel);
            if (decision.Verdict == AuthorizationVerdict.Allow) return;
            if (decision.Reason.Length > 0) reasons.Add(decision.Reason);
            if (decision.Verdict == AuthorizationVerdict.Deny) break;
        }

        throw Forbidden.Of(user, info, string.Join(", ", reasons));
    }

    private static string? PinnedName(IQueryCollection query)
    {
        if (!query.TryGetValue("fieldSelector", out var text) || text is not [{ Length: > 0 } selector]) return null;
        try
        {
            return FieldQuery.Parse(selector).Pinned("metadata.name");
        }
        catch (FormatException)
        {
            return null; // the handler reports it
        }
    }

    private async Task RefuseAsync(HttpContext http, Status status)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        if (status.Details is { RetryAfterSeconds: > 0 and var seconds }) http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        WireFormat format;
        try
        {
            format = MediaTypes.Negotiate(http.Request.Headers.Accept.ToString(), transforms: false).Format;
        }
        catch (StatusException)
        {
            format = WireFormat.Json; // an error is told even to those who take nothing we have
        }

        try
        {
            await ObjectResponse.WriteAsync(http, status, format, status.Code);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            LogUnanswered(logger, e, http.Request.Method, http.Request.Path);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void LogFailed(ILogger logger, Exception error, string method, string path);

    [LoggerMessage(Level = LogLevel.Debug, Message = "the error of {Method} {Path} could not be sent")]
    private static partial void LogUnanswered(ILogger logger, Exception error, string method, string path);
}

/// <summary>Words a refusal as upstream does.</summary>
internal static class Forbidden
{
    public static StatusException Of(UserInfo user, RequestInfo info, string reason)
    {
        var suffix = reason.Length > 0 ? ": " + reason : "";
        if (!info.IsResourceRequest) return ApiErrors.Forbidden(new("", ""), "", $"User \"{user.Name}\" cannot {info.Verb} path \"{info.Path}\"{suffix}");
        var resource = info.Subresource.Length > 0 ? $"{info.Resource}/{info.Subresource}" : info.Resource;
        var scope = info.Namespace.Length > 0 ? $" in the namespace \"{info.Namespace}\"" : " at the cluster scope";
        return ApiErrors.Forbidden(info.GroupResource, info.Name, $"User \"{user.Name}\" cannot {info.Verb} resource \"{resource}\" in API group \"{info.Group}\"{scope}{suffix}");
    }
}
