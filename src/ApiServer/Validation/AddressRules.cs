using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tiphys.ApiServer;

/// <summary>The rules for addresses and networks in fields.</summary>
internal static class AddressRules
{
    private const string NetworkRule = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

    /// <summary>An address in its one canonical form.</summary>
    public static string? AddressError(string value)
    {
        if (LooseError(value) is { } error) return error;
        var canonical = IPAddress.Parse(value).ToString();
        return canonical == value ? null : $"must be in canonical form (\"{canonical}\")";
    }

    /// <summary>An address in any form that all read alike.</summary>
    public static void LooseAddress(string value, FieldPath path, FieldErrors errors)
    {
        if (LooseError(value) is { } error) errors.Invalid(path, value, error);
    }

    /// <summary>Whether a text is an address in any form that all read alike.</summary>
    public static bool IsAddress(string value) => LooseError(value) is null;

    /// <summary>A network in any form that all read alike; bits beyond the prefix may be set.</summary>
    public static void LooseNetwork(string value, FieldPath path, FieldErrors errors)
    {
        if (!TrySplit(value, out _, out _, out _)) errors.Invalid(path, value, NetworkRule);
    }

    /// <summary>The network a text in any form stands for, without the bits beyond its prefix; null when it is none.</summary>
    public static IPNetwork? TryNetwork(string value)
    {
        if (!TrySplit(value, out var address, out var length, out _)) return null;
        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(bytes), length);
    }

    /// <summary>A network in its one canonical form.</summary>
    public static void Network(string value, FieldPath path, FieldErrors errors)
    {
        if (NetworkError(value) is { } error) errors.Invalid(path, value, error);
    }

    private static string? LooseError(string value)
    {
        if (!TryParse(value, out var address, out var zeros)) return "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
        if (zeros) return "must not have leading 0s";
        return address.IsIPv4MappedToIPv6 ? "must not be an IPv4-mapped IPv6 address" : null;
    }

    private static string? NetworkError(string value)
    {
        if (!TrySplit(value, out var address, out var length, out var zeros)) return NetworkRule;
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        if (zeros || (value.Length > slash + 2 && value[slash + 1] == '0')) return "must not have leading 0s in IP or prefix length";
        if (address.IsIPv4MappedToIPv6) return "must not have an IPv4-mapped IPv6 address";
        if (!IPNetwork.TryParse($"{address}/{length}", out var network) || !network.BaseAddress.Equals(address)) return "must not have bits set beyond the prefix length";
        var canonical = string.Create(CultureInfo.InvariantCulture, $"{address}/{length}");
        return canonical == value ? null : $"must be in canonical form (\"{canonical}\")";
    }

    /// <summary>Takes a network apart.</summary>
    internal static bool TrySplit(string value, out IPAddress address, out int length, out bool leadingZeros)
    {
        (address, length, leadingZeros) = (IPAddress.None, 0, false);
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0
            && TryParse(value[..slash], out address, out leadingZeros)
            && int.TryParse(value.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length)
            && length <= (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
    }

    /// <summary>
    /// Parses as Go does: four decimal parts, or IPv6 without brackets and zones. <see cref="IPAddress"/> takes more, and reads leading
    /// zeros as octal.
    /// </summary>
    internal static bool TryParse(string value, out IPAddress address, out bool leadingZeros)
    {
        (address, leadingZeros) = (IPAddress.None, false);
        if (value.Contains(':', StringComparison.Ordinal))
            return value.AsSpan().IndexOfAny('%', '[', ']') < 0 && IPAddress.TryParse(value, out address!) && address.AddressFamily == AddressFamily.InterNetworkV6;
        var parts = value.Split('.');
        Span<byte> bytes = stackalloc byte[4];
        if (parts.Length != 4) return false;
        for (var i = 0; i < 4; i++)
        {
            if (parts[i].Length is 0 or > 3 || !byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[i])) return false;
            leadingZeros |= parts[i].Length > 1 && parts[i][0] == '0';
        }

        address = new IPAddress(bytes);
        return true;
    }
}
