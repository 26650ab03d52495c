using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;

namespace Tiphys.ApiServer;

/// <summary>
/// Believes a proxy that proves itself with a certificate of the front proxy's authority what its headers say of the user
/// (<c>--requestheader-client-ca-file</c>).
/// </summary>
/// <param name="verify">Whether the front proxy's authority signed the certificate.</param>
/// <param name="allowedNames">Common names the proxy may have; empty for any.</param>
public sealed class FrontProxyAuthenticator(Func<X509Certificate2, bool> verify, params IReadOnlyList<string> allowedNames) : IAuthenticator
{
    /// <summary>Names the user.</summary>
    public const string UserHeader = "X-Remote-User";

    /// <summary>Identity of the user.</summary>
    public const string UidHeader = "X-Remote-Uid";

    /// <summary>Names a group; may repeat.</summary>
    public const string GroupHeader = "X-Remote-Group";

    /// <summary>Prefix of headers with further facts.</summary>
    public const string ExtraPrefix = "X-Remote-Extra-";

    /// <inheritdoc/>
    public ValueTask<UserInfo?> AuthenticateAsync(HttpContext http)
    {
        var headers = http.Request.Headers;
        var name = headers[UserHeader].ToString();
        if (name.Length == 0 || http.Connection.ClientCertificate is not { } certificate) return default;
        if (!verify(certificate) || (allowedNames.Count > 0 && !allowedNames.Contains(certificate.GetNameInfo(X509NameType.SimpleName, false)))) return default;
        var extra = new Dictionary<string, List<string>>();
        foreach (var (header, values) in headers)
        {
            if (header.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
                extra[Uri.UnescapeDataString(header[ExtraPrefix.Length..].ToLowerInvariant())] = [.. values.OfType<string>()];
        }

        var groups = headers[GroupHeader].OfType<string>().ToList();
        if (!groups.Contains(UserInfo.Authenticated) && name != UserInfo.Anonymous.Name) groups.Add(UserInfo.Authenticated);
        var user = new UserInfo(name, headers[UidHeader].ToString(), groups, extra);
        foreach (var header in headers.Keys.Where(static k => k.StartsWith("X-Remote-", StringComparison.OrdinalIgnoreCase)).ToList()) headers.Remove(header);
        return new(user);
    }
}
