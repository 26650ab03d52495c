using System.Net;

namespace Tiphys.Storage.Etcd.Hosting;

/// <summary>An address clients connect to.</summary>
/// <param name="EndPoint">Where to listen.</param>
/// <param name="IsTls">Whether connections are encrypted.</param>
public sealed record EtcdListener(IPEndPoint EndPoint, bool IsTls)
{
    private const int DefaultPort = 2379;

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
        // A URL without a port means etcd's, not that of the web.
        var port = uri.Authority.EndsWith(':') || !uri.Authority.EndsWith($":{uri.Port}", StringComparison.Ordinal) && uri.IsDefaultPort ? DefaultPort : uri.Port;
        return new EtcdListener(new IPEndPoint(address, port), uri.Scheme == Uri.UriSchemeHttps);
    }
}
