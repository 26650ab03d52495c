using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of pod templates that stand alone.</summary>
internal static class PodTemplateValidation
{
    public static KindRules<PodTemplate> Rules { get; } = new(static (item, errors) => TemplateRules.Template(item.Template, FieldPath.Of("template"), errors)) { Wanted = static t => t.Template };
}
