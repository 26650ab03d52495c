using System.Text;
using Tiphys.Api;
using Tiphys.Client;

namespace Tiphys.ApiServer;

/// <summary>Patches of all four kinds.</summary>
internal sealed partial class ResourceHandler
{
    private async Task PatchAsync(ApiRequest request, IResourceStrategy? strategy)
    {
        if (strategy is null) Need("patch");
        var bytes = await RequestBody.ReadAsync(request.Http);
        var patch = Patch.Parse(request.Http.Request.ContentType ?? "", bytes, Kind.Schema);
        var force = request.QueryFlag("force");
        if (patch.IsApply && request.Query("fieldManager").Length == 0)
        {
            var errors = new FieldErrors();
            errors.Required(FieldPath.Of("fieldManager"), "is required for apply patch");
            throw ApiErrors.Invalid(new("meta.k8s.io", "PatchOptions"), "", errors);
        }

        var context = WriteContext.Of(request) with { Version = version, Apply = patch.IsApply ? new ApplyRequest(patch.Document, force) : null };
        var (stored, created) = await Store.UpdateAsync(
            request.Info.Name,
            current =>
            {
                var item = Changed(request, patch, current);
                context.PlaceIn(item.Metadata, Kind); // of a patch the namespace is checked before the name
                return item;
            },
            new UpdateBehavior(strategy, MayCreate: patch.IsApply && strategy is null, ForceCreate: patch.IsApply, RetryOnConflict: true),
            context);
        await ObjectResponse.WriteAsync(request, View, stored, created ? 201 : 200);
    }

    private IKubernetesObject Changed(ApiRequest request, Patch patch, IKubernetesObject? current)
    {
        byte[] changed = [];
        try
        {
            if (patch.IsApply) AppliedConfiguration.Check(patch.Document, Kind);
            if (current is null)
            {
                // Apply creates what is missing: the patch is the object.
                return ToStored((IKubernetesObject)RequestBody.DecodeJson(request, Kind, patch.Document.Span));
            }

            var shown = version is null ? current : version.Converter.FromStored(current);
            var json = ApiJson.Encode(shown);
            changed = patch.IsApply ? Store.Apply(shown, patch.Document, request.FieldManager, request.Info.Subresource, request.QueryFlag("force")) : patch.ApplyTo(json);
            if (RequestBody.TypeOf(changed) is var (_, kind) && kind != Kind.Kind) throw ApiErrors.BadRequest($"the kind in the data ({kind}) does not match the expected kind ({Kind.Kind})");

            var item = (IKubernetesObject)RequestBody.DecodeJson(request, Kind, changed, patch.IsApply ? null : patch);
            return ToStored(item);
        }
        catch (ApiDecodeException e)
        {
            throw patch.IsApply ? InvalidPatch(request, e.Message) : PatchFaults.Invalid(patch.Shown(changed), patch.Type == PatchType.StrategicMerge ? PatchFaults.Conversion(e) : e.Describe(Kind.Schema));
        }
    }

    private StatusException InvalidPatch(ApiRequest request, string message)
    {
        var errors = new FieldErrors();
        errors.Invalid(FieldPath.Of("patch"), Encoding.UTF8.GetString("{}"u8), message);
        return ApiErrors.Invalid(new(Kind.Group, Kind.Kind), request.Info.Name, errors);
    }
}
