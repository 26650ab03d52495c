using Tiphys.Api.Node.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of runtime classes.</summary>
internal static class RuntimeClassValidation
{
    public static KindRules<RuntimeClass> Rules { get; } = new(static (item, errors) =>
    {
        FieldRules.Name(item.Handler, Names.LabelErrors, FieldPath.Of("handler"), errors);
        if (item.Overhead is { } overhead) ResourceValidation.Container(new() { Limits = overhead.PodFixed }, [], FieldPath.Of("overhead"), errors);
        if (item.Scheduling is not { } scheduling) return;
        var path = FieldPath.Of("scheduling");
        MetadataValidation.Labels(scheduling.NodeSelector, path["nodeSelector"], errors);
        TolerationValidation.Validate(scheduling.Tolerations, path["tolerations"], errors);
        var seen = new HashSet<(string, string, string, string)>();
        for (var i = 0; i < (scheduling.Tolerations?.Count ?? 0); i++)
        {
            var toleration = scheduling.Tolerations![i];
            if (!seen.Add((toleration.Key, toleration.Operator, toleration.Value, toleration.Effect))) errors.Duplicate(path["tolerations"][i], new GoStructure(toleration));
        }
    })
    {
        ValidateChange = static (item, old, errors) =>
        {
            FieldRules.Unchanged(item.Handler, old.Handler, FieldPath.Of("handler"), errors);
        },
    };
}
