using System.Globalization;
using System.Net;

namespace Tiphys.Storage.Etcd.Hosting;

/// <summary>An address clients connect to.</summary>
/// <param name="EndPoint">Where to listen.</param>
/// <param name="IsTls">Whether connections are encrypted.</param>
public sealed record EtcdListener(IPEndPoint EndPoint, bool IsTls)
{
    /// <summary>Reads a URL such as <c>http://127.0.0.1:2379</c>. Throws <see cref="EtcdStartException"/> with a reason.</summary>
    public static EtcdListener Parse(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
            throw new EtcdStartException($"\"{url}\" is no URL");
        if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            throw new EtcdStartException($"URL scheme must be http or https: {url}");
        if (uri.PathAndQuery != "/")
            throw new EtcdStartException($"URL must not contain a path: {url}");
        IPAddress? address = null;
        if (uri.Host == "localhost")
            address = IPAddress.Loopback;
        else if (!IPAddress.TryParse(uri.Host.Trim('[', ']'), out address))
            throw new EtcdStartException($"expected IP in URL for binding ({url})");
        // The text is looked at: a Uri does not tell a port left out from the web's own.
        if (!url.TrimEnd('/').EndsWith(string.Create(CultureInfo.InvariantCulture, $":{uri.Port}"), StringComparison.Ordinal))
            throw new EtcdStartException($"URL address does not have the form \"host:port\": {url}");
        return new EtcdListener(new IPEndPoint(address, uri.Port), uri.Scheme == Uri.UriSchemeHttps);
    }
}
