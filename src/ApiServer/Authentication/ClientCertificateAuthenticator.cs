using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;

namespace Tiphys.ApiServer;

/// <summary>
/// Takes the user from the certificate the client proved itself with: its common name is the user, its organizations are the groups.
/// </summary>
/// <param name="verify">Whether the cluster's authority signed the certificate for use by a client, and it is valid now.</param>
/// <param name="time">Clock.</param>
public sealed class ClientCertificateAuthenticator(Func<X509Certificate2, bool> verify, TimeProvider? time = null) : IAuthenticator
{
    private const string CommonName = "2.5.4.3";
    private const string Organization = "2.5.4.10";
    private const string UidExtra = "1.3.6.1.4.1.57683.2";

    /// <summary>A connection keeps its certificate object: what was found once holds for all its requests.</summary>
    private readonly ConditionalWeakTable<X509Certificate2, UserInfo> _known = [];

    /// <inheritdoc/>
    public ValueTask<UserInfo?> AuthenticateAsync(HttpContext http)
    {
        if (http.Connection.ClientCertificate is not { } certificate) return default;
        if (_known.TryGetValue(certificate, out var known) && certificate.NotAfter.ToUniversalTime() > (time ?? TimeProvider.System).GetUtcNow().UtcDateTime) return new(known);
        if (!verify(certificate) || UserOf(certificate) is not { } user)
        {
            // Whoever shows a certificate wants to be somebody: they are not let in as nobody, but may have a token besides.
            return http.Request.Headers.Authorization.Count > 0 ? default : throw ApiErrors.Unauthorized();
        }

        _known.AddOrUpdate(certificate, user);
        return new(user);
    }

    /// <summary>The user a certificate names; null when it has no common name.</summary>
    public static UserInfo? UserOf(X509Certificate2 certificate)
    {
        var name = "";
        var uid = "";
        var groups = new List<string>();
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false))
        {
            if (part.HasMultipleElements)
            {
                // Go puts several organizations into one part.
                foreach (var (type, text) in DistinguishedNames.Elements(part.RawData)) Take(type, text);
            }
            else Take(part.GetSingleElementType().Value ?? "", part.GetSingleElementValue() ?? "");
        }

        if (name.Length == 0) return null;
        if (!groups.Contains(UserInfo.Authenticated)) groups.Add(UserInfo.Authenticated);
        var id = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(certificate.RawData));
        return new UserInfo(name, uid, groups, new Dictionary<string, List<string>> { ["authentication.kubernetes.io/credential-id"] = [$"X509SHA256={id}"] });

        void Take(string type, string value)
        {
            switch (type)
            {
                case CommonName: name = value; break;
                case Organization: groups.Add(value); break;
                case UidExtra: uid = value; break;
            }
        }
    }
}
