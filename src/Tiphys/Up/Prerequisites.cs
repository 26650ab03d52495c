using System.Diagnostics;
using Tiphys.Server;

namespace Tiphys.Up;

/// <summary>The programs a node needs, and how to get them.</summary>
internal static class Prerequisites
{
    private static readonly (string Program, string Package)[] s_programs =
    [
        ("containerd", "containerd"), ("ctr", "containerd"), ("runc", "runc"), ("nft", "nftables"), ("iptables", "iptables"), ("ip", "iproute2"), ("mount", "mount"), ("busybox", "busybox-static"),
    ];

    private static readonly string[] s_cniPlaces = ["/usr/lib/cni", "/opt/cni/bin"];

    /// <summary>Installs what is missing with the system's package manager.</summary>
    /// <returns>What was installed, or null when nothing was missing.</returns>
    /// <exception cref="StartException">Something is missing and cannot be installed.</exception>
    public static async Task<string?> EnsureAsync(CancellationToken cancel)
    {
        var packages = Missing().Distinct(StringComparer.Ordinal).ToList();
        if (packages.Count == 0) return null;
        var list = string.Join(' ', packages);
        if (Find("apt-get") is null) throw new StartException($"these are missing and only apt-get is known here to install them: {list}; install them with your package manager and try again.");
        await AptAsync(["update", "-q"], list, cancel);
        await AptAsync(["install", "-y", "-q", "--no-install-recommends", .. packages], list, cancel);
        var still = Missing().Distinct(StringComparer.Ordinal).ToList();
        if (still.Count > 0) throw new StartException($"apt-get did not install {string.Join(' ', still)}; install what brings these programs and try again.");
        return "installed " + list;
    }

    private static IEnumerable<string> Missing()
    {
        foreach (var (program, package) in s_programs)
            if (Find(program) is null) yield return package;
        if (!s_cniPlaces.Any(static p => File.Exists(Path.Combine(p, "bridge")))) yield return "containernetworking-plugins";
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/sbin"]).Select(d => Path.Combine(d, program)).FirstOrDefault(File.Exists);

    private static async Task AptAsync(IEnumerable<string> arguments, string packages, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("apt-get", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using var apt = Process.Start(start) ?? throw new StartException("apt-get could not be started.");
        var output = apt.StandardOutput.ReadToEndAsync(cancel);
        var errors = await apt.StandardError.ReadToEndAsync(cancel);
        await output;
        await apt.WaitForExitAsync(cancel);
        if (apt.ExitCode != 0) throw new StartException($"apt-get could not install {packages}: {errors.Trim().Split('\n').LastOrDefault()}");
    }
}
