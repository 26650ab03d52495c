using System.Globalization;
using System.Net;

namespace Tiphys.ApiServer;

/// <summary>Warns of addresses and networks that not everybody reads alike, or that can be written in a better way.</summary>
internal static class AddressWarnings
{
    /// <summary>Warns of an address.</summary>
    public static IEnumerable<string> Address(string value, FieldPath path)
    {
        if (!AddressRules.TryParse(value, out var address, out var zeros)) yield break;
        if (zeros || address.IsIPv4MappedToIPv6) yield return $"{path}: non-standard IP address {GoText.Quote(value)} is invalid: use \"{Plain(address)}\"";
        else if (address.ToString() != value) yield return $"{path}: IPv6 address {GoText.Quote(value)} should be in RFC 5952 canonical format (\"{address}\")";
    }

    /// <summary>Warns of addresses in a list.</summary>
    public static IEnumerable<string> Addresses(IEnumerable<string>? values, FieldPath path) => (values ?? []).SelectMany((value, i) => Address(value, path[i]));

    /// <summary>Warns of a network.</summary>
    public static IEnumerable<string> Network(string value, FieldPath path)
    {
        if (!AddressRules.TrySplit(value, out var address, out var length, out var zeros) || AddressRules.TryNetwork(value) is not { } network) yield break;
        var all = address.GetAddressBytes().Length * 8;
        var mapped = address.IsIPv4MappedToIPv6;
        var proper = string.Create(CultureInfo.InvariantCulture, $"{Plain(network.BaseAddress)}/{(mapped ? length - 96 : length)}");
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        var isBad = zeros || mapped || (value.Length > slash + 2 && value[slash + 1] == '0');
        var isAmbiguous = !network.BaseAddress.Equals(address);
        if (isAmbiguous) yield return $"{path}: CIDR value {GoText.Quote(value)} is ambiguous in this context (should be \"{proper}\" or \"{Plain(address)}/{all}\"?)";
        if (isBad) yield return $"{path}: non-standard CIDR value {GoText.Quote(value)} is invalid: use \"{proper}\"";
        if (!isAmbiguous && !isBad && all == 128 && proper != value) yield return $"{path}: IPv6 CIDR value {GoText.Quote(value)} should be in RFC 5952 canonical format (\"{proper}\")";
    }

    /// <summary>Warns of networks in a list.</summary>
    public static IEnumerable<string> Networks(IEnumerable<string>? values, FieldPath path) => (values ?? []).SelectMany((value, i) => Network(value, path[i]));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
