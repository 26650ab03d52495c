using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// Keeps track of who set which field (upstream's managedfields and structured-merge-diff): every write is compared with the
/// state before, what it changed becomes the writer's; server-side apply merges by schema and refuses to take from others.
/// </summary>
public sealed class FieldManager : IFieldManager
{
    private const string Unknown = "unknown";
    private const string Kubectl = "kubectl";
    private const string BeforeFirstApply = "before-first-apply";
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private const int LongestName = 128;
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 512 };
    private static readonly JsonSerializerOptions s_writing = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 512 };

    /// <summary>What only the server sets, and nobody owns.</summary>
    private static readonly HashSet<string> s_serverMetadata =
        ["f:name", "f:namespace", "f:creationTimestamp", "f:selfLink", "f:uid", "f:clusterName", "f:generation", "f:managedFields", "f:resourceVersion"];

    private readonly ConcurrentDictionary<KindInfo, byte[]> _blank = new();

    /// <inheritdoc/>
    public byte[] Apply(IKubernetesObject live, ReadOnlyMemory<byte> configuration, string manager, string subresource, bool force, ResourceVersions? versions = null)
    {
        var schema = SchemaOf(live);
        using var applied = Parse(configuration);
        Check(applied.RootElement, live);
        var owners = ManagedFieldsState.Read(live.Metadata.ManagedFields);
        var liveBytes = ObjectLayoutWithoutFields(live);
        if (owners.Count == 0) owners.Add(Unowned(live, liveBytes, schema));
        var set = Own(FieldWalker.FieldsOf(applied.RootElement, schema), subresource, live.KindInfo);
        var foreign = versions is null ? [] : owners.Where(o => o.ApiVersion != live.KindInfo.ApiVersion && versions.Knows(o.ApiVersion)).ToList();
        var mine = owners.Find(o => o.Is(manager, ManagedFieldsOperationType.Apply, live.KindInfo.ApiVersion, subresource));
        var others = owners.Where(o => !ReferenceEquals(o, mine)).ToList();

        JsonNode Merged() => FieldMerge.Merge(JsonNode.Parse(liveBytes, documentOptions: s_options), JsonNode.Parse(configuration.Span, documentOptions: s_options), schema)!;
        var merged = Merged();

        // What was applied through another version goes by names of that version: nothing can be dropped by them here.
        if (mine is not null && !foreign.Contains(mine))
        {
            var kept = others.Aggregate(set, static (all, o) => all.Union(o.Fields));
            FieldMerge.Prune(merged, schema, mine.Fields.Except(set), kept);

            // A field that somebody set through another version stays his under whatever name.
            if (foreign.Exists(o => !o.Fields.Intersect(DifferenceIn(o.ApiVersion, live, Encode(merged), versions!).Removed).IsEmpty)) merged = Merged();
        }

        if (manager == Kubectl) RefreshLastApplied(merged, configuration);
        var result = Encode(merged);
        if (!force) RefuseConflicts(o => foreign.Contains(o) ? DifferenceIn(o.ApiVersion, live, result, versions!).Changed : null, liveBytes, result, schema, set, others, manager == Kubectl ? StillAsLastApplied(live, liveBytes, schema) : FieldTree.Empty);
        return result;
    }

    /// <inheritdoc/>
    public void Created(IKubernetesObject item, WriteContext context, DateTimeOffset now, ResourceVersions? versions = null)
    {
        var manager = NameOf(context);
        item.Metadata.ManagedFields = null;
        var shown = Shown(item, context, versions);
        FieldTree fields;
        if (context.Apply is { } apply)
        {
            using var applied = Parse(apply.Document);
            fields = FieldWalker.FieldsOf(applied.RootElement, SchemaOf(shown));
        }
        else
        {
            using var before = JsonDocument.Parse(_blank.GetOrAdd(shown.KindInfo, static k => ApiJson.Encode(k.New())), s_options);
            using var after = JsonDocument.Parse(ObjectLayoutWithoutFields(shown), s_options);
            fields = FieldWalker.Compare(before.RootElement, after.RootElement, SchemaOf(shown)).Changed;
        }

        var operation = context.Apply is null ? ManagedFieldsOperationType.Update : ManagedFieldsOperationType.Apply;
        item.Metadata.ManagedFields = ManagedFieldsState.Write([new(manager, operation, shown.KindInfo.ApiVersion, context.Subresource, now, Own(fields, context.Subresource, shown.KindInfo))]);
    }

    /// <inheritdoc/>
    public void Updated(IKubernetesObject item, IKubernetesObject old, WriteContext context, DateTimeOffset now, ResourceVersions? versions = null)
    {
        var given = item.Metadata.ManagedFields;
        var (stored, storedBefore) = (item, old);
        (item, old) = (Shown(item, context, versions), Shown(old, context, versions));
        var schema = SchemaOf(item);
        var version = item.KindInfo.ApiVersion;
        var manager = NameOf(context);

        // A client that leaves the list out, or sends nonsense, keeps it; one that sends it empty resets it.
        var owners = (given is null ? null : ManagedFieldsState.TryRead(given)) ?? ManagedFieldsState.Read(old.Metadata.ManagedFields);
        using var before = JsonDocument.Parse(ObjectLayoutWithoutFields(old), s_options);
        using var after = JsonDocument.Parse(ObjectLayoutWithoutFields(item), s_options);
        var difference = FieldWalker.Compare(before.RootElement, after.RootElement, schema);

        // Everybody's fields go by the names of the version they were set through.
        var differences = new Dictionary<string, FieldDifference>(StringComparer.Ordinal);
        FieldDifference In(string apiVersion)
        {
            if (IsShown(apiVersion)) return difference;
            if (!differences.TryGetValue(apiVersion, out var found)) differences[apiVersion] = found = DifferenceIn(apiVersion, storedBefore, stored, versions!);
            return found;
        }

        var changed = Own(difference.Changed, context.Subresource, item.KindInfo);
        for (var i = 0; i < owners.Count; i++)
            if (In(owners[i].ApiVersion).Removed is { IsEmpty: false } removed) owners[i] = owners[i] with { Fields = owners[i].Fields.ExceptBelow(removed) };

        if (context.Apply is { } apply)
        {
            using var applied = Parse(apply.Document);
            if (owners.Count == 0 && old.Metadata.Uid.Length > 0) owners.Add(Unowned(old, ObjectLayoutWithoutFields(old), schema));
            var set = Own(FieldWalker.FieldsOf(applied.RootElement, schema), context.Subresource, item.KindInfo);
            Give(owners, manager, ManagedFieldsOperationType.Apply, version, context.Subresource, now, _ => set, o => TakenFrom(o, changed.Intersect(set)));
        }
        else if (!changed.IsEmpty) Give(owners, manager, ManagedFieldsOperationType.Update, version, context.Subresource, now, had => had.Union(changed), o => TakenFrom(o, changed));

        stored.Metadata.ManagedFields = ManagedFieldsState.Write(owners);

        FieldTree TakenFrom(FieldOwner? owner, FieldTree taken) => owner is null || IsShown(owner.ApiVersion) ? taken : Own(In(owner.ApiVersion).Changed, context.Subresource, item.KindInfo);

        // A version that is not served any more is taken for the one written through.
        bool IsShown(string apiVersion) => apiVersion == version || versions?.Knows(apiVersion) != true;
    }

    /// <summary>An object as the version written through shows it.</summary>
    private static IKubernetesObject Shown(IKubernetesObject item, WriteContext context, ResourceVersions? versions) =>
        versions is null || context.Version is not { } version ? item : versions.Convert(item, version.Kind.ApiVersion);

    private static FieldDifference DifferenceIn(string apiVersion, IKubernetesObject before, IKubernetesObject after, ResourceVersions versions)
    {
        var (old, now) = (versions.Convert(before, apiVersion), versions.Convert(after, apiVersion));
        using var left = JsonDocument.Parse(ObjectLayoutWithoutFields(old), s_options);
        using var right = JsonDocument.Parse(ObjectLayoutWithoutFields(now), s_options);
        return FieldWalker.Compare(left.RootElement, right.RootElement, SchemaOf(now));
    }

    private static FieldDifference DifferenceIn(string apiVersion, IKubernetesObject before, byte[] after, ResourceVersions versions)
    {
        var item = (IKubernetesObject)before.KindInfo.New();
        ApiJson.DecodeInto(item, after);
        return DifferenceIn(apiVersion, before, item, versions);
    }

    private static byte[] Encode(JsonNode document) => Encoding.UTF8.GetBytes(document.ToJsonString(s_writing));

    /// <summary>Gives fields to a manager and takes those it changed from all others.</summary>
    private static void Give(
        List<FieldOwner> owners, string manager, string operation, string version, string subresource, DateTimeOffset now, Func<FieldTree, FieldTree> fields, Func<FieldOwner?, FieldTree> takenFrom)
    {
        var at = owners.FindIndex(o => o.Is(manager, operation, version, subresource));
        for (var i = 0; i < owners.Count; i++)
            if (i != at) owners[i] = owners[i] with { Fields = owners[i].Fields.Except(takenFrom(owners[i])) };
        if (at < 0)
        {
            owners.Add(new(manager, operation, version, subresource, now, fields(FieldTree.Empty)));
            return;
        }

        // An entry that says the same as before keeps its time: a write that changes nothing must not look like one that does.
        var next = fields(owners[at].Fields);
        var same = next.SameAs(owners[at].Fields) && takenFrom(null).IsEmpty && owners[at].ApiVersion == version;
        owners[at] = owners[at] with { Fields = next, ApiVersion = version, Time = same ? owners[at].Time : now };
    }

    private static void RefuseConflicts(Func<FieldOwner, FieldTree?> changedFor, byte[] live, byte[] merged, ValueSchema schema, FieldTree set, List<FieldOwner> others, FieldTree allowed)
    {
        using var before = JsonDocument.Parse(live, s_options);
        using var after = JsonDocument.Parse(merged, s_options);
        var taken = FieldWalker.Compare(before.RootElement, after.RootElement, schema).Changed.Intersect(set);
        if (taken.IsEmpty) return;
        var conflicts = others
            .SelectMany(o => o.Fields.Intersect(changedFor(o) ?? taken).Except(allowed).Paths().Select(p => (Owner: o.ToString(), Path: p)))
            .OrderBy(static c => c.Owner, StringComparer.Ordinal)
            .ToList();
        if (conflicts.Count == 0) return;
        var message = conflicts.Count == 1
            ? $"Apply failed with 1 conflict: conflict with {conflicts[0].Owner}: {conflicts[0].Path}"
            : $"Apply failed with {conflicts.Count} conflicts: " + string.Join('\n', conflicts.GroupBy(static c => c.Owner).SelectMany(static g => g.Select(static c => "- " + c.Path).Prepend($"conflicts with {g.Key}:")));
        throw new StatusException(new Status
        {
            Result = "Failure",
            Code = 409,
            Reason = StatusReason.Conflict,
            Message = message,
            Details = new() { Causes = [.. conflicts.Select(static c => new StatusCause { Reason = "FieldManagerConflict", Message = "conflict with " + c.Owner, Field = c.Path })] },
        });
    }

    /// <summary>An object from before fields were tracked: whatever it holds was set by somebody.</summary>
    private static FieldOwner Unowned(IKubernetesObject live, byte[] bytes, ValueSchema schema)
    {
        using var document = JsonDocument.Parse(bytes, s_options);
        return new(BeforeFirstApply, ManagedFieldsOperationType.Update, live.KindInfo.ApiVersion, "", live.Metadata.CreationTimestamp, Own(FieldWalker.FieldsOf(document.RootElement, schema), "", null));
    }

    /// <summary>Leaves out what nobody can own, and what writes through this path cannot set.</summary>
    private static FieldTree Own(FieldTree fields, string subresource, KindInfo? kind) => fields.IsEmpty ? fields : fields.Without((element, child) => element switch
    {
        "f:kind" or "f:apiVersion" => null,
        "f:metadata" => Children(child.Without(static (name, below) => s_serverMetadata.Contains(name) ? null : below)),
        "f:status" => kind is not null && subresource.Length == 0 && kind.Schema.Find("spec") is not null ? null : child,
        "f:spec" => subresource == "status" ? null : child,
        _ => child,
    });

    private static FieldTree Children(FieldTree tree)
    {
        var result = new FieldTree();
        foreach (var (element, child) in tree.Children) result.Add(element, child);
        return result;
    }

    /// <summary>
    /// What kubectl applied on its own before it left merging to the server, as far as nobody changed it since: taking that over
    /// is no conflict.
    /// </summary>
    private static FieldTree StillAsLastApplied(IKubernetesObject live, byte[] liveBytes, ValueSchema schema)
    {
        if (live.Metadata.Annotations?.GetValueOrDefault(LastApplied) is not { Length: > 0 } text) return FieldTree.Empty;
        try
        {
            using var last = JsonDocument.Parse(text, s_options);
            using var now = JsonDocument.Parse(liveBytes, s_options);
            var difference = FieldWalker.Compare(last.RootElement, now.RootElement, schema);
            return FieldWalker.FieldsOf(last.RootElement, schema).Except(difference.Changed).ExceptBelow(difference.Removed);
        }
        catch (JsonException)
        {
            return FieldTree.Empty; // anybody can write an annotation
        }
    }

    private static void RefreshLastApplied(JsonNode merged, ReadOnlyMemory<byte> configuration)
    {
        if (merged["metadata"]?["annotations"] is not JsonObject annotations || !annotations.ContainsKey(LastApplied)) return;
        if (JsonNode.Parse(configuration.Span, documentOptions: s_options) is not JsonObject copy) return;
        (copy["metadata"]?["annotations"] as JsonObject)?.Remove(LastApplied);
        annotations[LastApplied] = copy.ToJsonString() + "\n";
    }

    private static void Check(JsonElement applied, IKubernetesObject live)
    {
        if (applied.ValueKind != JsonValueKind.Object) throw ApiErrors.BadRequest("the applied configuration is no object");
        if (!applied.TryGetProperty("apiVersion", out var version) || version.GetString() != live.KindInfo.ApiVersion)
            throw ApiErrors.BadRequest($"incorrect version specified in apply patch. Specified patch version: {(version.ValueKind == JsonValueKind.String ? version.GetString() : "")}, expected: {live.KindInfo.ApiVersion}");
        if (applied.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty("managedFields", out var managed) && managed.ValueKind != JsonValueKind.Null)
            throw ApiErrors.BadRequest("metadata.managedFields must be nil");
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json, s_options);
        }
        catch (JsonException e)
        {
            throw ApiErrors.BadRequest($"error decoding YAML: {e.Message}");
        }
    }

    private static string NameOf(WriteContext context)
    {
        var name = context.FieldManager.Length == 0 ? Unknown : context.FieldManager;
        return name.Length > LongestName ? name[..LongestName] : name;
    }

    private static byte[] ObjectLayoutWithoutFields(IKubernetesObject item)
    {
        var entries = item.Metadata.ManagedFields;
        item.Metadata.ManagedFields = null;
        var bytes = ApiJson.Encode(item);
        item.Metadata.ManagedFields = entries;
        return bytes;
    }

    private static MessageSchema SchemaOf(IKubernetesObject item) => new(() => item.Schema) { Kind = ValueKind.Object };
}
