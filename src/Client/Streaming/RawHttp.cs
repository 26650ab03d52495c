using System.Globalization;
using System.Text;

namespace Tiphys.Client;

/// <summary>
/// One HTTP/1.1 request on a connection of its own. HttpClient has no upgrades to arbitrary protocols; exec and port-forward
/// need the connection itself once the response's headers are read.
/// </summary>
public static class RawHttp
{
    private const int MostHeaderBytes = 64 * 1024;

    /// <summary>Sends the head of a request.</summary>
    public static async Task SendAsync(Stream connection, string method, string pathAndQuery, IEnumerable<(string Name, string Value)> headers, CancellationToken cancel)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{method} {pathAndQuery} HTTP/1.1\r\n");
        foreach (var (name, value) in headers) head.Append(name).Append(": ").Append(value).Append("\r\n");
        await connection.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), cancel);
        await connection.FlushAsync(cancel);
    }

    /// <summary>Reads the head of the response and not one byte more.</summary>
    /// <exception cref="IOException">The connection ended before, or what came is no head.</exception>
    public static async Task<RawResponse> ReadHeadAsync(Stream connection, CancellationToken cancel)
    {
        var bytes = new List<byte>(512);
        var one = new byte[1];
        while (!EndsWithBlankLine(bytes))
        {
            if (await connection.ReadAsync(one, cancel) == 0 || bytes.Count >= MostHeaderBytes) throw new IOException("unexpected end of the response");
            bytes.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. bytes]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0) throw new IOException("the response has no status line");
        var status = lines[0].Split(' ', 3);
        var headers = lines.Skip(1).Select(static l => l.Split(':', 2)).Where(static p => p.Length == 2).Select(static p => (p[0], p[1].Trim())).ToList();
        if (status.Length < 2 || !int.TryParse(status[1], NumberStyles.None, CultureInfo.InvariantCulture, out var code)) throw new IOException($"\"{lines[0]}\" is no HTTP response");
        return new RawResponse(code, headers);
    }

    /// <summary>Asks for an upgrade to SPDY.</summary>
    /// <param name="connection">A fresh connection.</param>
    /// <param name="host">The Host header.</param>
    /// <param name="pathAndQuery">What to ask for.</param>
    /// <param name="protocol">Protocol spoken inside, for example <c>v4.channel.k8s.io</c>.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <returns>The answer; the connection speaks SPDY if its code is 101.</returns>
    public static async Task<RawResponse> UpgradeToSpdyAsync(Stream connection, string host, string pathAndQuery, string protocol, CancellationToken cancel)
    {
        (string, string)[] headers = [("Host", host), ("Connection", "Upgrade"), ("Upgrade", "SPDY/3.1"), ("X-Stream-Protocol-Version", protocol), ("Content-Length", "0")];
        await SendAsync(connection, "POST", pathAndQuery, headers, cancel);
        return await ReadHeadAsync(connection, cancel);
    }

    private static bool EndsWithBlankLine(List<byte> bytes) => bytes.Count >= 4 && bytes[^1] == '\n' && bytes[^2] == '\r' && bytes[^3] == '\n' && bytes[^4] == '\r';
}

/// <summary>Head of a response.</summary>
/// <param name="Code">Status code.</param>
/// <param name="Headers">Headers in order.</param>
public sealed record RawResponse(int Code, IReadOnlyList<(string Name, string Value)> Headers)
{
    /// <summary>Whether the connection speaks the other protocol now.</summary>
    public bool IsUpgraded => Code == 101;

    /// <summary>Length of the body, or null when the connection's end ends it.</summary>
    public long? ContentLength => Headers.FirstOrDefault(static h => h.Name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Value is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;
}
