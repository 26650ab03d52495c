using System.Globalization;
using System.Text;

namespace Tiphys.Kubelet.Containerd;

/// <summary>Writes containerd's configuration file (version 2, which releases 1.6 to 2.x all read).</summary>
internal static class ContainerdConfig
{
    private const int CapSysResource = 24;
    private static readonly string[] CniDirectories = ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"];

    public static string Generate(ContainerdOptions options)
    {
        var toml = new StringBuilder();
        toml.AppendLine("version = 2");
        Set(toml, "root", Path.Combine(options.Directory, "root"));
        Set(toml, "state", Path.Combine(options.Directory, "state"));
        // Plugins that need kernel modules or devices of their own only slow the start down.
        toml.AppendLine("disabled_plugins = [\"io.containerd.snapshotter.v1.aufs\", \"io.containerd.snapshotter.v1.btrfs\", " +
            "\"io.containerd.snapshotter.v1.devmapper\", \"io.containerd.snapshotter.v1.zfs\", \"io.containerd.internal.v1.opt\", " +
            "\"io.containerd.internal.v1.tracing\"]");
        Section(toml, "grpc");
        Set(toml, "address", options.SocketPath);
        Section(toml, "plugins.\"io.containerd.grpc.v1.cri\"");
        Set(toml, "sandbox_image", options.SandboxImage);
        Set(toml, "stream_server_address", "127.0.0.1");
        Set(toml, "stream_server_port", "0");
        // Without the capability a score below our own is refused and the container would not start.
        Set(toml, "restrict_oom_score_adj", !HasCapability(CapSysResource));
        // Lets unprivileged processes ping and bind low ports in their own network namespace, as users expect of containers.
        Set(toml, "enable_unprivileged_ports", true);
        Set(toml, "enable_unprivileged_icmp", true);
        Section(toml, "plugins.\"io.containerd.grpc.v1.cri\".containerd");
        Set(toml, "snapshotter", OverlayWorks(options.Directory) ? "overlayfs" : "native");
        Set(toml, "default_runtime_name", "runc");
        Section(toml, "plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc");
        Set(toml, "runtime_type", "io.containerd.runc.v2");
        Section(toml, "plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc.options");
        Set(toml, "SystemdCgroup", options.SystemdCgroup);
        Section(toml, "plugins.\"io.containerd.grpc.v1.cri\".cni");
        Set(toml, "bin_dir", options.CniBinDirectory ?? FindCniDirectory());
        Set(toml, "conf_dir", options.CniConfigDirectory);
        Section(toml, "plugins.\"io.containerd.grpc.v1.cri\".registry");
        Set(toml, "config_path", options.RegistryConfigDirectory);
        return toml.ToString();
    }

    /// <summary>The directory that holds the CNI bridge plugin; the customary one when none does.</summary>
    public static string FindCniDirectory() =>
        Array.Find(CniDirectories, d => File.Exists(Path.Combine(d, "bridge"))) ?? CniDirectories[0];

    internal static bool HasCapability(int number)
    {
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("CapEff:", StringComparison.Ordinal));
        return line is not null &&
            ulong.TryParse(line.AsSpan("CapEff:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var set) &&
            (set & (1UL << number)) != 0;
    }

    /// <summary>Overlay file systems do not stack on one another, which is what a node inside a container would need.</summary>
    private static bool OverlayWorks(string directory)
    {
        var mount = Native.MountTable.Read().Where(m => Native.MountTable.Covers(m.Point, directory)).MaxBy(m => m.Point.Length);
        return mount is null || mount.FileSystem is not ("overlay" or "fuse-overlayfs" or "aufs");
    }

    private static void Section(StringBuilder toml, string name) => toml.AppendLine().Append('[').Append(name).AppendLine("]");

    private static void Set(StringBuilder toml, string key, bool value) => toml.Append(key).Append(" = ").AppendLine(value ? "true" : "false");

    private static void Set(StringBuilder toml, string key, string value) => toml
        .Append(key).Append(" = \"")
        .Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal))
        .AppendLine("\"");
}
