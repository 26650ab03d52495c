using System.Text;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Volumes;

/// <summary>Collects the files of volumes made from API objects: config maps, secrets, the downward API, tokens.</summary>
internal sealed class ProjectedFiles(IConfigSource config, TokenSource tokens)
{
    private const int DefaultMode = 0x1a4; // rw-r--r--
    private const int TokenUserMode = 0x180; // rw-------
    private const long DefaultTokenSeconds = 3600;

    /// <summary>The files of a volume of such a kind, or null when it is of another.</summary>
    /// <exception cref="VolumeException">Something it refers to is missing.</exception>
    public async Task<Dictionary<string, VolumeFile>?> CollectAsync(Volume volume, DownwardApi facts, CancellationToken cancel)
    {
        var files = new Dictionary<string, VolumeFile>(StringComparer.Ordinal);
        var pod = facts.Pod;
        if (volume.ConfigMap is { } configMap)
            await AddConfigMapAsync(files, pod, configMap.Name, configMap.Items, configMap.DefaultMode, configMap.Optional, cancel).ConfigureAwait(false);
        else if (volume.Secret is { } secret)
            await AddSecretAsync(files, pod, secret.SecretName, secret.Items, secret.DefaultMode, secret.Optional, cancel).ConfigureAwait(false);
        else if (volume.DownwardAPI is { } downward)
            AddDownward(files, facts, downward.Items, downward.DefaultMode);
        else if (volume.Projected is { } projected)
            await AddProjectedAsync(files, facts, projected, cancel).ConfigureAwait(false);
        else
            return null;
        return files;
    }

    private async Task AddProjectedAsync(Dictionary<string, VolumeFile> files, DownwardApi facts, ProjectedVolumeSource projected, CancellationToken cancel)
    {
        // The sources are asked at once, and laid over one another in their order.
        var parts = await Task.WhenAll(projected.Sources.Select(async source =>
        {
            var part = new Dictionary<string, VolumeFile>(StringComparer.Ordinal);
            await AddSourceAsync(part, facts, source, projected.DefaultMode, cancel).ConfigureAwait(false);
            return part;
        })).ConfigureAwait(false);
        foreach (var part in parts)
        {
            foreach (var (path, file) in part) files[path] = file;
        }
    }

    private async Task AddSourceAsync(Dictionary<string, VolumeFile> files, DownwardApi facts, VolumeProjection source, int? mode, CancellationToken cancel)
    {
        var pod = facts.Pod;
        if (source.ConfigMap is { } configMap)
            await AddConfigMapAsync(files, pod, configMap.Name, configMap.Items, mode, configMap.Optional, cancel).ConfigureAwait(false);
        else if (source.Secret is { } secret)
            await AddSecretAsync(files, pod, secret.Name, secret.Items, mode, secret.Optional, cancel).ConfigureAwait(false);
        else if (source.DownwardAPI is { } downward)
            AddDownward(files, facts, downward.Items, mode);
        else if (source.ServiceAccountToken is { } token)
            await AddTokenAsync(files, pod, token, mode, cancel).ConfigureAwait(false);
        else
            throw new VolumeException("this kind of projected volume source is not supported on this node");
    }

    private async Task AddConfigMapAsync(
        Dictionary<string, VolumeFile> files, Pod pod, string name, List<KeyToPath>? items, int? mode, bool? optional, CancellationToken cancel)
    {
        var found = await config.GetConfigMapAsync(pod.Metadata.Namespace, name, cancel).ConfigureAwait(false);
        if (found is null && optional is not true) throw new VolumeException($"configmap \"{name}\" not found");
        var data = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (key, value) in found?.Data ?? []) data[key] = Encoding.UTF8.GetBytes(value);
        foreach (var (key, value) in found?.BinaryData ?? []) data[key] = value;
        AddKeys(files, data, items, mode, optional, "configmap");
    }

    private async Task AddSecretAsync(
        Dictionary<string, VolumeFile> files, Pod pod, string name, List<KeyToPath>? items, int? mode, bool? optional, CancellationToken cancel)
    {
        var found = await config.GetSecretAsync(pod.Metadata.Namespace, name, cancel).ConfigureAwait(false);
        if (found is null && optional is not true) throw new VolumeException($"secret \"{name}\" not found");
        AddKeys(files, found?.Data ?? [], items, mode, optional, "secret");
    }

    private static void AddKeys(
        Dictionary<string, VolumeFile> files, Dictionary<string, byte[]> data, List<KeyToPath>? items, int? mode, bool? optional, string kind)
    {
        if (items is not { Count: > 0 })
        {
            foreach (var (key, value) in data) files[key] = new VolumeFile(value, mode ?? DefaultMode);
            return;
        }
        foreach (var item in items)
        {
            if (data.TryGetValue(item.Key, out var value)) files[item.Path] = new VolumeFile(value, item.Mode ?? mode ?? DefaultMode);
            else if (optional is not true) throw new VolumeException($"references non-existent {kind} key: {item.Key}");
        }
    }

    private static void AddDownward(Dictionary<string, VolumeFile> files, DownwardApi facts, List<DownwardAPIVolumeFile>? items, int? mode)
    {
        foreach (var item in items ?? [])
        {
            string value;
            try
            {
                value = item.FieldRef is { } field ? facts.Field(field.FieldPath)
                    : item.ResourceFieldRef is { } resource ? facts.Resource(resource, null)
                    : "";
            }
            catch (FormatException e)
            {
                throw new VolumeException(e.Message, e);
            }
            files[item.Path] = new VolumeFile(Encoding.UTF8.GetBytes(value), item.Mode ?? mode ?? DefaultMode);
        }
    }

    private async Task AddTokenAsync(
        Dictionary<string, VolumeFile> files, Pod pod, ServiceAccountTokenProjection projection, int? mode, CancellationToken cancel)
    {
        string token;
        try
        {
            token = await tokens.GetAsync(pod, projection.Audience, projection.ExpirationSeconds ?? DefaultTokenSeconds, cancel).ConfigureAwait(false);
        }
        catch (Client.ApiException e)
        {
            throw new VolumeException($"failed to fetch token: {e.Message}", e);
        }
        // When all containers run as one user the token is that user's alone.
        var user = pod.Spec.SecurityContext?.FsGroup is null ? SingleUser(pod) : null;
        var restricted = user is not null || pod.Spec.SecurityContext?.FsGroup is not null;
        files[projection.Path] = new VolumeFile(
            Encoding.UTF8.GetBytes(token), restricted ? TokenUserMode : mode ?? DefaultMode, user);
    }

    private static long? SingleUser(Pod pod)
    {
        var users = Pods.PodContainers.All(pod)
            .Select(c => c.Container.SecurityContext?.RunAsUser ?? pod.Spec.SecurityContext?.RunAsUser).Distinct().ToList();
        return users is [{ } user] ? user : null;
    }
}
