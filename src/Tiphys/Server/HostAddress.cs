using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Tiphys.Server;

/// <summary>The host's own address.</summary>
internal static class HostAddress
{
    /// <summary>
    /// The address of the interface with the default route; else any that is up and not loopback; else loopback.
    /// </summary>
    public static IPAddress Find()
    {
        var candidates = NetworkInterface.GetAllNetworkInterfaces()
            .Where(static i => i.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .OrderByDescending(static i => HasGateway(i))
            .SelectMany(static i => i.GetIPProperties().UnicastAddresses)
            .Select(static a => a.Address)
            .Where(static a => a.AddressFamily == AddressFamily.InterNetwork && !a.ToString().StartsWith("169.254.", StringComparison.Ordinal));
        return candidates.FirstOrDefault() ?? IPAddress.Loopback;
    }

    private static bool HasGateway(NetworkInterface device)
    {
        try
        {
            return device.GetIPProperties().GatewayAddresses.Count > 0;
        }
        catch (NetworkInformationException)
        {
            return false;
        }
    }
}
