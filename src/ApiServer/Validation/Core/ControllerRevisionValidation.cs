using System.Text.Json.Nodes;
using Tiphys.Api;
using Tiphys.Api.Apps.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of controller revisions: a state that was, and never changes.</summary>
internal static class ControllerRevisionValidation
{
    private static readonly FieldPath Data = FieldPath.Of("data");

    public static KindRules<ControllerRevision> Rules { get; } = new(static (item, errors) =>
    {
        FieldRules.NotNegative(item.Revision, FieldPath.Of("revision"), errors);
        var text = item.Data?.ToString().TrimStart() ?? "";
        if (text.Length == 0 || text.StartsWith("null", StringComparison.Ordinal)) errors.Required(Data, "data is mandatory");
        else if (text[0] != '{') errors.Required(Data, "data must be a valid JSON object");
    })
    {
        ValidateChange = static (item, old, errors) =>
        {
            if (!JsonNode.DeepEquals(Parse(item.Data), Parse(old.Data))) errors.Invalid(Data, item.Data is { } data ? data : null, FieldRules.Immutable);
        },
    };

    private static JsonNode? Parse(RawJson? data) => data is { } raw ? JsonNode.Parse(raw.Utf8.Span) : null;
}
