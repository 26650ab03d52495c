using System.Text.Json;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// Publishes the authorities that vouch for clients and proxies in the config map <c>extension-apiserver-authentication</c>, where
/// aggregated API servers look for them.
/// </summary>
public static class AuthenticationConfig
{
    private const string Name = "extension-apiserver-authentication";

    /// <summary>Makes the config map, or brings it up to date.</summary>
    public static async Task EnsureAsync(ApiResources resources, ClusterPki pki, CancellationToken cancel)
    {
        var data = new Dictionary<string, string>
        {
            ["client-ca-file"] = pki.Authority.Pem,
            ["requestheader-allowed-names"] = List("front-proxy-client"),
            ["requestheader-client-ca-file"] = pki.FrontProxyAuthority.Pem,
            ["requestheader-extra-headers-prefix"] = List(FrontProxyAuthenticator.ExtraPrefix),
            ["requestheader-group-headers"] = List(FrontProxyAuthenticator.GroupHeader),
            ["requestheader-uid-headers"] = List(FrontProxyAuthenticator.UidHeader),
            ["requestheader-username-headers"] = List(FrontProxyAuthenticator.UserHeader),
        };
        var store = resources.Of<ConfigMap>();
        var context = WriteContext.OfServer(WellKnownNamespaces.System, cancel);
        try
        {
            await store.CreateAsync(new ConfigMap { Metadata = new() { Name = Name, Namespace = WellKnownNamespaces.System }, Data = data }, context);
        }
        catch (StatusException e) when (e.IsAlreadyExists)
        {
            await store.UpdateAsync(
                Name,
                current =>
                {
                    var map = (ConfigMap)current!;
                    foreach (var (key, value) in data) (map.Data ??= [])[key] = value;
                    return map;
                },
                new UpdateBehavior(RetryOnConflict: true),
                context);
        }
    }

    private static string List(string value) => $"[\"{JsonEncodedText.Encode(value)}\"]";
}
