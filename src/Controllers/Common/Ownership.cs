using System.Text;
using System.Text.Json;
using Tiphys.Api;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>
/// Settles which objects belong to an owner (upstream's ControllerRefManager): orphans that match its selector are adopted,
/// objects of its own that no longer match are let go.
/// </summary>
/// <typeparam name="TOwner">Kind of the owner.</typeparam>
/// <typeparam name="T">Kind of the objects.</typeparam>
internal sealed class Ownership<TOwner, T>(KubernetesClient client, IInformer<T> objects)
    where TOwner : class, IKubernetesObject<TOwner>
    where T : class, IKubernetesObject<T>
{
    /// <summary>The owner's objects after adoption and release.</summary>
    /// <param name="owner">The owner as the cache has it.</param>
    /// <param name="selector">What it selects.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <param name="finalizers">Finalizers that adopted objects also get.</param>
    /// <param name="fits">A further condition for orphans, such as a name.</param>
    public async Task<List<T>> ClaimAsync(TOwner owner, LabelQuery selector, CancellationToken cancel, string[]? finalizers = null, Func<T, bool>? fits = null)
    {
        var claimed = new List<T>();
        foreach (var item in objects.ControlledBy(owner.Metadata.Uid))
        {
            if (item.Metadata.Namespace != owner.Metadata.Namespace) continue;
            if (selector.Matches(item.Metadata.Labels) && fits?.Invoke(item) != false) claimed.Add(item);
            else if (owner.Metadata.DeletionTimestamp is null) await ReleaseAsync(owner, item, cancel);
        }

        if (owner.Metadata.DeletionTimestamp is not null) return claimed;
        var checkedLive = false;
        foreach (var item in objects.Orphans(owner.Metadata.Namespace))
        {
            if (item.Metadata.DeletionTimestamp is not null || !selector.Matches(item.Metadata.Labels) || fits?.Invoke(item) == false) continue;
            if (!checkedLive)
            {
                // The cache may not know yet that the owner is being deleted, which would make the adopted object die with it.
                var live = await client.Resource<TOwner>().FindAsync(owner.Metadata.Namespace, owner.Metadata.Name, cancel);
                if (live is null || live.Metadata.Uid != owner.Metadata.Uid || live.Metadata.DeletionTimestamp is not null) return claimed;
                checkedLive = true;
            }

            if (await AdoptAsync(owner, item, finalizers, cancel) is { } adopted) claimed.Add(adopted);
        }

        return claimed;
    }

    private async Task<T?> AdoptAsync(TOwner owner, T item, string[]? finalizers, CancellationToken cancel)
    {
        var reference = Encoding.UTF8.GetString(ApiJson.Encode(Pods.ControllerReference(owner)));
        var more = finalizers is null ? "" : $",\"finalizers\":[{string.Join(',', finalizers.Select(static f => $"\"{f}\""))}]";
        var patch = $"{{\"metadata\":{{\"ownerReferences\":[{reference}]{more},\"uid\":{JsonSerializer.Serialize(item.Metadata.Uid, JsonText.Default.String)}}}}}";
        try
        {
            return await client.Resource<T>().PatchAsync(item.Metadata.Namespace, item.Metadata.Name, PatchType.StrategicMerge, patch, null, cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    private async Task ReleaseAsync(TOwner owner, T item, CancellationToken cancel)
    {
        var patch = $"{{\"metadata\":{{\"ownerReferences\":[{{\"$patch\":\"delete\",\"uid\":\"{owner.Metadata.Uid}\"}}],\"uid\":\"{item.Metadata.Uid}\"}}}}";
        try
        {
            await client.Resource<T>().PatchAsync(item.Metadata.Namespace, item.Metadata.Name, PatchType.StrategicMerge, patch, null, cancel);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsInvalid)
        {
            // It is gone, or has become another object: nothing to let go.
        }
    }
}
