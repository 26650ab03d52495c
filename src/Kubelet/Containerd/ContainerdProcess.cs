using System.Globalization;

namespace Tiphys.Kubelet.Containerd;

/// <summary>The containerd that an agent runs for itself, seen from outside.</summary>
/// <param name="Pid">Its process, or null when it does not run.</param>
public sealed record ContainerdProcess(int? Pid)
{
    /// <summary>Looks for the containerd of an agent with these options; null when none was ever started there.</summary>
    public static ContainerdProcess? Configured(KubeletOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Containerd is not { } containerd || !File.Exists(containerd.PidPath)) return null;
        var known = int.TryParse(File.ReadAllText(containerd.PidPath), NumberStyles.None, CultureInfo.InvariantCulture, out var pid);
        return new ContainerdProcess(known && containerd.Owns(pid) ? pid : null);
    }
}
