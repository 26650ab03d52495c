using System.Net;

namespace Tiphys.ApiServer;

/// <summary>The rules of addresses that lead to somebody.</summary>
internal static class EndpointAddressRules
{
    /// <summary>Addresses outside the cluster's ranges that lead to the service.</summary>
    public static void External(List<string>? addresses, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (addresses?.Count ?? 0); i++)
        {
            if (AddressRules.IsAddress(addresses![i])) Endpoint(addresses[i], path[i], errors);
            else AddressRules.LooseAddress(addresses[i], path[i], errors);
        }
    }

    /// <summary>An address somebody can be reached at: neither unspecified, nor loopback, nor of the link.</summary>
    public static void Endpoint(string text, FieldPath path, FieldErrors errors)
    {
        if (!AddressRules.IsAddress(text))
        {
            errors.Invalid(path, text, "must be a valid IP address");
            return;
        }

        var address = IPAddress.Parse(text);
        var bytes = address.GetAddressBytes();
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)) errors.Invalid(path, text, $"may not be unspecified ({text})");
        if (IPAddress.IsLoopback(address)) errors.Invalid(path, text, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
        if ((bytes is [169, 254, _, _]) || address.IsIPv6LinkLocal) errors.Invalid(path, text, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
        if (bytes is [224, 0, 0, _] || (address.IsIPv6Multicast && (bytes[1] & 0xf) == 2)) errors.Invalid(path, text, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
    }
}
