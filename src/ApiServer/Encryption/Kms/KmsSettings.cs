using System.Net.Sockets;

namespace Tiphys.ApiServer.Kms;

/// <summary>A provider <c>kms</c> as the configuration file has it, defaults filled in.</summary>
/// <param name="ApiVersion"><c>v1</c>, which is refused, or <c>v2</c>.</param>
/// <param name="Name">The name in front of what is stored.</param>
/// <param name="Endpoint">The plugin's address, <c>unix:///...</c>.</param>
/// <param name="Timeout">How long a call of the plugin may take.</param>
/// <param name="CacheSize">Means something to v1 only.</param>
internal sealed record KmsSettings(string ApiVersion, string Name, string Endpoint, TimeSpan Timeout, int? CacheSize)
{
    public const string V1 = "v1";
    public const string V2 = "v2";

    /// <summary>The scheme of the endpoint.</summary>
    public string Scheme => Endpoint.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? Endpoint[..colon] : "";

    /// <summary>The socket's path; an abstract one begins with a zero character, as .NET has them.</summary>
    public string SocketPath
    {
        get
        {
            var path = Endpoint[(Scheme.Length + 1)..];
            if (path.StartsWith("//", StringComparison.Ordinal)) path = path.IndexOf('/', 2) is > 0 and var slash ? path[slash..] : "/";
            path = Uri.UnescapeDataString(path);
            return path.StartsWith("/@", StringComparison.Ordinal) ? "\0" + path[2..] : path;
        }
    }

    /// <summary>Whether a socket can have the path: there is one, and it is no longer than the system allows.</summary>
    public bool NamesSocket
    {
        get
        {
            try
            {
                return new UnixDomainSocketEndPoint(SocketPath).AddressFamily == AddressFamily.Unix;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
    }
}
