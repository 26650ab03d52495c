using System.Collections.Concurrent;
using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Volumes;

/// <summary>A volume that is ready to be mounted into containers.</summary>
/// <param name="HostPath">Where it is on the node.</param>
/// <param name="ReadOnly">Whether containers may only read it.</param>
/// <param name="IsManaged">Whether the kubelet owns the content.</param>
internal sealed record ReadyVolume(string HostPath, bool ReadOnly, bool IsManaged);

/// <summary>Sets pods' volumes up, keeps their content fresh, and takes them down.</summary>
internal sealed class VolumeManager(PodDirectories directories, IConfigSource config, TimeProvider time)
{
    private const int WorldWritable = 0x1ff;
    private readonly TokenSource _tokens = new(config, time);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _busy = new(StringComparer.Ordinal);

    /// <summary>Makes every volume of the pod ready, or fresh if it is ready already.</summary>
    /// <exception cref="VolumeException">One of them cannot be made ready at present.</exception>
    public async Task<IReadOnlyDictionary<string, ReadyVolume>> SetUpAsync(DownwardApi facts, CancellationToken cancel)
    {
        var pod = facts.Pod;
        var gate = _busy.GetOrAdd(pod.Metadata.Uid, static _ => new SemaphoreSlim(1));
        await gate.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var used = UsedVolumes(pod);
            var ready = await Task.WhenAll((pod.Spec.Volumes ?? []).Where(v => used.Contains(v.Name)).Select(async volume =>
                (volume.Name, Ready: await SetUpAsync(volume, facts, cancel).ConfigureAwait(false)))).ConfigureAwait(false);
            return ready.ToDictionary(r => r.Name, r => r.Ready, StringComparer.Ordinal);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Whether a pod has volumes whose content may change while it runs.</summary>
    public static bool NeedsRefresh(Pod pod) =>
        (pod.Spec.Volumes ?? []).Any(v => v.ConfigMap is not null || v.Secret is not null || v.DownwardAPI is not null || v.Projected is not null);

    /// <summary>Unmounts and deletes everything of a pod's, its data in emptyDir volumes included.</summary>
    public void TearDown(string uid)
    {
        var directory = directories.Pod(uid);
        if (Directory.Exists(directory))
        {
            Native.Mounts.UnmountBelow(directory);
            // What is still mounted here (a hostPath under a sub-path) must not be deleted with it.
            if (Native.MountTable.Read().Any(m => Native.MountTable.Covers(directory, m.Point)))
                throw new VolumeException($"{directory} still has mounts");
            Directory.Delete(directory, recursive: true);
        }
        _tokens.Forget(uid);
        _busy.TryRemove(uid, out _);
    }

    private static HashSet<string> UsedVolumes(Pod pod) =>
        Pods.PodContainers.All(pod).SelectMany(c => (c.Container.VolumeMounts ?? []).Select(m => m.Name)
            .Concat((c.Container.VolumeDevices ?? []).Select(d => d.Name))).ToHashSet(StringComparer.Ordinal);

    private async Task<ReadyVolume> SetUpAsync(Volume volume, DownwardApi facts, CancellationToken cancel)
    {
        try
        {
            if (volume.EmptyDir is { } emptyDir) return SetUpEmptyDir(volume.Name, emptyDir, facts);
            if (volume.HostPath is { } hostPath) return SetUpHostPath(hostPath);
            if (volume.PersistentVolumeClaim is { } claim)
                return await SetUpClaimAsync(facts.Pod, claim.ClaimName, claim.ReadOnly, cancel).ConfigureAwait(false);
            if (volume.Ephemeral is not null)
                return await SetUpClaimAsync(facts.Pod, $"{facts.Pod.Metadata.Name}-{volume.Name}", false, cancel).ConfigureAwait(false);
            return await new ProjectedFiles(config, _tokens).CollectAsync(volume, facts, cancel).ConfigureAwait(false) is { } files
                ? SetUpFiles(volume, files, facts)
                : throw new VolumeException("no volume plugin matched");
        }
        catch (Exception e) when (e is VolumeException or IOException or ArgumentException or UnauthorizedAccessException or Client.ApiException)
        {
            throw new VolumeException($"MountVolume.SetUp failed for volume \"{volume.Name}\" : {e.Message}", e);
        }
    }

    private ReadyVolume SetUpEmptyDir(string name, EmptyDirVolumeSource source, DownwardApi facts)
    {
        var pod = facts.Pod;
        var path = directories.Volume(pod.Metadata.Uid, "empty-dir", name);
        var isNew = !Directory.Exists(path);
        Directory.CreateDirectory(path);
        if (source.Medium == StorageMedium.Memory && !IsMounted(path))
            Native.Mounts.MountTmpfs(path, MemorySize(facts, source.SizeLimit));
        else if (source.Medium.Length > 0 && source.Medium != StorageMedium.Memory)
            throw new VolumeException($"storage medium \"{source.Medium}\" is not supported on this node");
        else if (!isNew) return new ReadyVolume(path, false, true);
        OpenToAll(path);
        if (pod.Spec.SecurityContext?.FsGroup is { } group) VolumeOwnership.Apply(path, group, readOnly: false);
        return new ReadyVolume(path, false, true);
    }

    /// <summary>How large a volume in memory may grow: no larger than the pod may, nor than all pods together.</summary>
    internal static long? MemorySize(DownwardApi facts, Quantity? wanted)
    {
        long? size = facts.Allocatable.TryGetValue(ResourceName.Memory, out var allocatable) && allocatable.Value > 0 ? allocatable.Value : null;
        if (Pods.PodLimits.IsDeclared(facts.Pod, ResourceName.Memory) && PodResources.Limits(facts.Pod).TryGetValue(ResourceName.Memory, out var memory)) Lower(memory.Value);
        if (wanted is { } limit) Lower(limit.Value);
        return size;

        void Lower(long bytes)
        {
            if (bytes > 0 && (size is null || bytes < size)) size = bytes;
        }
    }

    /// <summary>Gives everybody access, and leaves alone what else is set: an fsGroup's set-group-id bit above all.</summary>
    private static void OpenToAll(string directory)
    {
        if ((Native.Files.Stat(directory).Mode & WorldWritable) != WorldWritable) Native.Files.ChangeMode(directory, WorldWritable);
    }

    private static ReadyVolume SetUpHostPath(HostPathVolumeSource source)
    {
        HostPathCheck.Ensure(source.Path, source.Type ?? "");
        return new ReadyVolume(source.Path, false, false);
    }

    private ReadyVolume SetUpFiles(Volume volume, Dictionary<string, VolumeFile> files, DownwardApi facts)
    {
        var pod = facts.Pod;
        var plugin = volume.ConfigMap is not null ? "configmap" : volume.Secret is not null ? "secret" : volume.DownwardAPI is not null ? "downward-api" : "projected";
        var path = directories.Volume(pod.Metadata.Uid, plugin, volume.Name);
        Directory.CreateDirectory(path);
        // Secrets must not reach the disk.
        if (plugin != "configmap" && !IsMounted(path)) Native.Mounts.MountTmpfs(path, MemorySize(facts, null));
        OpenToAll(path);

        // The volume as a whole, for the names beside the version are a group's as well.
        new AtomicWriter(path, time).Write(files, pod.Spec.SecurityContext?.FsGroup is { } group ? _ => VolumeOwnership.Apply(path, group, readOnly: true) : null);
        return new ReadyVolume(path, true, true);
    }

    private async Task<ReadyVolume> SetUpClaimAsync(Pod pod, string claimName, bool readOnly, CancellationToken cancel)
    {
        var claim = await config.GetClaimAsync(pod.Metadata.Namespace, claimName, cancel).ConfigureAwait(false) ??
            throw new VolumeException($"error processing PVC {pod.Metadata.Namespace}/{claimName}: failed to fetch PVC from API server: persistentvolumeclaims \"{claimName}\" not found");
        if (claim.Spec.VolumeName.Length == 0 || claim.Status.Phase != PersistentVolumeClaimPhase.Bound)
            throw new VolumeException($"error processing PVC {pod.Metadata.Namespace}/{claimName}: PVC is not bound");
        var volume = await config.GetVolumeAsync(claim.Spec.VolumeName, cancel).ConfigureAwait(false) ??
            throw new VolumeException($"failed to fetch PV \"{claim.Spec.VolumeName}\" from API server");
        if (volume.Spec.ClaimRef?.Uid is { } uid && uid != claim.Metadata.Uid)
            throw new VolumeException($"PV \"{volume.Metadata.Name}\" is bound to another claim");
        var path = volume.Spec.HostPath?.Path ?? volume.Spec.Local?.Path ??
            throw new VolumeException($"no volume plugin matched name: volume {volume.Metadata.Name} is of a kind this node cannot mount");
        if (volume.Spec.HostPath is { } hostPath) HostPathCheck.Ensure(path, hostPath.Type ?? "");
        else if (!Directory.Exists(path)) throw new VolumeException($"path \"{path}\" does not exist");
        if (volume.Spec.Local is not null && !readOnly && pod.Spec.SecurityContext?.FsGroup is { } group)
            VolumeOwnership.Apply(path, group, readOnly: false, pod.Spec.SecurityContext.FsGroupChangePolicy == PodFSGroupChangePolicy.OnRootMismatch);
        return new ReadyVolume(path, readOnly, false);
    }

    private static bool IsMounted(string path) => Native.MountTable.Read().Any(m => m.Point == path);
}
