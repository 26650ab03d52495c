using Microsoft.AspNetCore.Http;

namespace Tiphys.ApiServer;

/// <summary>Finds out who makes a request.</summary>
public interface IAuthenticator
{
    /// <summary>The user; null when this authenticator knows nothing of the request's credentials.</summary>
    /// <exception cref="StatusException">401: there are credentials of this kind, and they are wrong.</exception>
    ValueTask<UserInfo?> AuthenticateAsync(HttpContext http);
}
