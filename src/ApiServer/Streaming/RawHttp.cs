using System.Globalization;
using System.Text;

namespace Tiphys.ApiServer;

/// <summary>
/// One HTTP/1.1 request on a connection of its own. HttpClient has no upgrades to arbitrary protocols; exec and port-forward
/// need the connection itself once the response's headers are read.
/// </summary>
internal static class RawHttp
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
    public static async Task<RawResponse> ReadHeadAsync(Stream connection, CancellationToken cancel)
    {
        var bytes = new List<byte>(512);
        var one = new byte[1];
        while (!EndsWithBlankLine(bytes))
        {
            if (await connection.ReadAsync(one, cancel) == 0 || bytes.Count >= MostHeaderBytes) throw ApiErrors.InternalError("unexpected end of the kubelet's response");
            bytes.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. bytes]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var status = lines[0].Split(' ', 3);
        var headers = lines.Skip(1).Select(static l => l.Split(':', 2)).Where(static p => p.Length == 2).Select(static p => (p[0], p[1].Trim())).ToList();
        return new RawResponse(int.Parse(status[1], CultureInfo.InvariantCulture), headers);
    }

    /// <summary>Copies bytes both ways until both directions have ended, or one has failed.</summary>
    public static async Task JoinAsync(Stream left, Stream right, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var there = PumpAsync(left, right, ended.Token);
        var back = PumpAsync(right, left, ended.Token);
        await Task.WhenAny(there, back);

        // The answer may still be under way when the asking side has said all it has to say.
        if (there.IsCompletedSuccessfully) await back.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ended.CancelAsync();
        await Task.WhenAll(there, back).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task PumpAsync(Stream from, Stream to, CancellationToken cancel)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer, cancel)) > 0)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cancel);
                await to.FlushAsync(cancel);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The other side hung up; so do we.
        }
    }

    private static bool EndsWithBlankLine(List<byte> bytes) => bytes.Count >= 4 && bytes[^1] == '\n' && bytes[^2] == '\r' && bytes[^3] == '\n' && bytes[^4] == '\r';
}

/// <summary>Head of a response.</summary>
/// <param name="Code">Status code.</param>
/// <param name="Headers">Headers in order.</param>
internal sealed record RawResponse(int Code, IReadOnlyList<(string Name, string Value)> Headers)
{
    /// <summary>Length of the body, or null when the connection's end ends it.</summary>
    public long? ContentLength => Headers.FirstOrDefault(static h => h.Name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Value is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;
}
