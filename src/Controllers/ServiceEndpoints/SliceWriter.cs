using System.Globalization;
using Tiphys.Api.Discovery.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>
/// Writes slices and remembers what it wrote until the informer shows it (upstream's EndpointSliceTracker): planning on older
/// slices would write the same endpoints twice.
/// </summary>
internal sealed class SliceWriter(KubernetesClient client, IInformer<EndpointSlice> slices)
{
    private readonly Lock _lock = new();

    /// <summary>By owner: written slices with their revision; -1 for deleted ones.</summary>
    private readonly Dictionary<ObjectKey, Dictionary<ObjectKey, long>> _written = [];

    /// <summary>Whether the informer shows everything that was written for this owner.</summary>
    public bool IsCurrent(ObjectKey owner)
    {
        lock (_lock)
        {
            if (!_written.TryGetValue(owner, out var written)) return true;
            foreach (var (key, revision) in written)
            {
                var seen = slices.Get(key) is { } slice ? Revision(slice) : -1;
                if (revision >= 0 ? seen < revision : seen >= 0) return false;
            }

            _written.Remove(owner);
            return true;
        }
    }

    /// <summary>The owner is gone.</summary>
    public void Forget(ObjectKey owner)
    {
        lock (_lock) _written.Remove(owner);
    }

    /// <summary>A slice was deleted by someone: nobody need wait for it.</summary>
    public void Deleted(ObjectKey owner, EndpointSlice slice)
    {
        lock (_lock)
            if (_written.TryGetValue(owner, out var written)) written.Remove(ObjectKey.Of(slice));
    }

    /// <summary>Carries a plan out: what is new first, so that no endpoint is missing in between.</summary>
    public async Task WriteAsync(ObjectKey owner, SlicePlan plan, CancellationToken cancel)
    {
        var resource = client.Resource<EndpointSlice>();
        foreach (var slice in plan.Create) Remember(owner, await resource.CreateAsync(slice, cancel));
        foreach (var slice in plan.Update) Remember(owner, await resource.UpdateAsync(slice, cancel));
        foreach (var slice in plan.Delete)
        {
            try
            {
                await resource.DeleteAsync(slice.Metadata.Namespace, slice.Metadata.Name, new DeleteOptions { Preconditions = new() { Uid = slice.Metadata.Uid } }, cancel);
                lock (_lock) Of(owner)[ObjectKey.Of(slice)] = -1;
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // already gone
            }
        }
    }

    private void Remember(ObjectKey owner, EndpointSlice slice)
    {
        lock (_lock) Of(owner)[ObjectKey.Of(slice)] = Revision(slice);
    }

    private Dictionary<ObjectKey, long> Of(ObjectKey owner)
    {
        if (!_written.TryGetValue(owner, out var written)) _written[owner] = written = [];
        return written;
    }

    private static long Revision(EndpointSlice slice) => long.TryParse(slice.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : 0;
}
