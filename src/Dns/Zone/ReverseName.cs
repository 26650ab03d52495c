using System.Globalization;
using System.Net;
using Tiphys.Dns.Wire;

namespace Tiphys.Dns.Zone;

/// <summary>The names under which addresses are looked up backwards.</summary>
internal static class ReverseName
{
    private static readonly DnsName V4 = DnsName.Parse("in-addr.arpa");
    private static readonly DnsName V6 = DnsName.Parse("ip6.arpa");

    /// <summary>The address a whole reverse name stands for; null for any other name.</summary>
    public static IPAddress? ToAddress(DnsName name)
    {
        if (name.IsWithin(V4))
        {
            var labels = name.LabelsBelow(V4);
            if (labels.Length != 4)
                return null;
            var bytes = new byte[4];
            for (var i = 0; i < 4; i++)
            {
                if (!byte.TryParse(labels[3 - i], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[i]))
                    return null;
            }
            return new IPAddress(bytes);
        }
        if (name.IsWithin(V6))
        {
            var labels = name.LabelsBelow(V6);
            if (labels.Length != 32)
                return null;
            var bytes = new byte[16];
            for (var i = 0; i < 32; i++)
            {
                if (labels[31 - i].Length != 1 || !char.IsAsciiHexDigit(labels[31 - i][0]))
                    return null;
                bytes[i / 2] = (byte)((bytes[i / 2] << 4) | Convert.ToInt32(labels[31 - i], 16));
            }
            return new IPAddress(bytes);
        }
        return null;
    }
}
