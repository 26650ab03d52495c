using System.Globalization;
using System.Text;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;
using Tiphys.Storage;

namespace Tiphys.ApiServer;

/// <summary>
/// The objects of one resource: reads from the store and its cache, and writes under the rules of its strategy, of admission
/// and of optimistic concurrency (upstream's generic registry <c>Store</c>). Deletion is in its other half.
/// </summary>
public sealed partial class ResourceStore
{
    private const int GenerateNameAttempts = 8;
    private readonly IStore _store;
    private readonly AdmissionChain _admission;
    private readonly TimeProvider _time;
    private readonly IFieldManager _fields;
    private readonly LeasePool? _leases;

    /// <summary>Makes the store of a resource.</summary>
    public ResourceStore(ResourceDefinition definition, IStore store, WatchCache cache, AdmissionChain admission, IFieldManager fields, TimeProvider time)
    {
        Definition = definition;
        Cache = cache;
        _store = store;
        _admission = admission;
        _fields = fields;
        _time = time;
        if (definition.TimeToLive is { } timeToLive) _leases = new LeasePool(store, timeToLive, time);
    }

    /// <summary>The resource.</summary>
    public ResourceDefinition Definition { get; }

    /// <summary>Recent state and changes.</summary>
    public WatchCache Cache { get; }

    /// <summary>Group and resource, for messages.</summary>
    public GroupResource GroupResource => Definition.Schema.GroupResource;

    private KindInfo Kind => Definition.Kind;

    private IResourceStrategy Strategy => Definition.Strategy;

    /// <summary>Reads an object as it is now.</summary>
    /// <exception cref="StatusException">404.</exception>
    public async ValueTask<StoredObject> GetAsync(string ns, string name, CancellationToken cancel) =>
        await FindAsync(ns, name, cancel) ?? throw ApiErrors.NotFound(GroupResource, name);

    /// <summary>Reads an object as it is now, or null.</summary>
    public async ValueTask<StoredObject?> FindAsync(string ns, string name, CancellationToken cancel)
    {
        var result = await _store.GetAsync(Key(ns, name), cancellationToken: cancel);
        return result.Record is { } record ? Load(ns, name, record) : null;
    }

    /// <summary>Decodes an object and applies its defaults: old objects may lack fields that came later.</summary>
    public IKubernetesObject Decode(StoredObject stored)
    {
        var item = Definition.Schema.Layout.Decode(stored.Json.Span, stored.Revision);
        item.ApplyDefaults();
        return item;
    }

    /// <summary>The selected objects at a revision no older than now.</summary>
    public async ValueTask<(List<StoredObject> Items, long Revision)> ListFreshAsync(Selection selection, CancellationToken cancel)
    {
        await WaitFreshAsync(cancel);
        return Cache.List(selection);
    }

    /// <summary>Records who set the fields of an object that is only answered with.</summary>
    internal void RecordFields(IKubernetesObject item, WriteContext context) => _fields.Created(item, context, Now());

    /// <summary>Stores a new object.</summary>
    /// <param name="item">The object, decoded and with defaults; it is changed.</param>
    /// <param name="context">Who, where and how.</param>
    /// <exception cref="StatusException">409, 422, or what admission says.</exception>
    public async ValueTask<StoredObject> CreateAsync(IKubernetesObject item, WriteContext context)
    {
        var metadata = item.Metadata;
        context.PlaceIn(metadata, Kind);
        if (metadata.ResourceVersion.Length > 0) throw ApiErrors.BadRequest("resourceVersion should not be set on objects to be created");
        metadata.Uid = Guid.NewGuid().ToString();
        metadata.CreationTimestamp = Now();
        metadata.DeletionTimestamp = null;
        metadata.DeletionGracePeriodSeconds = null;
        metadata.SelfLink = "";
        metadata.Generation = 0;

        // What the client sent is the client's; what is filled in from here on belongs to nobody.
        _fields.Created(item, context, Now(), Definition.Versions);
        var strategy = context.Version?.Strategy ?? Strategy;
        strategy.PrepareForCreate(item, new StrategyContext(_time, context.User) { Warn = context.Warn });
        var generated = metadata.Name.Length == 0 && metadata.GenerateName.Length > 0;
        for (var attempt = 1; ; attempt++)
        {
            if (generated) metadata.Name = NameGenerator.Next(metadata.GenerateName);
            try
            {
                return await TryCreateAsync(item, strategy, context);
            }
            catch (StatusException e) when (generated && e.IsAlreadyExists && attempt < GenerateNameAttempts)
            {
                // Another object drew the same suffix.
            }
        }
    }

    /// <summary>Changes an object.</summary>
    /// <param name="name">Name of the object.</param>
    /// <param name="change">
    /// Makes the new object from a copy of the current one (null when there is none). It may run several times.
    /// </param>
    /// <param name="options">How.</param>
    /// <param name="context">Who, where and how.</param>
    /// <returns>The object as stored, and whether it was created.</returns>
    /// <exception cref="StatusException">404, 409, 422, or what admission says.</exception>
    public async ValueTask<(StoredObject Stored, bool Created)> UpdateAsync(
        string name, Func<IKubernetesObject?, IKubernetesObject> change, UpdateBehavior options, WriteContext context)
    {
        var strategy = options.Strategy ?? context.Version?.Strategy ?? Strategy;
        for (var attempt = 1; ; attempt++)
        {
            var current = await FindAsync(context.Namespace, name, context.Cancel);
            if (current is null)
            {
                if (!options.MayCreate || !(options.ForceCreate || strategy.AllowCreateOnUpdate)) throw ApiErrors.NotFound(GroupResource, name);
                var fresh = change(null);
                CheckName(fresh.Metadata, name);
                return (await CreateAsync(fresh, context), true);
            }

            var old = Decode(current);
            var item = change((IKubernetesObject)old.DeepCopyMessage());
            CheckName(item.Metadata, name);
            context.PlaceIn(item.Metadata, Kind);
            var unconditional = CheckRevision(item.Metadata, current, strategy, name);
            if (item.Metadata.Uid.Length > 0 && item.Metadata.Uid != old.Metadata.Uid)
                throw ApiErrors.Conflict(GroupResource, name, $"StorageError: invalid object, Code: 4, Key: {Definition.Schema.KeyPrefix}{(context.Namespace.Length > 0 ? context.Namespace + "/" : "")}{name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {item.Metadata.Uid}, UID in object meta: {old.Metadata.Uid}");
            var stored = await TryUpdateAsync(item, old, current, strategy, context);
            if (stored is not null) return (stored, false);

            // Someone wrote in between: a write that did not ask for a revision is made again on what is there now.
            if (!(unconditional || options.RetryOnConflict) || attempt >= 5 + (unconditional ? 100 : 0)) throw ApiErrors.Stale(GroupResource, name);
        }
    }

    /// <summary>Merges an applied configuration; see <see cref="IFieldManager.Apply"/>.</summary>
    public byte[] Apply(IKubernetesObject live, ReadOnlyMemory<byte> configuration, string manager, string subresource, bool force) =>
        _fields.Apply(live, configuration, manager, subresource, force, Definition.Versions);

    private async ValueTask<StoredObject> TryCreateAsync(IKubernetesObject item, IResourceStrategy strategy, WriteContext context)
    {
        // Fields belong to whoever sent them; what admission adds from here on belongs to nobody.
        var write = context.Admission(Kind, AdmissionOperation.Create, item.Metadata.Name, item, null);
        await _admission.MutateAsync(write, context.Cancel);
        var errors = new FieldErrors();
        MetadataValidation.Validate(item.Metadata, Kind.Namespaced, strategy.NameErrors, errors);
        strategy.Validate(item, errors);
        ThrowIfInvalid(item, errors);
        foreach (var warning in strategy.Warnings(item, null)) context.Warn(warning);
        await _admission.ValidateAsync(write, context.Cancel);
        await using var allocation = await AllocateAsync(item, null, context);
        item.ApplyDefaults(); // some follow from what the strategy filled in, such as a Job's labels
        var bytes = ObjectLayout.Encode(item);
        if (context.DryRun)
        {
            if (await FindAsync(context.Namespace, item.Metadata.Name, context.Cancel) is not null) throw ApiErrors.AlreadyExists(GroupResource, item.Metadata.Name);
            return new StoredObject(Definition.Schema, context.Namespace, item.Metadata.Name, bytes, 0);
        }

        var result = await PutAsync(Key(context.Namespace, item.Metadata.Name), bytes, 0, allocation, context);
        if (!result.Succeeded) throw ApiErrors.AlreadyExists(GroupResource, item.Metadata.Name);
        if (allocation is not null) await allocation.CommitAsync();
        return Load(context.Namespace, item.Metadata.Name, result.Record!);
    }

    /// <summary>Null when the object changed between the read and the write.</summary>
    private async ValueTask<StoredObject?> TryUpdateAsync(IKubernetesObject item, IKubernetesObject old, StoredObject current, IResourceStrategy strategy, WriteContext context)
    {
        var metadata = item.Metadata;
        metadata.Uid = old.Metadata.Uid;
        metadata.CreationTimestamp ??= old.Metadata.CreationTimestamp;
        metadata.DeletionTimestamp = old.Metadata.DeletionTimestamp;
        metadata.DeletionGracePeriodSeconds = old.Metadata.DeletionGracePeriodSeconds;
        metadata.Generation = old.Metadata.Generation;
        metadata.SelfLink = "";
        strategy.PrepareForUpdate(item, old, new StrategyContext(_time, context.User) { Warn = context.Warn });
        _fields.Updated(item, old, context, Now(), Definition.Versions);
        var write = context.Admission(Kind, AdmissionOperation.Update, metadata.Name, item, old);
        await _admission.MutateAsync(write, context.Cancel);
        var errors = new FieldErrors();
        MetadataValidation.Validate(metadata, Kind.Namespaced, strategy.NameErrors, errors);
        MetadataValidation.ValidateUpdate(metadata, old.Metadata, errors);
        strategy.ValidateUpdate(item, old, errors);
        ThrowIfInvalid(item, errors);
        foreach (var warning in strategy.Warnings(item, old)) context.Warn(warning);
        await _admission.ValidateAsync(write, context.Cancel);
        await using var allocation = await AllocateAsync(item, old, context);
        item.ApplyDefaults();
        var bytes = ObjectLayout.Encode(item);

        // The last finalizer left: the update completes the deletion.
        if (metadata.DeletionTimestamp is not null && metadata.DeletionGracePeriodSeconds is null or 0 && !strategy.IsHeld(item) && strategy.IsHeld(old))
        {
            if (context.DryRun) return current;
            return await RemoveAsync(old, current, context) ? new StoredObject(Definition.Schema, current.Namespace, current.Name, bytes, current.Revision) : null;
        }

        // A write that changes nothing is no write: it must not wake watchers.
        if (!current.IsStale && bytes.AsSpan().SequenceEqual(current.Json.Span)) return current;
        if (context.DryRun) return new StoredObject(Definition.Schema, current.Namespace, current.Name, bytes, current.Revision);
        var result = await PutAsync(Key(current.Namespace, current.Name), bytes, current.Revision, allocation, context);
        if (!result.Succeeded) return null;
        if (allocation is not null) await allocation.CommitAsync();
        return Load(current.Namespace, current.Name, result.Record!);
    }

    private bool CheckRevision(ObjectMeta metadata, StoredObject current, IResourceStrategy strategy, string name)
    {
        if (metadata.ResourceVersion is "" or "0")
        {
            if (!strategy.AllowUnconditionalUpdate)
            {
                var errors = new FieldErrors();
                errors.Invalid(FieldPath.Of("metadata")["resourceVersion"], 0, "must be specified for an update");
                throw ApiErrors.Invalid(new(Kind.Group, Kind.Kind), name, errors);
            }

            return true;
        }

        if (!ulong.TryParse(metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out _)) throw ApiErrors.Plain($"strconv.ParseUint: {GoNumbers.Fault(metadata.ResourceVersion, metadata.ResourceVersion)}");
        return metadata.ResourceVersion == current.Revision.ToString(CultureInfo.InvariantCulture) ? false : throw ApiErrors.Stale(GroupResource, name);
    }

    private async ValueTask<IAllocation?> AllocateAsync(IKubernetesObject item, IKubernetesObject? old, WriteContext context) =>
        Definition.Allocator is { } allocator ? await allocator.AllocateAsync(item, old, context.DryRun, context.Cancel) : null;

    private async ValueTask<CasResult> PutAsync(byte[] key, byte[] bytes, long revision, IAllocation? allocation, WriteContext context)
    {
        try
        {
            return await _store.PutIfAsync(key, bytes, revision, await LeaseAsync(context), context.Cancel);
        }
        catch (WriteOutcomeUnknownException)
        {
            allocation?.Leave();
            throw;
        }
    }

    private void ThrowIfInvalid(IKubernetesObject item, FieldErrors errors)
    {
        if (errors.Count > 0) throw ApiErrors.Invalid(new(Kind.Group, Kind.Kind), item.Metadata.Name, errors);
    }

    private static void CheckName(ObjectMeta metadata, string name)
    {
        if (metadata.Name.Length == 0) throw ApiErrors.BadRequest($"the name of the object ({name} based on URL) was undeterminable: name must be provided");
        if (metadata.Name != name) throw ApiErrors.BadRequest($"the name of the object ({metadata.Name}) does not match the name on the URL ({name})");
    }

    private ValueTask<long> LeaseAsync(WriteContext context) => _leases is null ? ValueTask.FromResult(0L) : _leases.TakeAsync(context.Cancel);

    private StoredObject Load(string ns, string name, StoreRecord record)
    {
        IdentityTransformer.Refuse(record);
        return new(Definition.Schema, ns, name, Definition.Schema.Layout.Normalize(record.Value), record.ModRevision) { IsStale = record.IsStale };
    }

    private byte[] Key(string ns, string name) => Encoding.UTF8.GetBytes(Definition.Schema.Key(ns, name));

    /// <summary>Now, in the whole seconds that API times have.</summary>
    private DateTimeOffset Now() => _time.GetUtcNow().ToWholeSeconds();
}

/// <summary>How an update treats what it finds.</summary>
/// <param name="Strategy">Rules of a subresource; null for the object's own.</param>
/// <param name="MayCreate">A missing object may be created if the strategy allows it.</param>
/// <param name="ForceCreate">A missing object is created whatever the strategy says (server-side apply).</param>
/// <param name="RetryOnConflict">The change is made again when someone wrote in between (patches).</param>
public sealed record UpdateBehavior(IResourceStrategy? Strategy = null, bool MayCreate = false, bool ForceCreate = false, bool RetryOnConflict = false);
