using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Probes;

/// <summary>Finds the number behind a port that may be named.</summary>
internal static class PortResolver
{
    /// <exception cref="FormatException">The container has no such port, or the number is out of range.</exception>
    public static int Resolve(IntOrString port, Container container)
    {
        var number = port.IntValue;
        if (port.IsString)
        {
            number = container.Ports?.Find(p => p.Name == port.StringValue)?.Port ??
                (int.TryParse(port.StringValue, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0);
            if (number == 0) throw new FormatException($"couldn't find port: {port.StringValue} in container {container.Name}");
        }
        return number is > 0 and < 65536 ? number : throw new FormatException($"invalid port number: {number}");
    }
}
