using Tiphys.Client;
using Tiphys.Kubelet.Containerd.Images;
using Tiphys.Server;

namespace Tiphys.Up;

/// <summary>The programs a node needs, and how to get them.</summary>
internal static class Prerequisites
{
    private static readonly (string Program, string Package)[] s_runtime = [("containerd", "containerd"), ("ctr", "containerd"), ("runc", "runc")];

    private static readonly (string Program, string Package)[] s_programs =
    [
        ("nft", "nftables"), ("iptables", "iptables"), ("ip", "iproute2"), ("mount", "mount"), ("setsid", "util-linux"),
    ];

    private static readonly string[] s_cniPlaces = ["/usr/lib/cni", "/opt/cni/bin"];

    /// <summary>Looks whether a node can run here, for a message a person can act on before anything is started.</summary>
    /// <param name="ownRuntime">Whether it runs a containerd of its own.</param>
    /// <exception cref="StartException">A node needs root, or programs that are not installed.</exception>
    public static void CheckNode(bool ownRuntime)
    {
        if (!Environment.IsPrivilegedProcess) throw new StartException("a node needs root: run as root, or run a control plane only with `tiphys server --disable=agent,proxy`.");
        var missing = MissingForNode(ownRuntime).Distinct(StringComparer.Ordinal).ToList();
        if (missing.Count > 0) throw new StartException($"a node needs what these packages bring: {string.Join(' ', missing)}; install them with your package manager (`tiphys up` does it on Debian) and try again.");
    }

    /// <summary>Installs what is missing with the system's package manager.</summary>
    /// <returns>What was installed, or null when nothing was missing.</returns>
    /// <exception cref="StartException">Something is missing and cannot be installed.</exception>
    public static async Task<string?> EnsureAsync(CancellationToken cancel)
    {
        var packages = Missing().Distinct(StringComparer.Ordinal).ToList();
        if (packages.Count == 0) return null;
        var list = string.Join(' ', packages);
        if (HostProgram.Find("apt-get") is null) throw new StartException($"these are missing and only apt-get is known here to install them: {list}; install them with your package manager and try again.");
        await AptAsync(["update", "-q"], list, cancel);
        await AptAsync(["install", "-y", "-q", "--no-install-recommends", .. packages], list, cancel);
        var still = Missing().Distinct(StringComparer.Ordinal).ToList();
        if (still.Count > 0) throw new StartException($"apt-get did not install {string.Join(' ', still)}; install what brings these programs and try again.");
        return "installed " + list;
    }

    private static IEnumerable<string> Missing()
    {
        if (!BusyboxImage.IsUsable()) yield return "busybox-static"; // for the sample's image
        foreach (var package in MissingForNode(ownRuntime: true)) yield return package;
    }

    private static IEnumerable<string> MissingForNode(bool ownRuntime)
    {
        foreach (var (program, package) in ownRuntime ? [.. s_runtime, .. s_programs] : s_programs)
            if (HostProgram.Find(program) is null) yield return package;
        if (!s_cniPlaces.Any(static p => File.Exists(Path.Combine(p, "bridge")))) yield return "containernetworking-plugins";
    }

    private static async Task AptAsync(IEnumerable<string> arguments, string packages, CancellationToken cancel)
    {
        var apt = await HostProgram.RunAsync("apt-get", arguments, environment: new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" }, cancel: cancel);
        if (!apt.Succeeded) throw new StartException($"apt-get could not install {packages}: {apt.Errors.Trim().Split('\n').LastOrDefault()}");
    }
}
