using System.Text.Json.Nodes;
using Tiphys.Client;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Apply;

/// <summary>Moves what client-side apply manages of an object to server-side apply, so that fields left out later are removed.</summary>
internal sealed class ManagerMigration(ResourceApi api, ApplyFlags flags)
{
    private const string Default = "kubectl";
    private const string AnnotationManager = "kubectl-last-applied";
    private const int MostConflicts = 5;

    /// <summary>Has the annotation of client-side apply managed on its own, lest the next apply removes it.</summary>
    public async Task KeepAnnotationAsync(ResourceInfo info, CancellationToken cancel)
    {
        if (flags.FieldManager != Default || LastApplied.Of(info.Object!) is not { } annotation || Entries(info.Object!).Any(static e => Json.Text(e, "operation") == "Apply" && OwnsAnnotation(e))) return;
        var metadata = new JsonObject { ["name"] = info.Name, ["annotations"] = new JsonObject { [LastApplied.Annotation] = annotation } };
        if (info.Namespace.Length > 0) metadata["namespace"] = info.Namespace;
        var part = new JsonObject { ["apiVersion"] = info.Resource.ApiVersion, ["kind"] = info.Resource.Kind, ["metadata"] = metadata };
        var query = $"?fieldManager={AnnotationManager}&fieldValidation={flags.Validation}" + (flags.DryRun.Mode == DryRunMode.Server ? "&dryRun=All" : "");
        info.Refresh(await api.PatchAsync(info.Path() + query, PatchType.Apply, Json.Bytes(part), cancel));
    }

    /// <summary>Moves the fields; false when there are none.</summary>
    public async Task<bool> MoveFieldsAsync(ResourceInfo info, CancellationToken cancel)
    {
        for (var conflicts = 0; ; conflicts++)
        {
            if (Moved(info.Object!) is not { } entries) return false;
            var patch = new JsonArray(
                new JsonObject { ["op"] = "replace", ["path"] = "/metadata/managedFields", ["value"] = entries },
                new JsonObject { ["op"] = "replace", ["path"] = "/metadata/resourceVersion", ["value"] = Json.ResourceVersion(info.Object) });
            try
            {
                info.Refresh(await api.PatchAsync(info.Path() + flags.Parameters, PatchType.Json, Json.Bytes(patch), cancel));
                return true;
            }
            catch (ApiException e) when (e.IsConflict && conflicts < MostConflicts)
            {
                info.Refresh(await api.GetAsync(info.Path(), cancel));
            }
        }
    }

    private JsonArray? Moved(JsonObject item)
    {
        var names = Entries(item).Where(static e => Json.Text(e, "operation") == "Update" && OwnsAnnotation(e)).Select(static e => Json.Text(e, "manager")).ToHashSet();
        var old = Entries(item).Where(e => names.Contains(Json.Text(e, "manager")) && Json.Text(e, "operation") == "Update" && Json.Text(e, "subresource").Length == 0).ToList();
        if (old.Count == 0) return null;
        var entries = Entries(item).Except(old).Select(static e => (JsonObject)e.DeepClone()).ToList();
        var ours = entries.Find(e => Json.Text(e, "manager") == flags.FieldManager && Json.Text(e, "operation") == "Apply" && Json.Text(e, "subresource").Length == 0);
        if (ours is null)
        {
            ours = (JsonObject)old[0].DeepClone();
            ours["manager"] = flags.FieldManager;
            ours["operation"] = "Apply";
            entries.Add(ours);
        }

        foreach (var entry in old)
            if (ours["fieldsV1"] is JsonObject fields && entry["fieldsV1"] is JsonObject more) Unite(fields, more);
        return new JsonArray([.. entries]);
    }

    private static void Unite(JsonObject fields, JsonObject more)
    {
        foreach (var (name, value) in more)
        {
            if (fields[name] is JsonObject known && value is JsonObject child) Unite(known, child);
            else if (!fields.ContainsKey(name)) fields[name] = value?.DeepClone();
        }
    }

    private static IEnumerable<JsonObject> Entries(JsonObject item) => Json.At(item, "metadata", "managedFields") is JsonArray list ? list.OfType<JsonObject>() : [];

    private static bool OwnsAnnotation(JsonObject entry) => Json.At(entry, "fieldsV1", "f:metadata", "f:annotations", "f:" + LastApplied.Annotation) is not null;
}
