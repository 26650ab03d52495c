using System.Net;

namespace Tiphys.Dns.Forwarding;

/// <summary>The node's resolver configuration, of which only the servers matter to a forwarder.</summary>
public static class ResolvConf
{
    private const int DnsPort = 53;

    /// <summary>The servers a file names; none when there is no such file.</summary>
    public static IReadOnlyList<IPEndPoint> Read(string path) => File.Exists(path) ? Parse(File.ReadAllText(path)) : [];

    /// <summary>The servers of a resolv.conf file's text, in order and without repetition. What makes no sense is passed over.</summary>
    public static IReadOnlyList<IPEndPoint> Parse(string text)
    {
        var servers = new List<IPEndPoint>();
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || words[0] != "nameserver" || !IPAddress.TryParse(words[1], out var address))
                continue;
            var server = new IPEndPoint(address, DnsPort);
            if (!servers.Contains(server))
                servers.Add(server);
        }
        return servers;
    }
}
