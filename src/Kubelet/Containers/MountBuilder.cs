using System.Security.Cryptography;
using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Cri.V1;
using Tiphys.Kubelet.Volumes;
using Container = Tiphys.Api.Core.V1.Container;

namespace Tiphys.Kubelet.Containers;

/// <summary>Works out what is mounted into a container.</summary>
internal sealed class MountBuilder(PodDirectories directories)
{
    private const string HostsPath = "/etc/hosts";
    private const int WorldReadWrite = 0x1b6;

    /// <summary>The volumes, the hosts file and the termination log.</summary>
    /// <exception cref="ContainerConfigException">A volume is missing, or a sub-path leads out of it.</exception>
    public IEnumerable<Mount> Build(
        Pod pod, Container container, IReadOnlyDictionary<string, ReadyVolume> volumes, IReadOnlyDictionary<string, string> environment, bool hasHostsFile)
    {
        var mounts = new List<Mount>();
        foreach (var (mount, index) in (container.VolumeMounts ?? []).Select((m, i) => (m, i)))
        {
            if (!volumes.TryGetValue(mount.Name, out var volume))
                throw new ContainerConfigException($"cannot find volume \"{mount.Name}\" to mount into container \"{container.Name}\"");
            mounts.Add(new Mount
            {
                ContainerPath = mount.MountPath.StartsWith('/') ? mount.MountPath : "/" + mount.MountPath,
                HostPath = Source(pod, container, mount, index, volume, environment),
                Readonly = mount.ReadOnly || volume.ReadOnly,
                SelinuxRelabel = volume.IsManaged,
                Propagation = mount.MountPropagation switch
                {
                    MountPropagationMode.HostToContainer => MountPropagation.PropagationHostToContainer,
                    MountPropagationMode.Bidirectional => MountPropagation.PropagationBidirectional,
                    _ => MountPropagation.PropagationPrivate,
                },
            });
        }
        if (hasHostsFile && mounts.All(m => m.ContainerPath != HostsPath))
            mounts.Add(new Mount { ContainerPath = HostsPath, HostPath = directories.HostsFile(pod.Metadata.Uid), SelinuxRelabel = true });
        if (container.TerminationMessagePath.Length > 0)
            mounts.Add(new Mount { ContainerPath = container.TerminationMessagePath, HostPath = TerminationLog(pod, container), SelinuxRelabel = true });
        return mounts;
    }

    private string Source(
        Pod pod, Container container, VolumeMount mount, int index, ReadyVolume volume, IReadOnlyDictionary<string, string> environment)
    {
        var subPath = mount.SubPath;
        if (mount.SubPathExpr.Length > 0)
        {
            var missing = new List<string>();
            subPath = VariableExpansion.Expand(mount.SubPathExpr, name =>
            {
                if (!environment.TryGetValue(name, out var value)) missing.Add(name);
                return value;
            });
            if (missing.Count > 0) throw new ContainerConfigException($"missing value for \"{missing[0]}\"");
        }
        if (subPath.Length == 0) return volume.HostPath;
        var target = directories.SubPath(pod.Metadata.Uid, mount.Name, container.Name, index);
        try
        {
            SubPaths.Bind(volume.HostPath, subPath, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The details would tell about the node's files.
            throw new ContainerConfigException($"failed to prepare subPath for volumeMount \"{mount.Name}\" of container \"{container.Name}\"");
        }
        return target;
    }

    private string TerminationLog(Pod pod, Container container)
    {
        var directory = directories.Container(pod.Metadata.Uid, container.Name);
        Directory.CreateDirectory(directory);
        // Every run gets a file of its own, or it would repeat the last words of the one before.
        var path = Path.Combine(directory, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)));
        File.WriteAllBytes(path, []);
        Native.Files.ChangeMode(path, WorldReadWrite);
        return path;
    }
}
