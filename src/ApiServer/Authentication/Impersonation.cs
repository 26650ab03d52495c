using Microsoft.AspNetCore.Http;
using Tiphys.Api.Authentication.V1;

namespace Tiphys.ApiServer;

/// <summary>Lets those who may act as somebody else (<c>kubectl --as</c>).</summary>
/// <param name="authorizer">Decides who may.</param>
public sealed class Impersonation(IAuthorizer authorizer)
{
    /// <summary>
    /// The user a request acts as: the one its Impersonate headers name, else the caller. The headers are taken off.
    /// </summary>
    /// <param name="http">The exchange.</param>
    /// <param name="caller">Who makes the request.</param>
    /// <exception cref="StatusException">403: the caller may not; 400: the headers name no user.</exception>
    public ValueTask<UserInfo> ApplyAsync(HttpContext http, UserInfo caller)
    {
        var any = false;
        foreach (var header in http.Request.Headers)
        {
            if (!header.Key.StartsWith("Impersonate-", StringComparison.OrdinalIgnoreCase)) continue;
            any = true;
            break;
        }

        return any ? ActAsAsync(http, caller) : new(caller);
    }

    private async ValueTask<UserInfo> ActAsAsync(HttpContext http, UserInfo caller)
    {
        var headers = http.Request.Headers;
        var name = headers[ImpersonationHeaders.User].ToString();
        var uid = headers[ImpersonationHeaders.Uid].ToString();
        var groups = headers[ImpersonationHeaders.Group].OfType<string>().ToList();
        var extra = new Dictionary<string, List<string>>();
        foreach (var (header, values) in headers)
        {
            if (!header.StartsWith(ImpersonationHeaders.ExtraPrefix, StringComparison.OrdinalIgnoreCase)) continue;
            extra[Uri.UnescapeDataString(header[ImpersonationHeaders.ExtraPrefix.Length..].ToLowerInvariant())] = [.. values.OfType<string>()];
        }

        if (name.Length == 0)
        {
            if (groups.Count > 0 || extra.Count > 0 || uid.Length > 0) throw ApiErrors.BadRequest("requested groups, extra or uid without impersonating a user");
            return caller;
        }

        var groupsGiven = groups.Count > 0;
        if (ServiceAccountNames.Split(name) is { } account)
        {
            await CheckAsync(caller, "", "serviceaccounts", "", account.Namespace, account.Name, http.RequestAborted);
            if (!groupsGiven) groups.AddRange(ServiceAccountNames.Groups(account.Namespace));
        }
        else await CheckAsync(caller, "", "users", "", "", name, http.RequestAborted);

        if (groupsGiven)
            foreach (var group in groups) await CheckAsync(caller, "", "groups", "", "", group, http.RequestAborted);
        foreach (var (key, values) in extra)
            foreach (var value in values) await CheckAsync(caller, "authentication.k8s.io", "userextras", key, "", value, http.RequestAborted);
        if (uid.Length > 0) await CheckAsync(caller, "authentication.k8s.io", "uids", "", "", uid, http.RequestAborted);

        // Whoever is impersonated is authenticated, unless anonymous or said to be otherwise.
        if (name == UserInfo.Anonymous.Name)
        {
            if (!groups.Contains(UserInfo.Unauthenticated)) groups.Add(UserInfo.Unauthenticated);
        }
        else if (!groups.Contains(UserInfo.Authenticated) && !groups.Contains(UserInfo.Unauthenticated)) groups.Add(UserInfo.Authenticated);

        foreach (var header in headers.Keys.Where(static k => k.StartsWith("Impersonate-", StringComparison.OrdinalIgnoreCase)).ToList()) headers.Remove(header);
        return new UserInfo(name, uid, groups, extra);
    }

    private async ValueTask CheckAsync(UserInfo caller, string group, string resource, string subresource, string ns, string name, CancellationToken cancel)
    {
        var info = new RequestInfo
        {
            Path = "",
            Verb = "impersonate",
            IsResourceRequest = true,
            Group = group,
            Version = group.Length == 0 ? "" : "v1",
            Resource = resource,
            Subresource = subresource,
            Namespace = ns,
            Name = name,
        };
        var decision = await authorizer.AuthorizeAsync(caller, info, cancel);
        if (decision.Verdict != AuthorizationVerdict.Allow) throw Forbidden.Of(caller, info, decision.Reason);
    }
}
