using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>Unknown and duplicate fields: refused, warned of or ignored, as the query's fieldValidation says.</summary>
internal static class FieldChecks
{
    /// <summary>Checks a document.</summary>
    /// <param name="request">The request.</param>
    /// <param name="kind">What the document shall be.</param>
    /// <param name="json">The document.</param>
    /// <param name="patch">The patch that made it, if one did: its own faults are told first, and the refusal is another.</param>
    public static void Run(ApiRequest request, KindInfo kind, ReadOnlySpan<byte> json, Patch? patch = null)
    {
        var mode = request.Query("fieldValidation");
        if (mode is "Ignore") return;
        if (mode is not ("" or "Warn" or "Strict"))
        {
            var errors = new FieldErrors();
            errors.NotSupported(FieldPath.Of("fieldValidation"), mode, ["", "Ignore", "Strict", "Warn"]);
            throw ApiErrors.Invalid(new("meta.k8s.io", "CreateOptions"), "", errors);
        }

        List<string> found = [.. patch?.Unexpected ?? [], .. StrictFields.Check(json, kind.Schema)];
        if (found.Count == 0) return;
        if (mode == "Strict" && patch is not null) throw PatchFaults.Invalid(patch.Shown(json), $"strict decoding error: {string.Join(", ", found)}");
        if (mode == "Strict") throw ApiErrors.BadRequest($"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: strict decoding error: {string.Join(", ", found)}");
        request.Warnings.AddRange(found);
    }
}
