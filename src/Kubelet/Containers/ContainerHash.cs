using System.Globalization;
using System.Text;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Containers;

/// <summary>A fingerprint of the part of a container's spec whose change calls for a restart: its name and image.</summary>
internal static class ContainerHash
{
    public static string Of(Container container)
    {
        // FNV-1a, over a form that cannot be confused by what the two strings contain.
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes($"{container.Name}\n{container.Image}")) hash = (hash ^ b) * 16777619u;
        return hash.ToString("x", CultureInfo.InvariantCulture);
    }
}
