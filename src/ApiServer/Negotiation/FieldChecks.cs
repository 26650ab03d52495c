using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>Unknown and duplicate fields: refused, warned of or ignored, as the query's fieldValidation says.</summary>
internal static class FieldChecks
{
    public static void Run(ApiRequest request, KindInfo kind, ReadOnlySpan<byte> json)
    {
        var mode = request.Query("fieldValidation");
        if (mode is "Ignore") return;
        if (mode is not ("" or "Warn" or "Strict"))
        {
            var errors = new FieldErrors();
            errors.NotSupported(FieldPath.Of("fieldValidation"), mode, ["", "Ignore", "Strict", "Warn"]);
            throw ApiErrors.Invalid(new("meta.k8s.io", "CreateOptions"), "", errors);
        }

        var found = StrictFields.Check(json, kind.Schema);
        if (found.Count == 0) return;
        if (mode == "Strict") throw ApiErrors.BadRequest($"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: strict decoding error: {string.Join(", ", found)}");
        request.Warnings.AddRange(found);
    }
}
