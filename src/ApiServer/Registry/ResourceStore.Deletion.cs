using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>Deletion: at once, after a grace period, or once the last finalizer has left.</summary>
public sealed partial class ResourceStore
{
    private const string OrphanFinalizer = "orphan";
    private const string ForegroundFinalizer = "foregroundDeletion";

    /// <summary>Deletes an object.</summary>
    /// <param name="name">Name of the object.</param>
    /// <param name="options">Grace period, preconditions, and what happens to dependents.</param>
    /// <param name="context">Who, where and how.</param>
    /// <returns>The object as it is or was, and whether it is gone.</returns>
    /// <exception cref="StatusException">404, 409, or what admission says.</exception>
    public async ValueTask<(StoredObject Stored, bool Gone)> DeleteAsync(string name, DeleteOptions options, WriteContext context)
    {
        while (true)
        {
            var current = await GetAsync(context.Namespace, name, context.Cancel);
            var old = Decode(current);
            CheckPreconditions(options.Preconditions, old, current, name);
            await _admission.ValidateAsync(context.Admission(Kind, AdmissionOperation.Delete, name, null, old), context.Cancel);
            var item = (IKubernetesObject)old.DeepCopyMessage();
            var grace = Strategy.GracePeriod(item, options.GracePeriodSeconds);
            SetDependentFinalizers(item.Metadata, options);
            var held = Strategy.IsHeld(item);

            if (grace is null or 0 && !held)
            {
                if (context.DryRun) return (current, true);
                if (await RemoveAsync(old, current, context)) return (current, true);
                continue;
            }

            MarkDeleting(item, held && grace is null ? 0 : grace ?? 0);
            var bytes = ObjectLayout.Encode(item);
            if (bytes.AsSpan().SequenceEqual(current.Json.Span) || context.DryRun) return (current, false);
            var result = await _store.PutIfAsync(Key(current.Namespace, current.Name), bytes, current.Revision, cancellationToken: context.Cancel);
            if (result.Succeeded) return (Load(current.Namespace, current.Name, result.Record!), false);
        }
    }

    /// <summary>Removes an object from the store; false when it changed since it was read.</summary>
    private async ValueTask<bool> RemoveAsync(IKubernetesObject old, StoredObject current, WriteContext context)
    {
        var result = await _store.DeleteIfAsync(Key(current.Namespace, current.Name), current.Revision, context.Cancel);
        if (!result.Succeeded && result.Record is not null) return false;
        if (Definition.Allocator is { } allocator)
        {
            await using var allocation = await allocator.AllocateAsync(null, old, false, CancellationToken.None);
            await allocation.CommitAsync();
        }

        return true;
    }

    private void CheckPreconditions(Preconditions? preconditions, IKubernetesObject old, StoredObject current, string name)
    {
        var kind = new GroupResource(Kind.Group, Kind.Kind); // upstream names the kind here, not the resource
        if (preconditions?.Uid is { } uid && uid != old.Metadata.Uid)
            throw ApiErrors.Conflict(kind, name, $"the UID in the precondition ({uid}) does not match the UID in record ({old.Metadata.Uid}). The object might have been deleted and then recreated");
        var revision = current.Revision.ToString(CultureInfo.InvariantCulture);
        if (preconditions?.ResourceVersion is { Length: > 0 } wanted && wanted != revision)
            throw ApiErrors.Conflict(kind, name, $"the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({revision}). The object might have been modified");
    }

    /// <summary>The garbage collector reads from the finalizers what shall become of dependents.</summary>
    private void SetDependentFinalizers(ObjectMeta metadata, DeleteOptions options)
    {
        var had = metadata.Finalizers ?? [];
        var policy = options.PropagationPolicy
            ?? (options.OrphanDependents is { } orphan ? orphan ? DeletionPropagation.Orphan : DeletionPropagation.Background : null)
            ?? (had.Contains(OrphanFinalizer) ? DeletionPropagation.Orphan : had.Contains(ForegroundFinalizer) ? DeletionPropagation.Foreground : Strategy.DefaultPropagation);
        var finalizers = had.Where(static f => f is not (OrphanFinalizer or ForegroundFinalizer)).ToList();
        if (policy == DeletionPropagation.Orphan) finalizers.Add(OrphanFinalizer);
        if (policy == DeletionPropagation.Foreground) finalizers.Add(ForegroundFinalizer);
        metadata.Finalizers = finalizers.Count == 0 ? null : finalizers;
    }

    private void MarkDeleting(IKubernetesObject item, long grace)
    {
        var metadata = item.Metadata;
        var end = Now().AddSeconds(grace);
        if (metadata.DeletionTimestamp is { } earlier && earlier <= end && metadata.DeletionGracePeriodSeconds <= grace) return;
        if (metadata.DeletionTimestamp is null && metadata.Generation > 0) metadata.Generation++;
        metadata.DeletionTimestamp = end;
        metadata.DeletionGracePeriodSeconds = grace;
        Strategy.MarkDeleting(item);
    }
}
