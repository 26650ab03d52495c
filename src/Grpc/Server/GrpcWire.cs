using System.Buffers;
using System.Globalization;
using System.Text;

namespace Tiphys.Grpc.Server;

/// <summary>The parts of gRPC's protocol that are text in headers.</summary>
internal static class GrpcWire
{
    private const int MostTimeoutDigits = 8;
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(static c => (char)c).Where(static c => c != '%')));

    /// <summary>Reads a grpc-timeout: up to eight digits and a unit. False when it is none.</summary>
    public static bool TryParseTimeout(string text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > MostTimeoutDigits + 1 || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            return false;
        var ticks = text[^1] switch
        {
            'H' => value * TimeSpan.TicksPerHour,
            'M' => value * TimeSpan.TicksPerMinute,
            'S' => value * TimeSpan.TicksPerSecond,
            'm' => value * TimeSpan.TicksPerMillisecond,
            'u' => value * TimeSpan.TicksPerMicrosecond,
            'n' => value / TimeSpan.NanosecondsPerTick,
            _ => -1,
        };
        // A timer takes some weeks at most; a call that may take longer may take any time.
        timeout = TimeSpan.FromTicks(Math.Min(ticks, TimeSpan.FromDays(40).Ticks));
        return ticks >= 0;
    }

    /// <summary>Percent-encodes a status message: everything but printable ASCII, and the percent sign.</summary>
    public static string EncodeMessage(string message)
    {
        if (!message.AsSpan().ContainsAnyExcept(Plain)) return message;
        var result = new StringBuilder(message.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(message))
        {
            if (b is >= (byte)' ' and <= (byte)'~' and not (byte)'%') result.Append((char)b);
            else result.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }
        return result.ToString();
    }
}
