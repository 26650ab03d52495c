using System.Text.Json;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>One manager of an object's fields and what it holds.</summary>
internal sealed record FieldOwner(string Manager, string Operation, string ApiVersion, string Subresource, DateTimeOffset? Time, FieldTree Fields)
{
    public bool IsApplier => Operation == ManagedFieldsOperationType.Apply;

    /// <summary>Appliers are the same whatever version they apply; others are told apart by it.</summary>
    public bool Is(string manager, string operation, string apiVersion, string subresource) =>
        Manager == manager && Operation == operation && Subresource == subresource && (IsApplier || ApiVersion == apiVersion);

    /// <summary>As messages name the owner.</summary>
    public override string ToString()
    {
        var text = $"\"{Manager}\"";
        if (Subresource.Length > 0) text += $" with subresource \"{Subresource}\"";
        return IsApplier ? text : $"{text} using {ApiVersion}";
    }
}

/// <summary>All managers of an object's fields.</summary>
internal static class ManagedFieldsState
{
    private const int MostUpdaters = 10;
    private const string Ancient = "ancient-changes";

    private static readonly ManagedFieldsEntry s_blank = new();

    /// <summary>Reads the owners an object carries: managers that cannot be read are managers that are reset.</summary>
    public static List<FieldOwner> Read(IReadOnlyList<ManagedFieldsEntry>? entries) => TryRead(entries ?? []) ?? [];

    /// <summary>Reads owners; null when they make no sense. A single blank entry is how a client says that there are none.</summary>
    public static List<FieldOwner>? TryRead(IReadOnlyList<ManagedFieldsEntry> entries)
    {
        if (entries is [var only] && ApiJson.Same(only, s_blank)) return [];
        var owners = new List<FieldOwner>(entries.Count);
        foreach (var entry in entries)
        {
            if (entry.Operation is not (ManagedFieldsOperationType.Apply or ManagedFieldsOperationType.Update) || entry.FieldsType != "FieldsV1" || entry.ApiVersion.Length == 0) return null;
            try
            {
                var fields = entry.FieldsV1 is { } raw ? FieldTree.Decode(raw.Utf8.Span) : FieldTree.Empty;
                owners.Add(new(entry.Manager, entry.Operation, entry.ApiVersion, entry.Subresource, entry.Time, fields));
            }
            catch (JsonException)
            {
                return null;
            }
        }

        return owners;
    }

    /// <summary>Writes owners as an object carries them.</summary>
    public static List<ManagedFieldsEntry>? Write(List<FieldOwner> owners)
    {
        Cap(owners);
        owners.RemoveAll(static o => o.Fields.IsEmpty && !o.IsApplier);
        if (owners.Count == 0) return null;
        return
        [
            .. owners
                .OrderBy(static o => o.Operation, StringComparer.Ordinal)
                .ThenBy(static o => o.Time?.ToUnixTimeSeconds() ?? 0)
                .ThenBy(static o => o.Manager, StringComparer.Ordinal)
                .ThenBy(static o => o.ApiVersion, StringComparer.Ordinal)
                .ThenBy(static o => o.Subresource, StringComparer.Ordinal)
                .Select(static o => new ManagedFieldsEntry
                {
                    Manager = o.Manager,
                    Operation = o.Operation,
                    ApiVersion = o.ApiVersion,
                    Time = o.Time,
                    FieldsType = "FieldsV1",
                    FieldsV1 = new RawJson(o.Fields.Encode()),
                    Subresource = o.Subresource,
                }),
        ];
    }

    /// <summary>Clients that make up a name for each change must not let the list grow without bound: the oldest are joined.</summary>
    private static void Cap(List<FieldOwner> owners)
    {
        var updaters = owners.Where(static o => !o.IsApplier && o.Subresource.Length == 0).OrderBy(static o => o.Time).ToList();
        var excess = updaters.Count - MostUpdaters;
        if (excess <= 0) return;
        foreach (var owner in updaters.Where(static o => o.Manager != Ancient).Take(excess + 1))
        {
            owners.Remove(owner);
            var at = owners.FindIndex(o => o.Is(Ancient, ManagedFieldsOperationType.Update, owner.ApiVersion, ""));
            if (at < 0) owners.Add(owner with { Manager = Ancient });
            else owners[at] = owners[at] with { Fields = owners[at].Fields.Union(owner.Fields), Time = owner.Time };
        }
    }
}
