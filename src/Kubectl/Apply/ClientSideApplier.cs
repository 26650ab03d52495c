using System.Text;
using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Client;
using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Printing;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Apply;

/// <summary>Client-side apply: the patch is computed here, from what was applied last, what is to be applied and what is there.</summary>
internal sealed class ClientSideApplier(CommandContext context, ApplyFlags flags) : IApplier
{
    private const int MostConflicts = 5;
    private readonly ResourceApi _api = new(context.Cluster.Client);

    public async Task<string> ApplyAsync(ResourceInfo info, CancellationToken cancel)
    {
        var modified = LastApplied.Annotate(info.Object!);
        JsonObject current;
        try
        {
            current = await _api.GetAsync(info, null, "", null, cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            await CreateAsync(info, modified, cancel);
            return "created";
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            throw SourceErrors.Add($"retrieving current configuration of:\n{info}\nfrom server for:", info.Source, e);
        }

        info.Refresh(current);
        if (LastApplied.Of(current) is null)
            context.Error.WriteLine($"Warning: resource {info.ObjectName} is missing the {LastApplied.Annotation} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.");
        var patch = new JsonObject();
        try
        {
            var patched = await PatchAsync(info, current, modified, p => patch = p, cancel);
            info.Refresh(patched);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or KubectlException)
        {
            throw SourceErrors.Add($"applying patch:\n{GoJson.Compact(patch)}\nto:\n{info}\nfor:", info.Source, e);
        }

        DeletionWarning.Print(context, info.Object!);
        return patch.Count == 0 ? "unchanged" : "configured";
    }

    private async Task CreateAsync(ResourceInfo info, JsonObject modified, CancellationToken cancel)
    {
        RemoveNulls(modified);
        info.Object = modified;
        if (flags.DryRun.Mode == DryRunMode.Client) return;
        try
        {
            info.Refresh(await _api.CreateAsync(info.Resource.Path(info.Namespace) + flags.Parameters, modified, cancel));
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            throw SourceErrors.Add("creating", info.Source, e);
        }
    }

    private async Task<JsonObject> PatchAsync(ResourceInfo info, JsonObject current, JsonObject modified, Action<JsonObject> computed, CancellationToken cancel)
    {
        for (var conflicts = 0; ; conflicts++)
        {
            var (patch, type, schema) = Compute(current, modified);
            computed(patch);
            if (patch.Count == 0) return current;
            if (flags.DryRun.Mode == DryRunMode.Client) return Preview(current, patch, schema);
            try
            {
                return await _api.PatchAsync(info.Path() + flags.Parameters, type, Json.Bytes(patch), cancel);
            }
            catch (ApiException e) when (e.IsConflict && conflicts < MostConflicts)
            {
                if (conflicts > 0) await Task.Delay(TimeSpan.FromSeconds(1), context.Time, cancel);
                current = await _api.GetAsync(info, null, "", null, cancel);
            }
            catch (ApiException e) when (flags.Deletion.Force.Value && (e.IsConflict || e.IsInvalid))
            {
                return await ReplaceAsync(info, current, modified, cancel);
            }
            catch (Exception e) when (e is ApiException or HttpRequestException)
            {
                throw SourceErrors.Add("patching", info.Source, e);
            }
        }
    }

    private (JsonObject Patch, string Type, ObjectSchema? Schema) Compute(JsonObject current, JsonObject modified)
    {
        var original = LastApplied.Of(current) is { Length: > 0 } text && Json.Parse(Encoding.UTF8.GetBytes(text)) is JsonObject last ? last : [];
        if (ApiKinds.Find(Json.ApiVersion(modified), Json.Kind(modified)) is not { Schema: { } schema }) return (ThreeWayMerge.Plain(original, modified, current), PatchType.Merge, null);
        return (ThreeWayMerge.Strategic(original, modified, current, schema, flags.Overwrite.Value), PatchType.StrategicMerge, schema);
    }

    private static JsonObject Preview(JsonObject current, JsonObject patch, ObjectSchema? schema)
    {
        var (target, change) = ((JsonObject)current.DeepClone(), (JsonObject)patch.DeepClone());
        return schema is null ? (JsonObject)MergePatch.Apply(target, change)! : StrategicMergePatch.Apply(target, change, schema);
    }

    /// <summary><c>--force</c>: what cannot be patched is deleted and made anew.</summary>
    private async Task<JsonObject> ReplaceAsync(ResourceInfo info, JsonObject current, JsonObject modified, CancellationToken cancel)
    {
        await _api.DeleteAsync(info.Path(), flags.Deletion.Options(flags.Deletion.GracePeriod.Value < 0 ? 0 : flags.Deletion.GracePeriod.Value, dryRun: false), cancel);
        await new Delete.DeletionWait(context.Cluster.Client, context.Time).RunAsync([(info, Json.Text(current, "metadata", "uid"))], flags.Deletion.Timeout.Value, cancel);
        return await _api.CreateAsync(info.Resource.Path(info.Namespace) + flags.Parameters, modified, cancel);
    }

    private static void RemoveNulls(JsonNode? node)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list) RemoveNulls(item);
        }
        else if (node is JsonObject map)
        {
            foreach (var (name, value) in map.ToList())
            {
                if (value is null) map.Remove(name);
                else RemoveNulls(value);
            }
        }
    }
}
