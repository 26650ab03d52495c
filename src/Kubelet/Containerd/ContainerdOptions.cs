using Tiphys.Client;

namespace Tiphys.Kubelet.Containerd;

/// <summary>Where a private containerd keeps its things and how it is to behave.</summary>
public sealed class ContainerdOptions
{
    /// <summary>The directory everything of this containerd lives under. The socket's path must stay under 108 bytes.</summary>
    public required string Directory { get; init; }

    /// <summary>Where OCI image tars are looked for at start.</summary>
    public required string ImagesDirectory { get; init; }

    /// <summary>The program: a path, or a name looked up in PATH.</summary>
    public string Executable { get; init; } = "containerd";

    /// <summary>containerd's client, which imports images: a path, or a name looked up in PATH.</summary>
    public string ClientExecutable { get; init; } = "ctr";

    /// <summary>The directory of CNI configuration lists.</summary>
    public required string CniConfigDirectory { get; init; }

    /// <summary>The directory of CNI plugins, or null to look in the usual places.</summary>
    public string? CniBinDirectory { get; init; }

    /// <summary>Whether containers' cgroups are made through systemd rather than by writing to the file system.</summary>
    public bool SystemdCgroup { get; init; }

    /// <summary>The image pod sandboxes are made from.</summary>
    public string SandboxImage { get; init; } = Images.PauseImage.Name;

    /// <summary>The socket containerd serves on.</summary>
    public string SocketPath => Path.Combine(Directory, "containerd.sock");

    internal string ConfigPath => Path.Combine(Directory, "config.toml");

    /// <summary>Whether a process is this containerd: its id may have gone to another since, after a reboot above all.</summary>
    internal bool Owns(int pid) => RunningProgram.Arguments(pid) is { } arguments && (arguments is [] || arguments.Contains(ConfigPath));

    /// <summary>Whether it still has sandboxes of pods, running or not: each has a directory of the CRI plugin, and a running one a shim's.</summary>
    internal bool HasSandboxes() =>
        HasEntries(Path.Combine(Directory, "root", "io.containerd.grpc.v1.cri", "sandboxes")) ||
        HasEntries(Path.Combine(Directory, "state", "io.containerd.runtime.v2.task", "k8s.io"));

    internal string PidPath => Path.Combine(Directory, "containerd.pid");
    internal string LogPath => Path.Combine(Directory, "containerd.log");
    internal string RegistryConfigDirectory => Path.Combine(Directory, "certs.d");

    private static bool HasEntries(string directory) => System.IO.Directory.Exists(directory) && System.IO.Directory.EnumerateFileSystemEntries(directory).Any();
}
