using System.Text;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>
/// The collector's writes. Merge patches, which every resource understands, under the resource version that was read: what
/// changed in between is looked at anew.
/// </summary>
internal sealed partial class GarbageCollector
{
    private async Task DropOwnersAsync(string path, string uid, IEnumerable<string> owners, CancellationToken cancel)
    {
        if (await _metadata.FindAsync(path, cancel) is not { } live || live.Uid != uid || live.OwnerReferences is null) return;
        var gone = owners.ToHashSet(StringComparer.Ordinal);
        await SetOwnersAsync(path, live, live.OwnerReferences.FindAll(o => !gone.Contains(o.Uid)), cancel);
    }

    private Task UnblockAsync(string path, ObjectMeta live, List<OwnerReference> owners, CancellationToken cancel) =>
        SetOwnersAsync(path, live, owners.ConvertAll(static o =>
        {
            var copy = o.DeepCopy();
            copy.BlockOwnerDeletion = false;
            return copy;
        }), cancel);

    private Task SetOwnersAsync(string path, ObjectMeta live, List<OwnerReference> owners, CancellationToken cancel)
    {
        var list = string.Join(',', owners.Select(static o => Encoding.UTF8.GetString(ApiJson.Encode(o))));
        return PatchAsync(path, live, owners.Count == 0 ? "\"ownerReferences\":null" : $"\"ownerReferences\":[{list}]", cancel);
    }

    private Task RemoveFinalizerAsync(string path, ObjectMeta live, string finalizer, CancellationToken cancel)
    {
        if (live.Finalizers?.Contains(finalizer) != true) return Task.CompletedTask;
        var rest = live.Finalizers.Where(f => f != finalizer).Select(static f => $"\"{f}\"").ToArray();
        return PatchAsync(path, live, rest.Length == 0 ? "\"finalizers\":null" : $"\"finalizers\":[{string.Join(',', rest)}]", cancel);
    }

    private async Task PatchAsync(string path, ObjectMeta live, string field, CancellationToken cancel)
    {
        try
        {
            await _metadata.PatchAsync(path, PatchType.Merge, $"{{\"metadata\":{{\"uid\":\"{live.Uid}\",\"resourceVersion\":\"{live.ResourceVersion}\",{field}}}}}", cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // already gone
        }
    }

    private async Task DeleteAsync(string path, string uid, string policy, CancellationToken cancel)
    {
        try
        {
            await _metadata.DeleteAsync(path, new DeleteOptions { Preconditions = new() { Uid = uid }, PropagationPolicy = policy }, cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // already gone
        }
    }
}
